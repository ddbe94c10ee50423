use chrono::TimeDelta;

use super::*;
use crate::domain::access::Access;
use crate::domain::user::Role;

fn service(key: &str, per_minute: Option<u32>) -> Service {
    Service {
        key: ServiceKey::parse(key).expect("a key"),
        name: key.to_owned(),
        description: String::new(),
        docs: None,
        url: None,
        basic: false,
        highest: Access::ReadWrite,
        role: Role::Viewer,
        personal_tokens: true,
        per_minute: per_minute.and_then(PerMinute::new),
        paths: Vec::new(),
        teams: Vec::new(),
        methods: Vec::new(),
    }
}

fn begin() -> Now {
    Now::new("2026-11-22T18:00:00Z".parse().expect("a time"))
}

fn after(seconds: i64) -> Now {
    Now::new(begin().at() + TimeDelta::seconds(seconds))
}

fn tokens_kept(limits: &Limits) -> usize {
    limits.0.iter().map(|shard| shard.lock().expect("a shard").used.len()).sum()
}

#[test]
fn a_tokens_own_limit_counts_over_all_services_and_a_services_each_token_alone() {
    let limits = Limits::default();
    let (builds, git) = (service("builds", Some(3)), service("git", None));
    let (one, other) = (TokenId::random(), TokenId::random());
    let own = PerMinute::new(5);
    for left in [2, 1, 0] {
        let quotas = limits.take(&one, own, &builds, begin()).expect("one more");
        assert_eq!(quotas.service.expect("a quota").left, left);
        assert_eq!(quotas.token.expect("a quota").left, left + 2);
    }
    let refused = limits.take(&one, own, &builds, begin()).expect_err("the service’s limit");
    assert_eq!(refused.wait(), Some(std::time::Duration::from_secs(20)));
    assert_eq!(refused.token.expect("a quota").left, 2, "a refused request counts nowhere");
    assert!(limits.take(&one, own, &git, begin()).is_ok());
    assert!(limits.take(&one, own, &git, begin()).is_ok());
    let refused = limits.take(&one, own, &git, begin()).expect_err("the token’s own limit");
    assert_eq!(refused.service, None);
    assert!(limits.take(&other, None, &builds, begin()).is_ok(), "another token has its own count");
    assert!(limits.take(&one, own, &builds, after(20)).is_ok());
}

#[test]
fn what_has_no_limit_is_not_remembered() {
    let limits = Limits::default();
    for _ in 0..1_000 {
        let quotas = limits.take(&TokenId::random(), None, &service("git", None), begin());
        assert_eq!(quotas, Ok(Quotas::default()));
    }
    assert_eq!(tokens_kept(&limits), 0);
}

#[test]
fn tokens_that_rest_are_forgotten() {
    let (limits, git) = (Limits::default(), service("git", Some(60)));
    for minute in 0..20 {
        for _ in 0..10_000 {
            let taken = limits.take(&TokenId::random(), None, &git, after(minute * 120));
            assert!(taken.is_ok());
        }
        assert!(tokens_kept(&limits) <= 30_000, "{} in minute {minute}", tokens_kept(&limits));
    }
}

#[test]
fn no_more_pass_than_the_limit_however_many_ask_at_once() {
    let (limits, git, token) = (Limits::default(), service("git", Some(1_000)), TokenId::random());
    let passed: usize = std::thread::scope(|scope| {
        let ask =
            || (0..1_000).filter(|_| limits.take(&token, None, &git, begin()).is_ok()).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a count")).sum()
    });
    assert_eq!(passed, 1_000);
}
