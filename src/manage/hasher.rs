//! Argon2 off the event loop, a few at a time: each takes 19 MiB and a core for some 20 ms.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::password::{Password, PasswordHash};
use crate::domain::refusal::{Fault, Outcome};

/// Password checks at one moment.
pub struct Queue {
    pub running: usize,
    pub waiting: usize,
}

/// How long a password waits for its turn before the server says that it is busy.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Hasher {
    turns: Arc<Semaphore>,
    at_once: usize,
    waiting: Arc<AtomicUsize>,
    /// Checked where there is no such person, so that the answer takes as long as where there is one.
    nobody: Arc<PasswordHash>,
}

impl Hasher {
    pub fn new(at_once: usize) -> Result<Self, Fault> {
        let anything = Password::typed("nobody's password")
            .ok_or_else(|| Fault::new("preparing password checks", "an empty password"))?;
        let at_once = at_once.max(1);
        Ok(Self {
            turns: Arc::new(Semaphore::new(at_once)),
            at_once,
            waiting: Arc::default(),
            nobody: Arc::new(PasswordHash::of(&anything)?),
        })
    }

    pub fn nobody(&self) -> PasswordHash {
        (*self.nobody).clone()
    }

    pub fn queue(&self) -> Queue {
        Queue {
            running: self.at_once.saturating_sub(self.turns.available_permits()),
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    /// Waits for a turn.
    pub async fn turn(&self) -> Outcome<Turn> {
        let _waiting = Waiting::begin(&self.waiting);
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        match turn {
            Ok(Ok(turn)) => Ok(Turn(Arc::new(turn))),
            _ => Err(Fault::busy("waiting to check a password").into()),
        }
    }

    /// Runs something that hashes, when its turn comes.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Outcome<T> {
        self.turn().await?.run(job).await
    }
}

/// Counted as long as it is there, so that a request that goes away is waited for no longer.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The right to hash, until it is dropped and nothing that was begun with it runs any more.
pub struct Turn(Arc<OwnedSemaphorePermit>);

impl Turn {
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Outcome<T> {
        let turn = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            job()
        });
        Ok(done.await.map_err(|panic| Fault::new("checking a password", panic))?)
    }
}
