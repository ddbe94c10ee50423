//! Uses of tokens: the last one of each, and how many there were on each day.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::id::TokenId;
use super::time::{Now, from_micros};

/// The uses of one token on one day, as far as they were gathered: how many, and the last of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uses {
    pub token: TokenId,
    pub at: DateTime<Utc>,
    pub address: Option<IpAddr>,
    pub agent: Arc<str>,
    pub count: u64,
}

impl Uses {
    /// Counts others of the same token and day in.
    pub fn join(&mut self, others: &Self) {
        self.count = self.count.saturating_add(others.count);
        if others.at > self.at {
            self.at = others.at;
            self.address = others.address;
            self.agent = others.agent.clone();
        }
    }
}

/// A day in UTC, counted from 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// Of how many days uses are counted, today among them.
    pub const KEPT: i64 = 90;
    const MICROS: i64 = 86_400_000_000;

    pub fn of(at: DateTime<Utc>) -> Self {
        Self::of_micros(at.timestamp_micros())
    }

    /// Of microseconds since 1970, UTC.
    pub fn of_micros(at: i64) -> Self {
        Self(at.div_euclid(Self::MICROS))
    }

    pub fn from_number(number: i64) -> Self {
        Self(number)
    }

    pub fn number(self) -> i64 {
        self.0
    }

    /// The first of the days that are counted.
    pub fn first_kept(now: Now) -> Self {
        Self::of(now.at()).plus(1 - Self::KEPT)
    }

    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    pub fn begin(self) -> DateTime<Utc> {
        from_micros(self.0.saturating_mul(Self::MICROS))
    }

    pub fn date(self) -> NaiveDate {
        self.begin().date_naive()
    }
}

/// The uses of a token, day by day: those of the days that are counted, oldest first, none left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History(Vec<(Day, u64)>);

impl History {
    /// From the days that had any, in no order.
    pub fn new(counts: &[(Day, u64)], now: Now) -> Self {
        let first = Day::first_kept(now);
        let mut days: Vec<(Day, u64)> = (0..Day::KEPT).map(|day| (first.plus(day), 0)).collect();
        for (day, count) in counts {
            if let Some(known) = days.iter_mut().find(|known| known.0 == *day) {
                known.1 += count;
            }
        }
        Self(days)
    }

    pub fn days(&self) -> &[(Day, u64)] {
        &self.0
    }

    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// The day with the most uses, the latest of several; `None` where there were none.
    pub fn busiest(&self) -> Option<(Day, u64)> {
        let most = self.0.iter().copied().max_by_key(|(day, count)| (*count, *day));
        most.filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn a_day_ends_at_midnight_in_utc() {
        let (last, first) = (at("2026-11-22T23:59:59.999999Z"), at("2026-11-23T00:00:00Z"));
        assert_eq!(Day::of(last).plus(1), Day::of(first));
        assert_eq!(Day::of(first).date().to_string(), "2026-11-23");
        assert_eq!(Day::of(at("1969-12-31T23:59:59Z")).number(), -1);
    }

    #[test]
    fn a_history_has_ninety_days_and_the_busiest_of_them() {
        let now = Now::new(at("2026-11-22T18:00:00Z"));
        let today = Day::of(now.at());
        let counts = [(today, 3), (today.plus(-89), 4), (today.plus(-90), 9), (today.plus(-5), 4)];
        let history = History::new(&counts, now);
        assert_eq!((history.days().len(), history.total()), (90, 11));
        assert_eq!(history.days()[0], (today.plus(-89), 4));
        assert_eq!(history.days()[89], (today, 3));
        assert_eq!(history.busiest(), Some((today.plus(-5), 4)));
        assert_eq!(History::new(&[], now).busiest(), None);
    }
}
