//! How often a token may be used: so many requests a minute, and what is left of them.

use std::num::NonZeroU32;
use std::time::Duration;

use super::time::Now;

/// The time that a limit is counted in.
pub const WINDOW: Duration = Duration::from_secs(60);

/// Nanoseconds in a minute.
const MINUTE: i64 = 60_000_000_000;

/// Requests a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PerMinute(NonZeroU32);

impl PerMinute {
    /// More would not be counted exactly, and is more than one token asks for.
    pub const MOST: u32 = 100_000;

    pub fn new(count: u32) -> Option<Self> {
        NonZeroU32::new(count).filter(|count| count.get() <= Self::MOST).map(Self)
    }

    /// Reads what was typed; nothing is no limit.
    pub fn parse(typed: &str) -> Result<Option<Self>, String> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let limit = typed.parse().ok().and_then(Self::new).map(Some);
        limit.ok_or_else(|| {
            format!("Enter a whole number from 1 to {}, or leave it empty for no limit", Self::MOST)
        })
    }

    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// Nanoseconds after which one more request may follow.
    fn step(self) -> i64 {
        MINUTE / i64::from(self.get())
    }
}

impl std::fmt::Display for PerMinute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.get() {
            1 => f.write_str("1 request a minute"),
            count => write!(f, "{count} requests a minute"),
        }
    }
}

/// Whether a limit is looser than another one; none is the loosest.
pub fn is_looser(limit: Option<PerMinute>, than: Option<PerMinute>) -> bool {
    match (limit, than) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(limit), Some(than)) => limit > than,
    }
}

/// A meter that is full when nothing was asked for a minute, and refills evenly: a whole minute's requests may come at
/// once, then one each time that a share of the minute has passed. It holds the instant at which it is full again, in
/// nanoseconds since 1970 (the generic cell rate algorithm), so a limit that is changed takes over what was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meter(i64);

impl Meter {
    /// Puts right what can only come of a clock that was set back: at most a minute's requests are ever used up.
    pub fn settle(&mut self, now: Now) {
        self.0 = self.0.min(nanos(now).saturating_add(MINUTE));
    }

    /// Whether it is as if it had never been used.
    pub fn is_full(self, now: Now) -> bool {
        self.0 <= nanos(now)
    }

    /// Takes one request from it, which [`Quota::is_spent`] has not refused.
    pub fn take(&mut self, limit: PerMinute, now: Now) {
        self.0 = self.0.max(nanos(now)).saturating_add(limit.step());
    }

    /// What is left of the limit.
    pub fn quota(self, limit: PerMinute, now: Now) -> Quota {
        let used = self.0.saturating_sub(nanos(now)).clamp(0, MINUTE);
        let left = (MINUTE - used) / limit.step();
        // The next one is there when a whole step more has been refilled.
        let next = ((left + 1) * limit.step() - (MINUTE - used)).min(used);
        Quota {
            limit,
            left: u32::try_from(left).unwrap_or(u32::MAX).min(limit.get()),
            next: Duration::from_nanos(next.unsigned_abs()),
        }
    }
}

fn nanos(now: Now) -> i64 {
    now.at().timestamp_micros().saturating_mul(1_000)
}

/// A limit and how much of it is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub limit: PerMinute,
    pub left: u32,
    /// After how long there is one more.
    pub next: Duration,
}

impl Quota {
    pub fn is_spent(&self) -> bool {
        self.left == 0
    }
}

/// The quotas of one request: the token's own over all services, and that of each token with this service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotas {
    pub token: Option<Quota>,
    pub service: Option<Quota>,
}

impl Quotas {
    /// What the first request after a minute's rest leaves of these limits.
    pub fn of_the_first(token: Option<PerMinute>, service: Option<PerMinute>, now: Now) -> Self {
        let left = |limit| {
            let mut meter = Meter::default();
            meter.take(limit, now);
            meter.quota(limit, now)
        };
        Self { token: token.map(left), service: service.map(left) }
    }

    /// Those there are, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Quota)> {
        let named = [("token", self.token), ("service", self.service)];
        named.into_iter().filter_map(|(name, quota)| Some((name, quota?)))
    }

    /// How long to wait where one of them is spent.
    pub fn wait(&self) -> Option<Duration> {
        let spent = self.iter().filter(|(_, quota)| quota.is_spent());
        spent.map(|(_, quota)| quota.next).max()
    }
}

#[cfg(test)]
#[path = "limit_tests.rs"]
mod tests;
