//! Refused calls with known tokens: gathered in memory, written in batches, for the tokens' owners to see.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::gathering::{Gathering, Heap};
use crate::domain::client::Client;
use crate::domain::id::TokenId;
use crate::domain::refusal::{Failure, Outcome};
use crate::domain::refused_call::{Reason, RefusedCall, RefusedCalls};
use crate::domain::time::Now;
use crate::domain::verdict::{Denial, Holder, Need};
use crate::store::{Db, refused_calls};

/// Refused calls that aren't written yet, of all workers of a node.
#[derive(Clone)]
pub struct Refusals {
    db: Db,
    gathered: Arc<Gathering<Calls>>,
}

#[derive(Default)]
struct Calls(FxHashMap<TokenId, RefusedCalls>);

/// One worker's part.
pub struct Witness(Heap<Calls>);

impl Witness {
    /// Notes a refused call with a known token, where its owner can be told of it.
    pub fn note(&self, denial: Denial, holder: &Holder, need: &Need, by: &Client, now: Now) {
        if let Some(reason) = Reason::of(denial, holder, now) {
            let call = RefusedCall::new(reason, need, by, now);
            self.0.lock().add(&holder.token.id, |calls| calls.add(call));
        }
    }
}

impl Calls {
    /// Calls of so many tokens are kept, a few of each; those of further ones are not.
    const MOST: usize = 5_000;

    fn add(&mut self, token: &TokenId, add: impl FnOnce(&mut RefusedCalls)) {
        if let Some(known) = self.0.get_mut(token) {
            add(known);
        } else if self.0.len() < Self::MOST {
            add(self.0.entry(token.clone()).or_default());
        }
    }
}

impl Refusals {
    /// Of how many tokens one transaction writes the calls, so that it is short.
    const BATCH: usize = 100;

    pub fn new(db: Db) -> Self {
        Self { db, gathered: Arc::default() }
    }

    pub fn witness(&self) -> Witness {
        Witness(self.gathered.heap())
    }

    /// Writes what was noted. What could not be written is noted again for the next time.
    pub async fn write(&self) -> Outcome<()> {
        let mut all = Calls::default();
        for (token, calls) in self.gathered.take().into_iter().flat_map(|calls| calls.0) {
            all.add(&token, |known| known.merge(calls));
        }
        let mut failure: Option<Failure> = None;
        let mut tokens = all.0.into_iter().peekable();
        while tokens.peek().is_some() {
            let batch: Arc<Vec<_>> = Arc::new(tokens.by_ref().take(Self::BATCH).collect());
            let gathered = batch.clone();
            let done = self.db.note(move |tx| {
                refused_calls::take_turns(tx)?;
                Ok(refused_calls::add(tx, &gathered)?)
            });
            if let Err(why) = done.await {
                let busy = matches!(&why, Failure::Broke(fault) if fault.is_busy());
                self.keep(batch.iter().cloned());
                if busy {
                    self.keep(tokens.by_ref());
                }
                failure.get_or_insert(why);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    fn keep(&self, left: impl Iterator<Item = (TokenId, RefusedCalls)>) {
        let heap = self.gathered.heap();
        let mut calls = heap.lock();
        left.for_each(|(token, of)| calls.add(&token, |known| known.merge(of)));
    }
}
