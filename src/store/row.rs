//! What is shared in turning rows into values: times, and rows that hold something they shouldn't.

use chrono::{DateTime, Utc};

use crate::domain::refusal::Fault;
use crate::domain::time::from_micros;

pub fn moment(micros: i64) -> DateTime<Utc> {
    from_micros(micros)
}

pub fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// A value that only something else than this program can have written.
pub fn spoilt(table: &'static str, what: &str) -> Fault {
    Fault::new("reading a row", format!("{table} has an unreadable {what}"))
}
