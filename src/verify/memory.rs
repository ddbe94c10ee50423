//! The index, kept true by the change feed, and how far it can be trusted at this moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::index::Index;
use crate::domain::change::Change;
use crate::domain::refusal::Fault;
use crate::domain::secret::Digest;
use crate::domain::verdict::Holder;
use crate::store::conn::Conn;
use crate::store::{Follow, lookup, users};

/// A node that could not read the feed for this long asks the database instead of its memory.
pub const BOUND: Duration = Duration::from_secs(1);

pub struct Memory {
    pub index: Index,
    begun: Instant,
    /// Up to when every change is known, in microseconds since it began; 0 for not at all.
    known: AtomicU64,
}

impl Memory {
    pub fn new(bytes: usize) -> Self {
        Self { index: Index::new(bytes), begun: Instant::now(), known: AtomicU64::new(0) }
    }

    /// Whether nothing can have changed longer ago than the bound without being known here.
    pub fn is_trusted(&self) -> bool {
        self.lag().is_some_and(|lag| lag < BOUND)
    }

    /// How long ago everything was known; `None` for never, or where it can't be said.
    pub fn lag(&self) -> Option<Duration> {
        let known = self.known.load(Ordering::SeqCst);
        let lag = self.begun.elapsed().saturating_sub(Duration::from_micros(known));
        (known > 0).then_some(lag)
    }

    /// Keeps what was just looked up: a token that may work, and its owner.
    pub fn keep(&self, holder: &Holder, stamp: super::index::Stamp) {
        if holder.token.revoked {
            self.index.settle(&holder.token.digest, stamp);
        } else {
            self.index.put_person(&holder.owner, stamp);
            self.index.put(holder.token.clone(), &holder.owner.id, stamp);
        }
    }

    fn reload(&self, digest: &Digest, c: &mut Conn) -> Result<(), Fault> {
        let stamp = self.index.stamp();
        match lookup::find(c, digest)? {
            Some(known) => self.keep(&known.into_holder(*digest), stamp),
            None => self.index.settle(digest, stamp),
        }
        Ok(())
    }

    fn read_anew(&self, change: &Change, c: &mut Conn) -> Result<(), Fault> {
        match change {
            Change::Value(digest) => self.reload(digest, c),
            Change::Person(id) => {
                let stamp = self.index.stamp();
                if let Some((user, _)) = users::find(c, id)? {
                    self.index.put_person(&Arc::new(user), stamp);
                }
                Ok(())
            }
        }
    }
}

impl Follow for Memory {
    fn learn(&self, changes: &[Change], c: &mut Conn) {
        for change in changes {
            match change {
                Change::Value(digest) => self.index.drop_value(digest),
                Change::Person(id) => self.index.drop_person(id),
            }
        }
        // From here on nothing is answered as it was. What can't be read now is read when it is asked for.
        for change in changes {
            if let Err(fault) = self.read_anew(change, c) {
                tracing::warn!("{fault}");
                return;
            }
        }
    }

    fn forget(&self) {
        self.index.clear();
    }

    fn up_to_date(&self, at: Instant) {
        let known = at.saturating_duration_since(self.begun).as_micros();
        self.known.store(u64::try_from(known).unwrap_or(0), Ordering::SeqCst);
    }

    fn distrust(&self) {
        self.known.store(0, Ordering::SeqCst);
    }
}
