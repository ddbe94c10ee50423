use super::*;
use crate::domain::catalogue::Catalogue;
use crate::domain::grants::Grants;
use crate::domain::id::UserId;
use crate::domain::limit::PerMinute;
use crate::domain::networks::Networks;
use crate::domain::secret::Prefix;
use crate::domain::token::{Description, Draft, Issued, TokenName};
use chrono::{TimeZone, Utc};

fn policy() -> Policy {
    Policy { never_allowed: false, tokens_per_person: 3, ..Policy::default() }
}

fn at(text: &str) -> Now {
    Now::new(text.parse().expect("a time"))
}

#[test]
fn a_token_works_through_its_last_day_and_not_a_microsecond_longer() {
    let now = at("2026-11-22T18:00:00Z");
    let expiry = policy().expiry(Choice::InDays(90), now).expect("90 days");
    assert_eq!(expiry.last_day().map(text_day).as_deref(), Some("20 February 2027"));
    assert!(!expiry.is_past(at("2027-02-20T23:59:59.999999Z")));
    assert!(expiry.is_past(at("2027-02-21T00:00:00Z")));
}

#[test]
fn days_outside_the_policy_are_refused_with_the_range() {
    let now = at("2026-11-22T18:00:00Z");
    for (choice, works) in [
        (Choice::InDays(0), false),
        (Choice::InDays(1), true),
        (Choice::InDays(365), true),
        (Choice::InDays(366), false),
        (Choice::InDays(u32::MAX), false),
        (Choice::LastDay(NaiveDate::MAX), false),
        (Choice::LastDay(NaiveDate::MIN), false),
        (Choice::Never, false),
    ] {
        let answer = policy().expiry(choice, now);
        assert_eq!(answer.is_ok(), works, "{choice:?}: {answer:?}");
    }
    let refused = policy().expiry(Choice::InDays(0), now).expect_err("today");
    assert_eq!(refused, "Choose a day from 23 November 2026 to 22 November 2027");
}

#[test]
fn leap_days_and_2038_are_ordinary() {
    let wide = Policy { longest_days: Policy::MOST_DAYS, ..policy() };
    let leap = wide.expiry(Choice::InDays(365), at("2027-03-01T00:00:00Z")).expect("leap");
    assert_eq!(leap.last_day().map(text_day).as_deref(), Some("29 February 2028"));
    let late = Utc.with_ymd_and_hms(2038, 1, 20, 0, 0, 0).single().expect("2038");
    let choice = Choice::LastDay(late.date_naive());
    assert!(wide.expiry(choice, at("2037-12-31T23:59:59Z")).is_ok());
}

#[test]
fn presets_keep_within_the_policy_and_hold_the_default() {
    assert_eq!(policy().presets(), [7, 30, 90, 365]);
    let short = Policy { longest_days: 60, default_days: 14, ..policy() };
    assert_eq!(short.presets(), [7, 14, 30]);
}

#[test]
fn one_token_more_than_allowed_is_refused_in_words() {
    assert!(policy().admit(Role::Member, 2).is_ok());
    assert!(policy().admit(Role::Member, 3).is_err());
    assert!(policy().admit(Role::Viewer, 0).is_err());
}

fn token(grants: &str, networks: &str, expiry: Expiry) -> Token {
    let draft = Draft {
        name: TokenName::parse("CI").expect("a name"),
        description: Description::default(),
        expires: Choice::Never,
        grants: Grants::parse(grants).expect("grants"),
        networks: Networks::parse(networks).expect("networks"),
        per_minute: None,
    };
    let prefix = Prefix::parse("lk").expect("a prefix");
    Issued::mint(&UserId::random(), &draft, expiry, &prefix, at("2026-11-22T18:00:00Z")).token
}

fn until(day: &str) -> Expiry {
    Expiry::after(day.parse().expect("a day")).expect("within the calendar")
}

#[test]
fn edits_keep_to_what_the_operator_allows() {
    let token = |grants: &str, networks: &str, expiry| {
        let per_minute = PerMinute::new(10);
        Token { per_minute, ..token(grants, networks, expiry) }
    };
    let often = |limit, day| {
        let per_minute = PerMinute::new(limit);
        Token { per_minute, ..token("git:read", "10.0.0.0/8", until(day)) }
    };
    let before = often(10, "2026-12-24");
    let later = || until("2026-12-31");
    for (after, any, narrow, name) in [
        (token("git:read", "10.0.0.0/8", until("2026-12-24")), 0, 0, 0),
        (token("git:read", "10.0.0.1", until("2026-12-01")), 0, 0, 2),
        (token("git:read-write", "", later()), 0, 3, 3),
        (token("git:read", "10.0.0.0/8", Expiry::Never), 0, 1, 1),
        (often(5, "2026-12-24"), 0, 0, 1),
        (often(11, "2026-12-31"), 0, 2, 2),
    ] {
        let catalogue = Catalogue::default();
        let edit = Difference { before: &before, after: &after, catalogue: &catalogue };
        for (edits, problems) in [(Edits::Any, any), (Edits::Narrow, narrow), (Edits::Name, name)] {
            let policy = Policy { edits, ..policy() };
            let refused = policy.admit_edit(Role::Member, &edit).err().unwrap_or_default();
            assert_eq!(refused.iter().len(), problems, "{edits:?}: {refused:?}");
            let viewer = policy.admit_edit(Role::Viewer, &edit).err().unwrap_or_default();
            assert_eq!(viewer.iter().len(), problems.max(narrow), "{edits:?}: {viewer:?}");
        }
    }
}

#[test]
fn what_a_stricter_policy_would_not_give_any_more_is_named() {
    let now = at("2026-11-22T18:00:00Z");
    let strict = Policy { longest_days: 30, unused_days: Some(60), ..policy() };
    let breaches = |expiry| strict.breaches(&token("git:read", "", expiry), now);
    let unused = "does not end after 60 days without use".to_owned();
    assert_eq!(breaches(Expiry::Never), ["never expires".to_owned(), unused.clone()]);
    let longer = "works longer than the 30 days allowed now".to_owned();
    assert_eq!(breaches(until("2027-06-30")), [longer.clone(), unused]);
    assert_eq!(breaches(until("2026-12-23")), [longer], "it ends sooner than for want of use");
    assert!(breaches(until("2026-12-22")).is_empty());
    assert!(Policy::default().breaches(&token("git:read", "", Expiry::Never), now).is_empty());
}
