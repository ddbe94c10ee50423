use super::*;
use crate::domain::expiry::Expiry;
use crate::domain::grants::Grants;
use crate::domain::standing::Unused;
use crate::domain::token::TokenName;

fn at(text: &str) -> Now {
    Now::new(text.parse().expect("a time"))
}

fn client(agent: &str) -> Client {
    Client::new("192.0.2.7".parse().ok(), agent)
}

fn token() -> Standing {
    Standing {
        digest: Digest::from_stored(&[7; 32]).expect("a digest"),
        id: TokenId::random(),
        name: TokenName::parse("CI").expect("a name"),
        grants: Arc::new(Grants::default()),
        networks: None,
        expiry: Expiry::Never,
        unused: None,
        per_minute: None,
        former: false,
        paused: false,
        revoked: false,
    }
}

#[test]
fn the_last_use_and_the_count_of_each_day_are_kept() {
    let ada = UserId::random();
    let (token, mut all) = (token(), [Notes::default(), Notes::default()]);
    for (worker, agent, time) in [
        (0, "curl", "2026-11-22T23:59:59Z"),
        (0, "git", "2026-11-22T23:59:58Z"),
        (1, "git", "2026-11-22T23:59:57Z"),
        (1, "git", "2026-11-23T00:00:00Z"),
    ] {
        all[worker].add(&ada, &token, &client(agent), at(time));
    }
    let people = by_person(all.into());
    let [(person, uses)] = people.as_slice() else { panic!("one person: {people:?}") };
    assert_eq!(person, &ada);
    let told: Vec<_> = uses.iter().map(|of| (of.at, &*of.agent, of.count)).collect();
    let (late, early) = (at("2026-11-22T23:59:59Z").at(), at("2026-11-23T00:00:00Z").at());
    assert_eq!(told, [(late, "curl", 3), (early, "git", 1)]);
    let twice = join(people.clone(), people);
    let counts: Vec<u64> = twice[0].1.iter().map(|of| of.count).collect();
    assert_eq!((twice.len(), counts), (1, vec![6, 2]));
}

#[test]
fn people_come_in_order_and_each_with_their_own() {
    let mut notes = Notes::default();
    let people: Vec<UserId> = (0..200).map(|_| UserId::random()).collect();
    let now = at("2026-11-22T18:00:00Z");
    for _ in 0..20 {
        for person in &people {
            notes.add(person, &token(), &client("curl"), now);
        }
    }
    let grouped = by_person(vec![notes]);
    assert_eq!(grouped.len(), 200);
    assert!(grouped.is_sorted_by(|(a, _), (b, _)| a < b));
    assert!(grouped.iter().all(|(person, uses)| people.contains(person) && uses.len() == 20));
}

/// Whatever is sent, memory is bounded: in uses, and in what programs call themselves.
#[test]
fn memory_is_bounded() {
    let (mut notes, now) = (Notes::default(), at("2026-11-22T18:00:00Z"));
    let (owner, token) = (UserId::random(), token());
    let agents: Vec<Client> = (0..2_000).map(|number| client(&format!("curl/{number}"))).collect();
    let mut told = 0;
    for number in 0..Notes::MOST + 10 {
        told += u32::from(notes.add(&owner, &token, &agents[number % agents.len()], now));
    }
    assert_eq!(told, 1, "it is said once that there is much to write");
    assert_eq!((notes.len(), notes.agents.names.len()), (Notes::MOST, 1_000));
    assert_eq!(by_person(vec![notes])[0].1[0].count, Notes::MOST as u64);
    assert_eq!(size_of::<Use>(), 64, "as is said of it");
}

#[test]
fn what_could_not_be_written_is_bounded_too() {
    let now = at("2026-11-22T18:00:00Z").at();
    let agent: Arc<str> = "curl".into();
    let uses = |count: usize| {
        let of = |_| Uses {
            token: TokenId::random(),
            at: now,
            address: None,
            agent: agent.clone(),
            count: 1,
        };
        vec![(UserId::random(), (0..count).map(of).collect::<Vec<_>>())]
    };
    let (left, new) = (uses(Notes::MOST - 5), uses(10));
    let joined = join(left, new);
    assert_eq!(joined.iter().map(|(_, uses)| uses.len()).sum::<usize>(), Notes::MOST);
}

#[test]
fn a_use_of_a_token_that_is_about_to_end_is_known_at_once() {
    let mut notes = Notes::default();
    let (now, ada) = (at("2026-11-22T18:00:00Z"), UserId::random());
    let unused = |since: &str| {
        let since = at(since).at();
        Standing { unused: Some(Box::new(Unused { days: 1, since })), ..token() }
    };
    let (soon, later) = (unused("2026-11-21T18:59:00Z"), unused("2026-11-22T17:00:00Z"));
    for token in [&soon, &later, &token()] {
        notes.add(&ada, token, &client("curl"), now);
    }
    assert_eq!(notes.ending.into_iter().collect::<Vec<_>>(), [(soon.id, now.at())]);
}
