//! Floor 3, for machines: what may be asked. A verification reads, and never waits for a write.

pub mod callers;
mod index;
pub mod introspect;
mod keeper;
mod memory;
mod offer;
pub mod usage;

use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::domain::catalogue::Catalogue;
use crate::domain::client::Client;
use crate::domain::refusal::Fault;
use crate::domain::secret::Digest;
use crate::domain::time::{Clock, Now, from_micros};
use crate::domain::verdict::{Denial, Holder, Known, Need, alive, covers};
use crate::store::Db;
use crate::store::lookup::Lookup;
use index::Seen;
pub use memory::BOUND;
use memory::Memory;
pub use offer::Offer;
use usage::Usage;

/// What all workers of a node share.
#[derive(Clone)]
pub struct Verification {
    db: Db,
    memory: Arc<Memory>,
    offer: Arc<RwLock<Arc<Offer>>>,
    usage: Usage,
    /// The latest time by which something was decided, in microseconds.
    latest: Arc<AtomicI64>,
}

impl Verification {
    /// Begins to fill the memory, with up to so many bytes, and to follow changes.
    pub fn start(
        db: Db,
        catalogue: Arc<Catalogue>,
        usage: Usage,
        bytes: usize,
        clock: Clock,
    ) -> Result<Self, Fault> {
        let memory = Arc::new(Memory::new(bytes));
        keeper::start(&db, &memory, clock)?;
        let offer = Arc::new(RwLock::new(Arc::new(Offer::new(catalogue))));
        Ok(Self { db, memory, offer, usage, latest: Arc::default() })
    }

    /// Has everything be decided by another catalogue: from when this returns.
    pub fn offer(&self, catalogue: Arc<Catalogue>) {
        let new = Arc::new(Offer::new(catalogue));
        *self.offer.write().unwrap_or_else(PoisonError::into_inner) = new;
    }

    /// Whether every live token is in memory.
    pub fn is_warm(&self) -> bool {
        self.memory.index.is_complete()
    }

    /// One worker's way to decide.
    pub fn verifier(&self) -> Result<Verifier, Fault> {
        let (lookup, asked) = (Lookup::new(&self.db)?, Cell::default());
        Ok(Verifier { lookup, shared: self.clone(), asked })
    }
}

/// Decides for one worker thread.
pub struct Verifier {
    lookup: Lookup,
    shared: Verification,
    /// In which second how many unknown values were asked the database about.
    asked: Cell<(i64, u32)>,
}

impl Verifier {
    /// In each second so many values that memory doesn't know are looked up all the same: what was made a moment ago
    /// on another node works at once, and a flood of invented ones costs next to nothing.
    const UNKNOWN_A_SECOND: u32 = 100;

    /// What the operator's file says now.
    pub fn offer(&self) -> Arc<Offer> {
        self.shared.offer.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Who holds a presented value that works now, and all there is to know of it.
    pub async fn identify(
        &self,
        digest: Digest,
        client: &Client,
        now: Now,
    ) -> Result<Result<Known, Denial>, Fault> {
        let now = self.never_back(now);
        let Some(known) = self.lookup.find(digest).await? else { return Ok(Err(Denial::Invalid)) };
        let holder = Some(known.holder(digest));
        Ok(alive(holder, client.address, now).map(|_| known))
    }

    /// May the holder of this value do that? An allowed use is noted, to be written later.
    pub async fn decide(
        &self,
        digest: Digest,
        need: &Need,
        offer: &Offer,
        client: Client,
        now: Now,
    ) -> Result<Result<Holder, Denial>, Fault> {
        let now = self.never_back(now);
        let found = self.find(digest, now).await?;
        let verdict = alive(found, client.address, now).and_then(|holder| {
            covers(&holder, need, &offer.catalogue)?;
            Ok(holder)
        });
        if let Ok(holder) = &verdict {
            let former = holder.token.former.then_some(digest);
            self.shared.usage.note(&holder.token.id, former, client, now);
        }
        Ok(verdict)
    }

    /// From memory, where that can be relied on; else from the database.
    async fn find(&self, digest: Digest, now: Now) -> Result<Option<Holder>, Fault> {
        let memory = &self.shared.memory;
        if memory.is_trusted() {
            match memory.index.find(&digest) {
                // Only the database knows of a use on another node.
                Seen::Holder(holder) if holder.token.is_spent(now) => {}
                Seen::Holder(holder) => return Ok(Some(holder)),
                Seen::Nothing if memory.index.is_complete() && !self.may_ask(now) => {
                    return Ok(None);
                }
                Seen::Nothing | Seen::Changed => {}
            }
        }
        let stamp = memory.index.stamp();
        let Some(known) = self.lookup.find(digest).await? else { return Ok(None) };
        let holder = known.holder(digest);
        memory.keep(&holder, stamp);
        Ok(Some(holder))
    }

    fn may_ask(&self, now: Now) -> bool {
        let second = now.at().timestamp();
        let (last, asked) = self.asked.get();
        let asked = if last == second { asked } else { 0 };
        self.asked.set((second, asked + 1));
        asked < Self::UNKNOWN_A_SECOND
    }

    /// A clock that goes back revives nothing: what has ended once has ended for as long as this node runs.
    fn never_back(&self, now: Now) -> Now {
        let micros = now.at().timestamp_micros();
        let latest = self.shared.latest.load(Ordering::Relaxed);
        if latest > micros {
            return Now::new(from_micros(latest));
        }
        self.shared.latest.fetch_max(micros, Ordering::Relaxed);
        now
    }
}
