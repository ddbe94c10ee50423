//! Floor 3, for machines: what may be asked. A verification reads, and never waits for a write.

pub mod callers;
mod gathering;
mod index;
pub mod introspect;
mod keeper;
mod kinds;
pub mod limits;
mod memory;
mod offer;
mod people;
pub mod refusals;
pub mod usage;
pub mod watch;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::domain::client::Client;
use crate::domain::limit::Quotas;
use crate::domain::refusal::Fault;
use crate::domain::secret::Digest;
use crate::domain::time::{Clock, Now, from_micros};
use crate::domain::token::LastUse;
use crate::domain::verdict::{Denial, Holder, Known, Need, alive, covers};
use crate::store::Db;
use crate::store::lookup::Lookup;
use index::{Entry, Seen};
use limits::Limits;
pub use memory::BOUND;
use memory::Memory;
pub use offer::Offer;
use offer::Offers;
use refusals::{Refusals, Witness};
use usage::{Gatherer, Usage};
use watch::{Lookups, Watch, Watched};

/// What all workers of a node share.
#[derive(Clone)]
pub struct Verification {
    db: Db,
    memory: Arc<Memory>,
    offers: Arc<Offers>,
    usage: Usage,
    refusals: Refusals,
    limits: Limits,
    watch: Watch,
    /// The latest time by which something was decided, in microseconds.
    latest: Arc<AtomicI64>,
}

impl Verification {
    /// Begins to fill the memory, with up to so many bytes, and to follow changes.
    pub fn start(
        db: Db,
        offer: Offer,
        (usage, refusals): (Usage, Refusals),
        bytes: usize,
        clock: Clock,
    ) -> Result<Self, Fault> {
        let memory = Arc::new(Memory::new(bytes));
        keeper::start(&db, &memory, clock)?;
        let offers = Arc::new(Offers::new(offer));
        let (limits, watch, latest) = (Limits::default(), Watch::default(), Arc::default());
        Ok(Self { db, memory, offers, usage, refusals, limits, watch, latest })
    }

    /// Has everything be decided by another state of the file: from when this returns.
    pub fn offer(&self, offer: Offer) {
        self.offers.replace(offer);
    }

    /// What there is to watch of the memory.
    pub fn watched(&self) -> Watched {
        let (index, (hits, misses)) = (&self.memory.index, self.watch.lookups());
        let (tokens, bytes) = (index.count() as u64, index.bytes() as u64);
        let (is_complete, is_trusted) = (index.is_complete(), self.memory.is_trusted());
        Watched { hits, misses, tokens, bytes, is_complete, is_trusted, lag: self.memory.lag() }
    }

    /// Whether every live token is in memory.
    pub fn is_warm(&self) -> bool {
        self.memory.index.is_complete()
    }

    /// One worker's way to decide.
    pub fn verifier(&self) -> Result<Verifier, Fault> {
        let (lookup, asked) = (Lookup::new(&self.db)?, Cell::default());
        let (uses, witness) = (self.usage.gatherer(), self.refusals.witness());
        let (shared, lookups) = (self.clone(), self.watch.worker());
        let (offer, latest) = (self.offers.copy(), Cell::default());
        Ok(Verifier { lookup, shared, asked, offer, latest, lookups, uses, witness })
    }
}

/// Decides for one worker thread.
pub struct Verifier {
    lookup: Lookup,
    shared: Verification,
    /// In which second how many unknown values were asked the database about.
    asked: Cell<(i64, u32)>,
    offer: offer::Copy,
    /// The latest time that this worker has decided by, in microseconds.
    latest: Cell<i64>,
    lookups: Arc<Lookups>,
    uses: Gatherer,
    witness: Witness,
}

/// Who may go on, and how often still.
pub struct Allowed {
    pub holder: Arc<Entry>,
    pub quotas: Quotas,
}

impl Verifier {
    /// In each second so many values that memory doesn't know are looked up all the same: what was made a moment ago
    /// on another node works at once, and a flood of invented ones costs next to nothing.
    const UNKNOWN_A_SECOND: u32 = 100;

    /// What the operator's file says now.
    pub fn offer(&self) -> Rc<Offer> {
        self.offer.of(&self.shared.offers)
    }

    /// Who holds a presented value that works now, and all there is to know of it.
    pub async fn identify(
        &self,
        digest: Digest,
        client: &Client,
        now: Now,
    ) -> Result<Result<Known, Denial>, Fault> {
        let now = self.never_back(now);
        let Some(known) = self.look_up(digest, now).await? else { return Ok(Err(Denial::Invalid)) };
        Ok(alive(&known.holder(digest), client.address, now).map(|()| known))
    }

