use std::sync::Barrier;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::domain::expiry::Expiry;
use crate::domain::grants::Grants;
use crate::domain::id::TokenId;
use crate::domain::secret::{Prefix, Secret};
use crate::domain::team::TeamKey;
use crate::domain::time::from_micros;
use crate::domain::token::TokenName;
use crate::domain::user::{Dates, DisplayName, Role, UserName};

fn user() -> Arc<User> {
    let name = UserName::parse("ada").expect("a name");
    Arc::new(User {
        id: UserId::random(),
        display_name: DisplayName::from(&name),
        name,
        email: None,
        role: Role::Member,
        created: from_micros(0),
        disabled: None,
        zone: chrono_tz::Tz::UTC,
        teams: std::sync::Arc::default(),
        dates: Dates::default(),
        theme: None,
        owned_by: None,
    })
}

fn token() -> Standing {
    Standing {
        digest: Secret::random(&Prefix::parse("lk").expect("a prefix")).digest(),
        id: TokenId::random(),
        name: TokenName::parse("CI").expect("a name"),
        grants: Arc::new(Grants::parse("builds:read git:read-write").expect("grants")),
        networks: None,
        per_minute: None,
        expiry: Expiry::Never,
        unused: None,
        former: false,
        paused: false,
        revoked: false,
    }
}

fn is_known(index: &Index, digest: &Digest) -> bool {
    matches!(index.find(digest), Seen::Holder(_))
}

/// VER-11: whoever read a row before it was revoked must not store it after.
#[test]
fn what_was_read_before_a_change_is_never_stored_after_it() {
    let index = Index::new(1 << 20);
    let owner = user();
    index.put_person(&owner, index.stamp());
    for round in 0..5_000 {
        let token = token();
        let (revoked, start) = (AtomicBool::new(false), Barrier::new(2));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                let stamp = index.stamp();
                let read = !revoked.load(Ordering::SeqCst);
                (0..round % 50).for_each(|_| std::hint::spin_loop());
                if read {
                    index.put(token.clone(), &owner.id, stamp);
                }
            });
            scope.spawn(|| {
                start.wait();
                (0..round % 30).for_each(|_| std::hint::spin_loop());
                revoked.store(true, Ordering::SeqCst);
                index.drop_value(&token.digest);
                index.settle(&token.digest, index.stamp());
                assert!(!is_known(&index, &token.digest), "round {round}, at once");
            });
        });
        assert!(!is_known(&index, &token.digest), "round {round}, for good");
    }
}

#[test]
fn a_change_is_asked_about_until_it_was_read() {
    let (index, owner) = (Index::new(1 << 24), user());
    let token = token();
    let stamp = index.stamp();
    index.put_person(&owner, stamp);
    index.put(token.clone(), &owner.id, stamp);
    assert!(is_known(&index, &token.digest));
    index.drop_value(&token.digest);
    assert!(matches!(index.find(&token.digest), Seen::Changed));
    index.put(token.clone(), &owner.id, stamp);
    assert!(
        matches!(index.find(&token.digest), Seen::Changed),
        "an old reading counts for nothing"
    );
    index.put(token.clone(), &owner.id, index.stamp());
    assert!(is_known(&index, &token.digest));
    index.drop_person(&owner.id);
    assert!(matches!(index.find(&token.digest), Seen::Changed), "its owner has to be read as well");
    index.put_person(&owner, index.stamp());
    index.clear();
    assert!(matches!(index.find(&token.digest), Seen::Nothing));
    assert_eq!(index.count(), 0);
}

/// A fill reads a thousand rows at a time, and changes go on meanwhile.
#[test]
fn a_change_of_one_value_loses_none_of_those_read_before_it() {
    let (index, owner, revoked) = (Index::new(1 << 24), user(), token());
    index.put_person(&owner, index.stamp());
    let read: Vec<_> = (0..3_000).map(|_| token()).collect();
    let (losses, stamp) = (index.losses(), index.stamp());
    index.drop_value(&revoked.digest);
    read.iter().for_each(|token| index.put(token.clone(), &owner.id, stamp));
    index.complete(losses);
    assert!(index.is_complete());
    let missed = |token: &&Standing| matches!(index.find(&token.digest), Seen::Nothing);
    assert_eq!(read.iter().filter(missed).count(), 0);
    let asked_for = |token: &&Standing| matches!(index.find(&token.digest), Seen::Changed);
    assert!(read.iter().filter(asked_for).count() < 30, "few wait for being asked for");
    let beside = read.iter().find(|token| place(&token.digest) == place(&revoked.digest));
    let beside = beside.expect("some three are in each shard");
    index.put(beside.clone(), &owner.id, index.stamp());
    index.put(beside.clone(), &owner.id, stamp);
    assert!(is_known(&index, &beside.digest), "what was read later stays");
}

