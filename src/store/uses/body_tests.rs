use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::domain::id::TokenId;

fn noon(day: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().expect("a time");
    first + TimeDelta::days(day)
}

fn uses(token: &TokenId, at: DateTime<Utc>, agent: &str, count: u64) -> Uses {
    Uses {
        token: token.clone(),
        at,
        address: "2001:db8::7".parse().ok(),
        agent: agent.into(),
        count,
    }
}

fn read(day: Day, bytes: &[u8]) -> Body<'_> {
    Body::read(day, bytes).unwrap_or_else(|fault| panic!("{fault}"))
}

fn written(body: &Body<'_>) -> Vec<u8> {
    body.write().unwrap_or_else(|fault| panic!("{fault}"))
}

#[test]
fn uses_are_read_as_they_were_written() {
    let tokens: Vec<TokenId> = (0..50).map(|_| TokenId::random()).collect();
    let agents = ["curl/8.5", "git/2.47", ""];
    let on = |(at, token): (usize, &TokenId)| {
        uses(token, noon(-(at as i64)), agents[at % 3], at as u64 + 1)
    };
    let all: Vec<Uses> = tokens.iter().enumerate().map(on).collect();
    let mut body = Body::default();
    let former = body.add(&all);
    assert_eq!(former.len(), 49, "a day each, but the last");
    assert_eq!(former[0].1[tokens[49].as_str()], 50);
    let bytes = written(&body);
    let body = read(body.day(), &bytes);
    for of in &all {
        let told = body.find(of.token.as_str()).expect("a last use");
        let count = if of.at == noon(0) { 1 } else { 0 };
        assert_eq!(
            (told.at, told.agent, told.count),
            (of.at.timestamp_micros(), &*of.agent, count)
        );
        assert_eq!(told.address, of.address);
    }
    assert!(body.find(TokenId::random().as_str()).is_none());
    assert_eq!(written(&body), bytes);
}

#[test]
fn a_day_has_its_count_whenever_it_comes() {
    let token = TokenId::random();
    let of = |day, count| [uses(&token, noon(day), "curl", count)];
    let (today, more, next, late) = (of(0, 3), of(0, 4), of(1, 1), of(0, 5));
    let mut body = Body::default();
    assert!(body.add(&today).is_empty() && body.add(&more).is_empty());
    assert_eq!(body.find(token.as_str()).expect("a use").count, 7);
    let counts = |count| Counts::from([(token.as_str().to_owned(), count)]);
    assert_eq!(body.add(&next), [(Day::of(noon(0)), counts(7))]);
    assert_eq!(body.add(&late), [(Day::of(noon(0)), counts(5))], "written by another node, late");
    let told = body.find(token.as_str()).expect("a use");
    assert_eq!((told.at, told.count), (noon(1).timestamp_micros(), 1));
}

#[test]
fn only_tokens_that_are_gone_are_forgotten() {
    let [old, gone, new] = [TokenId::random(), TokenId::random(), TokenId::random()];
    let all =
        [uses(&old, noon(-90), "", 1), uses(&gone, noon(-90), "", 1), uses(&new, noon(0), "", 1)];
    let mut body = Body::default();
    body.add(&all[..2]);
    assert!(!body.has_idle());
    body.add(&all[2..]);
    assert!(body.has_idle());
    body.forget_idle(|token| token != gone.as_str());
    let there = |token: &TokenId| body.find(token.as_str()).is_some();
    assert!(there(&old) && there(&new) && !there(&gone));
}

#[test]
fn what_is_spoilt_is_said_to_be() {
    let all = [uses(&TokenId::random(), noon(0), "curl", 1)];
    let mut body = Body::default();
    body.add(&all);
    let bytes = written(&body);
    let (short, long) = (bytes[..bytes.len() - 1].to_vec(), [&bytes[..], b"A"].concat());
    // The last byte before the only id is the place of its origin, of which there is one.
    let mut lost = bytes.clone();
    lost[bytes.len() - 13] = 1;
    for bad in [short, long, lost, b"".to_vec(), b"\xff\xff".to_vec()] {
        assert!(Body::read(body.day(), &bad).is_err(), "{bad:?}");
    }
    assert!(Body::read(body.day(), &bytes).is_ok());
}