    /// May the holder of this value do that? An allowed use is counted and noted, and so is a refused one, to be written
    /// later.
    pub async fn decide(
        &self,
        digest: Digest,
        need: &Need,
        offer: &Offer,
        client: Client,
        now: Now,
    ) -> Result<Result<Allowed, Denial>, Fault> {
        // A limit goes by the clock as it is: one that stood still would never let anybody go on.
        let (told, now) = (now, self.never_back(now));
        let Some(holder) = self.find(digest, now).await? else { return Ok(Err(Denial::Invalid)) };
        let verdict = alive(&holder, client.address, now)
            .and_then(|()| covers(&holder, need, &offer.catalogue))
            .and_then(|()| self.count(&holder, need, offer, told));
        match verdict {
            Ok(_) => self.uses.note(&holder, &client, now),
            Err(denial) => self.witness.note(denial, &holder, need, &client, now),
        }
        Ok(verdict.map(|quotas| Allowed { holder, quotas }))
    }

    /// Counts a request that is covered against the limits that hold for it.
    fn count(
        &self,
        holder: &Holder,
        need: &Need,
        offer: &Offer,
        now: Now,
    ) -> Result<Quotas, Denial> {
        let service = offer.catalogue.service(&need.service).ok_or(Denial::UnknownService)?;
        let token = &holder.token;
        let taken = self.shared.limits.take(&token.id, token.per_minute, service, now);
        taken.map_err(Denial::Limited)
    }

    /// From memory, where that can be relied on; else from the database.
    async fn find(&self, digest: Digest, now: Now) -> Result<Option<Arc<Entry>>, Fault> {
        let memory = &self.shared.memory;
        if memory.is_trusted() {
            match memory.index.find(&digest) {
                // A use may have been noted since, here or on another node.
                Seen::Holder(holder) if holder.token.is_spent(now) => {}
                Seen::Holder(holder) => {
                    self.lookups.hit();
                    return Ok(Some(holder));
                }
                Seen::Nothing if memory.index.is_complete() && !self.may_ask(now) => {
                    self.lookups.hit();
                    return Ok(None);
                }
                Seen::Nothing | Seen::Changed => {}
            }
        }
        self.lookups.miss();
        let stamp = memory.index.stamp();
        // In a place of its own: what waits for a database is large, and is carried along by every verification else.
        let looked = Box::pin(self.look_up(digest, now));
        let Some(known) = looked.await? else {
            memory.index.settle(&digest, stamp);
            return Ok(None);
        };
        let holder = known.into_holder(digest);
        memory.keep(&holder, stamp);
        Ok(Some(Arc::new(holder.into())))
    }

    /// As the database has it. Where a token would have ended for want of use, a use that is noted here and not written
    /// yet counts, too.
    async fn look_up(&self, digest: Digest, now: Now) -> Result<Option<Known>, Fault> {
        let found = self.lookup.find(digest).await?;
        let spent = |known: &Known| known.token.ends_unused() && known.token.has_ended(now);
        let Some(known) = found.as_ref().filter(|known| spent(known)) else { return Ok(found) };
        let noted = self.uses.latest(&known.token.id);
        // Read again after that: what is no longer in memory is in the database by then.
        let mut found = self.lookup.find(digest).await?;
        if let (Some(known), Some(at)) = (&mut found, noted) {
            let last = known.token.last_use.take();
            let last = last.filter(|last| last.at >= at);
            let unwritten = || LastUse { at, address: None, agent: String::new() };
            known.token.last_use = Some(last.unwrap_or_else(unwritten));
        }
        Ok(found)
    }

    fn may_ask(&self, now: Now) -> bool {
        let second = now.at().timestamp();
        let (last, asked) = self.asked.get();
        let asked = if last == second { asked } else { 0 };
        self.asked.set((second, asked + 1));
        asked < Self::UNKNOWN_A_SECOND
    }

    /// A clock that goes back revives nothing: what has ended once has ended for as long as this node runs.
    /// Other workers hear of it a millisecond late, so that they don't all write to one place at each request.
    fn never_back(&self, now: Now) -> Now {
        let latest = self.latest.get().max(self.shared.latest.load(Ordering::Relaxed));
        let micros = now.at().timestamp_micros();
        if latest > micros {
            return Now::new(from_micros(latest));
        }
        self.latest.set(micros);
        if micros - self.shared.latest.load(Ordering::Relaxed) >= 1_000 {
            self.shared.latest.fetch_max(micros, Ordering::Relaxed);
        }
        now
    }
}
