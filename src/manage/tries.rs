//! A try at a password: one at a time from one address, counted before the password is looked at, and taken back
//! when it was right.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

use super::Manage;
use super::hasher::Turn;
use crate::domain::refusal::{Fault, Outcome, Refusal};
use crate::domain::throttle::Key;
use crate::domain::time::Now;
use crate::store::throttles;

/// How long a try waits for others from its address before the server says that it is busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Lines to wait in. An address always has the same one, so right passwords sent at once from one address are
/// looked at one after the other, and never add up to its limit.
#[derive(Clone)]
pub struct Lanes(Arc<[Arc<Mutex<()>>]>);

impl Lanes {
    const COUNT: usize = 64;

    pub fn new() -> Self {
        Self((0..Self::COUNT).map(|_| Arc::default()).collect())
    }

    async fn enter(&self, keys: &[Key]) -> Outcome<OwnedMutexGuard<()>> {
        let mut hasher = DefaultHasher::new();
        keys.first().map(|key| &key.lane).hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % Self::COUNT as u64).unwrap_or_default();
        let lane = timeout(PATIENCE, Arc::clone(&self.0[lane]).lock_owned()).await;
        Ok(lane.map_err(|_| Fault::busy("waiting to check a password"))?)
    }
}

/// A counted try whose password may now be looked at.
pub struct Try {
    keys: Vec<Key>,
    turn: Turn,
    _lane: OwnedMutexGuard<()>,
}

impl Try {
    /// Looks at the password, off the event loop.
    pub async fn look<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Outcome<T> {
        self.turn.run(job).await
    }
}

impl Manage {
    /// Waits for its turn, then counts the try. A try that is one too many is refused without waiting, and one
    /// that never got its turn isn't counted.
    pub(super) async fn begin_try(&self, keys: Vec<Key>, now: Now) -> Outcome<Try> {
        self.check_tries(keys.clone(), now).await?;
        let lane = self.lanes.enter(&keys).await?;
        let turn = self.hasher.turn().await?;
        self.count_try(keys.clone(), now).await?;
        Ok(Try { keys, turn, _lane: lane })
    }

    /// Refuses what would be one try too many.
    pub(super) async fn check_tries(&self, keys: Vec<Key>, now: Now) -> Outcome<()> {
        self.db
            .glance(move |c| {
                for key in &keys {
                    key.another(throttles::find(c, &key.name)?, now)
                        .map_err(|wait| Refusal::TooManyTries { wait })?;
                }
                Ok(())
            })
            .await
    }

    /// Counts a try, or refuses it as one too many.
    pub(super) async fn count_try(&self, keys: Vec<Key>, now: Now) -> Outcome<()> {
        self.db
            .note(move |tx| {
                for key in &keys {
                    let count = throttles::find(tx, &key.name)?;
                    let count =
                        key.another(count, now).map_err(|wait| Refusal::TooManyTries { wait })?;
                    throttles::store(tx, &key.name, count)?;
                }
                Ok(())
            })
            .await
    }

    /// Takes a try back, because its password was right.
    pub(super) async fn forgive(&self, right: Try) -> Outcome<()> {
        self.db
            .note(move |tx| {
                for key in &right.keys {
                    throttles::forgive(tx, &key.name)?;
                }
                Ok(())
            })
            .await
    }

    /// Forgets all tries that were counted so, as the owner is in.
    pub(super) async fn forget_tries(&self, keys: Vec<Key>) -> Outcome<()> {
        self.db
            .note(move |tx| {
                for key in &keys {
                    throttles::forget(tx, &key.name)?;
                }
                Ok(())
            })
            .await
    }
}
