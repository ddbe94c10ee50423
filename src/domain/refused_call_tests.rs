use chrono::TimeDelta;

use super::*;
use crate::domain::access::Access;

fn call(service: &str, second: i64) -> RefusedCall {
    let begin: DateTime<Utc> = "2026-11-22T18:00:00Z".parse().expect("a time");
    let now = Now::new(begin + TimeDelta::seconds(second));
    let need = Need { service: service.to_owned(), what: What::Access(Access::ReadWrite) };
    let client = Client::new("192.0.2.7".parse().ok(), "curl/8.5");
    RefusedCall::new(Reason::TooNarrow, &need, &client, now)
}

fn services(calls: &RefusedCalls) -> Vec<(&str, u64)> {
    calls.iter().map(|call| (call.service.as_str(), call.count)).collect()
}

#[test]
fn calls_of_one_kind_are_counted_together_and_the_last_comes_first() {
    let mut calls = RefusedCalls::default();
    for (service, second) in [("git", 1), ("builds", 2), ("git", 3), ("git", 0)] {
        calls.add(call(service, second));
    }
    assert_eq!(services(&calls), [("git", 3), ("builds", 1)]);
    assert_eq!(calls.last_at(), Some(call("git", 3).at));
    let other = RefusedCall { address: None, ..call("git", 4) };
    calls.merge(RefusedCalls::new([other, call("builds", 5)]));
    assert_eq!(services(&calls), [("builds", 2), ("git", 1), ("git", 3)]);
}

#[test]
fn no_flood_keeps_more_than_a_page_shows() {
    let mut calls = RefusedCalls::default();
    for second in 0..1_000 {
        calls.add(call(&format!("service-{second}"), second));
    }
    assert_eq!(calls.iter().len(), RefusedCalls::MOST);
    assert_eq!(calls.iter().next().map(|call| call.service.as_str()), Some("service-999"));
    let long = call(&"x\u{202e}".repeat(1_000), 0);
    assert_eq!(long.service, "x".repeat(60));
}

#[test]
fn every_reason_is_read_as_it_was_written() {
    for reason in Reason::ALL {
        assert_eq!(Reason::parse(reason.as_str()), Some(reason));
    }
    assert_eq!(Reason::parse("TooNarrow"), None);
}
