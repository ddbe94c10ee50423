//! What a verification has to know of a value: a token's row without all that only pages show.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::expiry::Expiry;
use super::grants::Grants;
use super::id::TokenId;
use super::limit::PerMinute;
use super::networks::Networks;
use super::secret::Digest;
use super::time::Now;
use super::token::{Token, TokenName};

/// A value and what it opens. A million of these are kept in memory, so what many have in common is shared.
#[derive(Clone, Debug)]
pub struct Standing {
    pub digest: Digest,
    pub id: TokenId,
    pub name: TokenName,
    pub grants: Arc<Grants>,
    /// From where it may be used; `None` for anywhere.
    pub networks: Option<Arc<Networks>>,
    /// How often it may be used, over all services.
    pub per_minute: Option<PerMinute>,
    /// When it stops by itself. That of a former value is the earlier of its own and its token's.
    pub expiry: Expiry,
    pub unused: Option<Box<Unused>>,
    /// Whether this is a value that its token had before it was regenerated.
    pub former: bool,
    pub paused: bool,
    pub revoked: bool,
}

/// A token that ends for want of use.
#[derive(Clone, Debug)]
pub struct Unused {
    /// How many days without use it lives.
    pub days: u32,
    /// Since when it has gone unused, as the database knew it.
    pub since: DateTime<Utc>,
}

impl Standing {
    /// Of a token by its present value, or, until the given time, by a former one.
    pub fn of(token: Token, digest: Digest, until: Option<DateTime<Utc>>) -> Self {
        let used = token.last_use.as_ref().map_or(token.renewed, |last| last.at.max(token.renewed));
        Self {
            digest,
            id: token.id,
            name: token.name,
            grants: Arc::new(token.grants),
            networks: Some(token.networks).filter(|n| !n.is_anywhere()).map(Arc::new),
            per_minute: token.per_minute,
            expiry: until.map_or(token.expiry, |until| token.expiry.no_later_than(until)),
            unused: token.unused_days.map(|days| Box::new(Unused { days, since: used })),
            former: until.is_some(),
            paused: token.paused.is_some(),
            revoked: token.revoked.is_some(),
        }
    }

    /// When it stops by itself: on its last day, or after too long without use, whichever comes first.
    pub fn end(&self) -> Option<DateTime<Utc>> {
        self.end_unless_used(self.unused.as_ref().and_then(|unused| unused.end()))
    }

    /// The same once a use at this time is written down.
    pub fn end_after_use(&self, now: Now) -> Option<DateTime<Utc>> {
        let unused = self.unused.as_ref();
        self.end_unless_used(unused.and_then(|unused| Unused { since: now.at(), ..**unused }.end()))
    }

    fn end_unless_used(&self, unused: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        self.expiry.at().into_iter().chain(unused).min()
    }

    /// Whether it seems to have ended for want of use, as far as its uses are known here.
    pub fn is_spent(&self, now: Now) -> bool {
        let unused = self.unused.as_ref().and_then(|unused| unused.end());
        unused.is_some_and(|end| end <= now.at())
    }
}

impl Unused {
    fn end(&self) -> Option<DateTime<Utc>> {
        self.since.checked_add_signed(TimeDelta::days(i64::from(self.days)))
    }
}
