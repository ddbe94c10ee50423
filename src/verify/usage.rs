//! When, from where and by what tokens were used, and how often: gathered in memory, written in batches.

mod notes;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::gathering::{Gathering, Heap};
use crate::domain::client::Client;
use crate::domain::id::TokenId;
use crate::domain::refusal::{Failure, Fault, Outcome};
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::token::LastUse;
use crate::domain::usage::Day;
use crate::domain::verdict::Holder;
use crate::store::uses::OfPerson;
use crate::store::{Db, former_secrets, uses};
use notes::{Notes, Use, by_person};

/// Uses that aren't written yet, of all workers of a node.
#[derive(Clone)]
pub struct Usage {
    db: Db,
    gathered: Arc<Gathering<Notes>>,
    /// What was taken from the workers to be written, until it is: a token that was used is never without its use.
    taken: Arc<Mutex<Vec<Arc<Notes>>>>,
    /// One at a time writes.
    writing: Arc<tokio::sync::Mutex<()>>,
    full: Arc<Notify>,
}

/// One worker's part.
pub struct Gatherer {
    heap: Heap<Notes>,
    usage: Usage,
}

impl Gatherer {
    /// Notes an allowed use of this value.
    pub fn note(&self, holder: &Holder, client: &Client, now: Now) {
        let token = &holder.token;
        let new = Use::new(&token.owner, &token.id, client, now.at());
        let mut notes = self.heap.lock();
        if token.former {
            let (at, address) = (now.at(), client.address);
            let last = LastUse { at, address, agent: client.agent().to_owned() };
            notes.add_former(token.digest, last);
        }
        if notes.add(&new) {
            self.usage.full.notify_one();
        }
    }

    /// The last use of a token that is known on this node and not yet written.
    pub fn latest(&self, token: &TokenId, now: Now) -> Option<DateTime<Utc>> {
        self.usage.latest(token, now)
    }
}

impl Usage {
    /// Of how many people one transaction writes the uses, so that it is short.
    const BATCH: usize = 250;

    pub fn new(db: Db) -> Self {
        let (gathered, taken) = (Arc::default(), Arc::default());
        Self { db, gathered, taken, writing: Arc::default(), full: Arc::default() }
    }

    pub fn gatherer(&self) -> Gatherer {
        Gatherer { heap: self.gathered.heap(), usage: self.clone() }
    }

    /// Waits until so much was noted that it should be written now.
    pub async fn is_full(&self) {
        self.full.notified().await;
    }

    fn latest(&self, token: &TokenId, now: Now) -> Option<DateTime<Utc>> {
        let today = Day::of(now.at());
        // Locked while heaps are asked, so that nothing moves from there to here unseen.
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let here = self.gathered.find(|notes| notes.last(token, today));
        here.or_else(|| taken.iter().find_map(|notes| notes.last(token, today)))
    }

    /// Writes what was noted. What could not be written is kept for the next time.
    pub async fn write(&self) -> Outcome<()> {
        let _alone = self.writing.lock().await;
        let all = self.take();
        let grouped = move || {
            let former: Vec<_> = all.iter().flat_map(|notes| notes.former()).collect();
            (by_person(&all), former)
        };
        let grouped = tokio::task::spawn_blocking(grouped).await;
        let (people, former) = grouped.map_err(|e| Fault::new("putting uses in order", e))?;
        let (left, failure) = self.write_people(people).await;
        let (former, other) = self.write_former(former, failure.is_some()).await;
        let rest = Notes::of(&left, &former);
        let rest = rest.into_iter().map(Arc::new).collect();
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = rest;
        failure.or(other).map_or(Ok(()), Err)
    }

    fn take(&self) -> Vec<Arc<Notes>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.extend(self.gathered.take().into_iter().map(Arc::new));
        taken.clone()
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

    async fn write_former(
        &self,
        former: Vec<(Digest, LastUse)>,
        later: bool,
    ) -> (Vec<(Digest, LastUse)>, Option<Failure>) {
        if former.is_empty() || later {
            return (former, None);
        }
        let former = Arc::new(former);
        let used = former.clone();
        let done = self.db.note(move |tx| {
            let mut uses = used.iter();
            Ok(uses.try_for_each(|(value, last)| former_secrets::mark_used(tx, value, last))?)
        });
        match done.await {
            Ok(()) => (Vec::new(), None),
            Err(why) => (former.to_vec(), Some(why)),
        }
    }
}

fn is_busy(failure: &Failure) -> bool {
    matches!(failure, Failure::Broke(fault) if fault.is_busy())
}
