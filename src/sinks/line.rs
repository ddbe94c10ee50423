//! An event as one line of JSON: what `latchkey events export`, the file and syslog have in common.

use serde::Serialize;

use crate::domain::time::{exact_time, from_micros};
use crate::store::events::Named;

/// The longest detail of a line that has to fit somewhere.
const SHORT: usize = 1_000;

/// The names of its fields are documented, and stay.
#[derive(Serialize)]
struct Line<'a> {
    number: i64,
    at: String,
    kind: &'a str,
    person: Option<Person<'a>>,
    actor: Option<Person<'a>>,
    token: Option<&'a str>,
    detail: &'a str,
    address: Option<&'a str>,
    agent: &'a str,
    hash: String,
}

/// The name is gone where the person is.
#[derive(Serialize)]
struct Person<'a> {
    id: &'a str,
    name: Option<&'a str>,
}

impl<'a> Person<'a> {
    fn of(id: Option<&'a str>, name: Option<&'a str>) -> Option<Self> {
        id.map(|id| Self { id, name })
    }
}

/// Without the end of line.
pub fn of(named: &Named) -> String {
    written(named, &named.entry.detail)
}

/// With the detail cut, where the whole is longer than this.
pub fn of_at_most(named: &Named, bytes: usize) -> String {
    let whole = of(named);
    if whole.len() <= bytes {
        return whole;
    }
    let cut: String = named.entry.detail.chars().take(SHORT).chain(['…']).collect();
    written(named, &cut)
}

fn written(named: &Named, detail: &str) -> String {
    let entry = &named.entry;
    let line = Line {
        number: entry.number,
        at: exact_time(from_micros(entry.at)),
        kind: &entry.kind,
        person: Person::of(entry.person.as_deref(), named.person.as_deref()),
        actor: Person::of(entry.actor.as_deref(), named.actor.as_deref()),
        token: entry.token.as_deref(),
        detail,
        address: entry.address.as_deref(),
        agent: &entry.agent,
        hash: entry.head().hash.to_string(),
    };
    // Texts and numbers always serialize.
    serde_json::to_string(&line).unwrap_or_default()
}
