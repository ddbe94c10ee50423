//! Argon2 off the event loop, a few at a time: each takes 19 MiB and a core for some 20 ms.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::password::{Password, PasswordHash};
use crate::domain::refusal::{Fault, Outcome};

/// How long a password waits for its turn before the server says that it is busy.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Hasher {
    turns: Arc<Semaphore>,
    /// Checked where there is no such person, so that the answer takes as long as where there is one.
    nobody: Arc<PasswordHash>,
}

impl Hasher {
    pub fn new(at_once: usize) -> Result<Self, Fault> {
        let anything = Password::typed("nobody's password")
            .ok_or_else(|| Fault::new("preparing password checks", "an empty password"))?;
        Ok(Self {
            turns: Arc::new(Semaphore::new(at_once.max(1))),
            nobody: Arc::new(PasswordHash::of(&anything)?),
        })
    }

    pub fn nobody(&self) -> PasswordHash {
        (*self.nobody).clone()
    }

    /// Waits for a turn.
    pub async fn turn(&self) -> Outcome<Turn> {
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
