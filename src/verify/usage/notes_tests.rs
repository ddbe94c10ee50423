use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn client(agent: &str) -> Client {
    Client::new("192.0.2.7".parse().ok(), agent)
}

#[test]
fn the_last_use_and_the_count_of_each_day_are_kept() {
    let (ada, token) = (UserId::random(), TokenId::random());
    let (mut here, mut there) = (Notes::default(), Notes::default());
    let late = at("2026-11-22T23:59:59Z");
    here.add(&Use::new(&ada, &token, &client("curl"), late));
    here.add(&Use::new(&ada, &token, &client("git"), at("2026-11-22T23:59:58Z")));
    there.add(&Use::new(&ada, &token, &client("git"), at("2026-11-22T23:59:57Z")));
    let early = at("2026-11-23T00:00:00Z");
    there.add(&Use::new(&ada, &token, &client("git"), early));
    assert_eq!(there.last(&token, Day::of(early)), Some(early));
    assert_eq!(here.last(&token, Day::of(early)), Some(late), "yesterday's counts, too");
    assert_eq!(here.last(&token, Day::of(early).plus(1)), None);
    let people = by_person(&[Arc::new(here), Arc::new(there)]);
    let [(person, uses)] = people.as_slice() else { panic!("one person: {people:?}") };
    assert_eq!(person, &ada);
    let told: Vec<_> = uses.iter().map(|of| (of.at, &*of.agent, of.count)).collect();
    assert_eq!(told, [(late, "curl", 3), (early, "git", 1)]);
    let again = Notes::of(&people, &[]).expect("something left");
    assert_eq!(by_person(&[Arc::new(again)]), people);
}

#[test]
fn people_and_their_tokens_come_in_order() {
    let mut notes = Notes::default();
    let people: Vec<UserId> = (0..20).map(|_| UserId::random()).collect();
    for _ in 0..20 {
        for person in &people {
            let token = TokenId::random();
            notes.add(&Use::new(person, &token, &client("curl"), at("2026-11-22T18:00:00Z")));
        }
    }
    let grouped = by_person(&[Arc::new(notes)]);
    assert_eq!(grouped.len(), 20);
    assert!(grouped.is_sorted_by(|(a, _), (b, _)| a < b));
    for (_, uses) in &grouped {
        assert_eq!(uses.len(), 20);
        assert!(uses.is_sorted_by(|a, b| a.token < b.token));
    }
}

/// Whatever is sent, memory is bounded: in tokens, and in what programs call themselves.
#[test]
fn memory_is_bounded() {
    let mut notes = Notes::default();
    let (ada, now) = (UserId::random(), at("2026-11-22T18:00:00Z"));
    let mut told = 0;
    for _ in 0..Notes::MOST + 10 {
        told += u32::from(notes.add(&Use::new(&ada, &TokenId::random(), &client(""), now)));
    }
    assert_eq!(told, 1, "it is said once that there is much to write");
    assert_eq!(notes.uses.len(), Notes::MOST);
    let token = notes.uses.keys().next().expect("a token").0.clone();
    for number in 0..2_000 {
        notes.add(&Use::new(&ada, &token, &client(&format!("agent/{number}")), now));
    }
    assert_eq!(notes.agents.names.len(), 1_000);
    let noted = &notes.uses[&(token, Day::of(now))];
    assert_eq!((noted.count, &*notes.agents.name(noted.agent)), (2_001, ""));
    assert!(size_of::<((TokenId, Day), Noted)>() <= 88, "as is said of it");
}
