//! When, from where and by what tokens were used, and how often: gathered in memory, written in batches.

mod notes;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;
use tokio::sync::Notify;

use super::gathering::{Gathering, Heap};
use crate::domain::client::Client;
use crate::domain::id::TokenId;
use crate::domain::refusal::{Failure, Fault, Outcome};
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::token::LastUse;
use crate::domain::verdict::Holder;
use crate::store::uses::OfPerson;
use crate::store::{Db, former_secrets, uses};
use notes::{Ending, Notes, by_person, join};

/// Uses that aren't written yet, of all workers of a node.
#[derive(Clone)]
pub struct Usage {
    db: Db,
    gathered: Arc<Gathering<Notes>>,
    /// The uses of tokens that may end for want of one, from when they are taken from the workers until they are
    /// written.
    ending: Arc<Mutex<Ending>>,
    /// What could not be written. Whoever holds it is the one who writes.
    left: Arc<tokio::sync::Mutex<Left>>,
    full: Arc<Notify>,
}

#[derive(Default)]
struct Left {
    people: Vec<OfPerson>,
    former: FxHashMap<Digest, LastUse>,
}

/// One worker's part.
pub struct Gatherer {
    heap: Heap<Notes>,
    usage: Usage,
}

impl Gatherer {
    /// Notes an allowed use of this value.
    pub fn note(&self, holder: &Holder, client: &Client, now: Now) {
        if self.heap.lock().add(&holder.owner.id, &holder.token, client, now) {
            self.usage.full.notify_one();
        }
    }

    /// The last use, known on this node and not yet written, of a token that was about to end for want of one.
    pub fn latest(&self, token: &TokenId) -> Option<DateTime<Utc>> {
        // Locked while the workers' are looked through, so that nothing moves from there to here unseen.
        let taken = self.usage.ending.lock().unwrap_or_else(PoisonError::into_inner);
        let here = self.usage.gathered.find(|notes| notes.ending.get(token).copied());
        here.or_else(|| taken.get(token).copied())
    }
}

impl Usage {
    /// Of how many people one transaction writes the uses, so that it is short.
    const BATCH: usize = 250;

    pub fn new(db: Db) -> Self {
        let (gathered, ending) = (Arc::default(), Arc::default());
        Self { db, gathered, ending, left: Arc::default(), full: Arc::default() }
    }

    pub fn gatherer(&self) -> Gatherer {
        Gatherer { heap: self.gathered.heap(), usage: self.clone() }
    }

    /// Waits until so much was noted that it should be written now.
    pub async fn is_full(&self) {
        self.full.notified().await;
    }

    /// Writes what was noted. What could not be written is kept for the next time.
    pub async fn write(&self) -> Outcome<()> {
        let mut left = self.left.lock().await;
        let Left { people, mut former } = std::mem::take(&mut *left);
        let mut taken = self.take();
        taken.iter_mut().for_each(|notes| former.extend(notes.former.drain()));
        let joined = tokio::task::spawn_blocking(move || join(people, by_person(taken)));
        let people = joined.await.map_err(|e| Fault::new("putting uses in order", e))?;
        let (people, failure) = self.write_people(people).await;
        let (former, other) = self.write_former(former, failure.is_some()).await;
        *left = Left { people, former };
        let failure = failure.or(other);
        if failure.is_none() {
            self.ending.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        failure.map_or(Ok(()), Err)
    }

    fn take(&self) -> Vec<Notes> {
        let mut ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = self.gathered.take();
        taken.iter_mut().for_each(|notes| ending.extend(notes.ending.drain()));
        taken
    }

    /// Answers with what could not be written, and why. Where the database has no time, or isn't there, the rest isn't
    /// even tried; where one batch can't be written, others still can.
    async fn write_people(&self, people: Vec<OfPerson>) -> (Vec<OfPerson>, Option<Failure>) {
        let (mut left, mut failure) = (Vec::new(), None);
        let mut people = people.into_iter().peekable();
        while people.peek().is_some() {
            let batch: Arc<Vec<OfPerson>> = Arc::new(people.by_ref().take(Self::BATCH).collect());
            let gathered = batch.clone();
            let done = self.db.note(move |tx| {
                uses::take_turns(tx)?;
                Ok(uses::add(tx, &gathered)?)
            });
            if let Err(why) = done.await {
                left.extend_from_slice(&batch);
                if is_busy(&why) {
                    left.extend(people.by_ref());
                }
                failure.get_or_insert(why);
            }
        }
        (left, failure)
    }

    /// Those too few to be put together.
    async fn write_former(
        &self,
        former: FxHashMap<Digest, LastUse>,
        later: bool,
    ) -> (FxHashMap<Digest, LastUse>, Option<Failure>) {
        if former.is_empty() || later {
            return (former, None);
        }
        let used = former.clone();
        let done = self.db.note(move |tx| {
            let mut uses = used.iter();
            Ok(uses.try_for_each(|(value, last)| former_secrets::mark_used(tx, value, last))?)
        });
        match done.await {
            Ok(()) => (FxHashMap::default(), None),
            Err(why) => (former, Some(why)),
        }
    }
}

fn is_busy(failure: &Failure) -> bool {
    matches!(failure, Failure::Broke(fault) if fault.is_busy())
}
