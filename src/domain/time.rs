//! The one meaning of "now": an instant handed in from outside, never read here.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};

/// The instant at which something is decided. Whole microseconds, as both databases keep them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now(DateTime<Utc>);

impl Now {
    pub fn new(at: DateTime<Utc>) -> Self {
        Self(from_micros(at.timestamp_micros()))
    }

    pub fn at(self) -> DateTime<Utc> {
        self.0
    }

    pub fn today(self) -> NaiveDate {
        self.0.date_naive()
    }
}

/// Microseconds since 1970 (UTC) as a time; a number beyond chrono's years is cut to its range.
pub fn from_micros(micros: i64) -> DateTime<Utc> {
    let edge = if micros < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
    Utc.timestamp_micros(micros).single().unwrap_or(edge)
}

/// The day `days` from today, in UTC.
pub fn day_in(now: Now, days: u32) -> NaiveDate {
    now.today().checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// A day as people read it here: 20 February 2027.
pub fn text_day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// A time as the activity keeps it: 23 November 2026, 19:00 UTC.
pub fn text_time(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// A time to the microsecond, for programs: 2026-11-23T19:00:00.000001Z.
pub fn exact_time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Where "now" comes from: made by the outermost floor, and by tests.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    pub fn new(read: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    pub fn now(&self) -> Now {
        Now::new((self.0)())
    }
}
