//! How long a token works: through a last day, or until it is revoked.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::time::Now;

/// What a person picked. Days are counted from today (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    InDays(u32),
    LastDay(NaiveDate),
    Never,
}

/// When a token stops: at the end (UTC) of its last day, or never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    At(DateTime<Utc>),
    Never,
}

impl Expiry {
    /// The end of `last`, its midnight in UTC. `None` beyond the calendar.
    pub fn after(last: NaiveDate) -> Option<Self> {
        let next = last.checked_add_days(Days::new(1))?;
        Some(Self::At(next.and_time(NaiveTime::MIN).and_utc()))
    }

    /// Works before its end, and no longer from that instant on.
    pub fn is_past(self, now: Now) -> bool {
        matches!(self, Self::At(end) if end <= now.at())
    }

    /// This end, or an earlier one.
    pub fn no_later_than(self, limit: DateTime<Utc>) -> Self {
        Self::At(self.at().map_or(limit, |end| end.min(limit)))
    }

    pub fn at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::At(end) => Some(end),
            Self::Never => None,
        }
    }

    /// The last day on which it works.
    pub fn last_day(self) -> Option<NaiveDate> {
        let end = self.at()?;
        Some((end - chrono::TimeDelta::microseconds(1)).date_naive())
    }
}
