//! The thread that fills the memory and keeps it true.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::memory::Memory;
use crate::domain::refusal::Fault;
use crate::domain::time::Clock;
use crate::store::{Db, Follower, standings, users};

/// How many rows are read between two looks at the feed.
const PAGE: i64 = 1_000;
/// How long to wait before the next try to reach a database that could not be reached.
const AGAIN: Duration = Duration::from_millis(100);

/// Follows changes, and between them reads what isn't in memory yet.
struct Keeper {
    follower: Follower,
    clock: Clock,
    filling: Filling,
    /// Of the index, when the filling began.
    clears: u64,
    losses: u64,
}

/// How far the filling has come.
enum Filling {
    /// People by id, from after this one on.
    People(String),
    /// Tokens by id, from after this one on.
    Tokens(String),
    /// As far as there was room.
    Done,
}

/// Starts the thread. It ends when nobody uses the memory any more.
pub fn start(db: &Db, memory: &Arc<Memory>, clock: Clock) -> Result<(), Fault> {
    let weak: Weak<Memory> = Arc::downgrade(memory);
    db.follow(weak.clone())?;
    let (follower, filling) = (db.follower()?, Filling::People(String::new()));
    let (losses, clears) = (memory.index.losses(), memory.index.clears());
    let mut keeper = Keeper { follower, clock, filling, clears, losses };
    let work = move || {
        while let Some(memory) = weak.upgrade() {
            keeper.turn(&memory);
            drop(memory);
            keeper.rest();
        }
    };
    let thread = std::thread::Builder::new().name("keeper".to_owned()).spawn(work);
    thread.map(drop).map_err(|e| Fault::new("starting the thread that follows changes", e))
}

impl Keeper {
    fn turn(&mut self, memory: &Memory) {
        let read = self.follower.catch_up().and_then(|()| self.fill(memory));
        if let Err(fault) = read {
            tracing::warn!("{fault}");
            std::thread::sleep(AGAIN);
            if let Err(fault) = self.follower.reconnect() {
                tracing::debug!("{fault}");
            }
        }
    }

    fn rest(&mut self) {
        if matches!(self.filling, Filling::Done) {
            self.follower.wait();
        }
    }

    fn fill(&mut self, memory: &Memory) -> Result<(), Fault> {
        let index = &memory.index;
        if self.clears != index.clears() {
            // Losses first: what is cleared between the two is begun anew once more.
            self.losses = index.losses();
            (self.clears, self.filling) = (index.clears(), Filling::People(String::new()));
        }
        let (stamp, now) = (index.stamp(), self.clock.now());
        self.filling = match &self.filling {
            Filling::Done => return Ok(()),
            Filling::People(last) => {
                let people = users::after(self.follower.conn(), last, PAGE)?;
                let last = people.last().map(|user| user.id.as_str().to_owned());
                people.into_iter().for_each(|user| index.put_person(&Arc::new(user), stamp));
                last.map_or(Filling::Tokens(String::new()), Filling::People)
            }
            Filling::Tokens(last) => {
                let tokens = standings::after(self.follower.conn(), last, PAGE)?;
                let last = tokens.last().map(|(_, token)| token.id.as_str().to_owned());
                let live = tokens.into_iter().filter(|(_, token)| !token.expiry.is_past(now));
                live.for_each(|(owner, token)| index.put(token, &owner, stamp));
                match last {
                    Some(_) if index.is_full() => Filling::Done,
                    Some(last) => Filling::Tokens(last),
                    None => self.finish(memory)?,
                }
            }
        };
        Ok(())
    }

    /// Former values, which are few, and then all is there.
    fn finish(&mut self, memory: &Memory) -> Result<Filling, Fault> {
        let stamp = memory.index.stamp();
        let former = standings::former(self.follower.conn(), self.clock.now().at())?;
        former.into_iter().for_each(|(owner, token)| memory.index.put(token, &owner, stamp));
        memory.index.complete(self.losses);
        let (tokens, complete) = (memory.index.count(), memory.index.is_complete());
        tracing::info!(tokens, complete, "live tokens are in memory");
        Ok(Filling::Done)
    }
}