#[test]
fn an_entry_leads_to_its_owner_as_they_are_now() {
    let (index, owner, token) = (Index::new(1 << 24), user(), token());
    index.put(token.clone(), &owner.id, index.stamp());
    assert!(matches!(index.find(&token.digest), Seen::Changed), "whose it is isn’t known yet");
    index.put_person(&owner, index.stamp());
    index.put(token.clone(), &owner.id, index.stamp());
    assert!(is_known(&index, &token.digest));
    index.drop_person(&owner.id);
    let disabled = User { disabled: Some(from_micros(1)), ..User::clone(&owner) };
    index.put_person(&Arc::new(disabled), index.stamp());
    for time in ["found anew", "from then on"] {
        let Seen::Holder(entry) = index.find(&token.digest) else { panic!("{time}: not known") };
        assert!(entry.owner.disabled.is_some(), "{time}");
    }
    index.drop_value(&token.digest);
    assert!(matches!(index.find(&token.digest), Seen::Changed));
}

#[test]
fn beyond_its_memory_the_index_makes_room_and_says_that_it_is_not_complete() {
    let (index, owner) = (Index::new(2 << 20), user());
    index.put_person(&owner, index.stamp());
    index.complete(index.losses());
    assert!(index.is_complete());
    let tokens: Vec<_> = (0..20_000).map(|_| token()).collect();
    tokens.iter().for_each(|token| index.put(token.clone(), &owner.id, index.stamp()));
    assert!(!index.is_complete(), "what isn't here may be a token all the same");
    let known = tokens.iter().filter(|token| is_known(&index, &token.digest)).count();
    assert_eq!(known, index.count());
    assert!(known * BYTES_EACH <= 2 << 20, "{known}");
    assert!(known > 5_000, "{known}");
}

/// A shard may be full before the whole is: what it let go of must not be taken for unknown.
#[test]
fn what_found_no_room_while_it_was_filled_keeps_the_index_incomplete() {
    let (index, owner) = (Index::new(2 << 20), user());
    let losses = index.losses();
    (0..20_000).for_each(|_| index.put(token(), &owner.id, index.stamp()));
    index.complete(losses);
    assert!(!index.is_complete());
    let (index, losses) = (Index::new(1 << 20), 0);
    index.clear();
    index.complete(losses);
    assert!(!index.is_complete(), "cleared while it was filled");
    let without = Index::new(0);
    without.complete(without.losses());
    without.put(token(), &owner.id, without.stamp());
    assert!(!without.is_complete(), "a new token has no room");
}

#[test]
fn people_of_the_same_teams_share_one_list() {
    let index = Index::new(1 << 20);
    let listed = |index: &Index, owner: &UserId| {
        let token = token();
        let digest = token.digest;
        index.put(token, owner, index.stamp());
        match index.find(&digest) {
            Seen::Holder(holder) => holder.owner.teams.clone(),
            Seen::Nothing | Seen::Changed => panic!("it was put there"),
        }
    };
    let teams = |keys: &[&str]| -> Arc<[TeamKey]> {
        keys.iter().map(|key| TeamKey::parse(key).expect("a key")).collect()
    };
    let people = [&["a", "b"][..], &["a", "b"], &["a"], &[], &[]].map(|keys| {
        let person = Arc::new(User { teams: teams(keys), ..User::clone(&user()) });
        index.put_person(&person, index.stamp());
        listed(&index, &person.id)
    });
    assert!(Arc::ptr_eq(&people[0], &people[1]) && Arc::ptr_eq(&people[3], &people[4]));
    assert!(!Arc::ptr_eq(&people[0], &people[2]));
    assert_eq!(people[0], teams(&["a", "b"]));
}
