//! What an operator watches of the tokens that are kept in memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often one worker found a value in memory, and how often it asked the database.
#[derive(Debug, Default)]
pub struct Lookups {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Lookups {
    pub fn hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    pub fn miss(&self) {
        self.misses.fetch_add(1, Ordering::Relaxed);
    }
}

/// The lookups of all workers: each has its own count, which no other waits for.
#[derive(Clone, Default)]
pub struct Watch(Arc<Mutex<Vec<Arc<Lookups>>>>);

impl Watch {
    /// What one more worker counts with.
    pub fn worker(&self) -> Arc<Lookups> {
        let lookups = Arc::<Lookups>::default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&lookups));
        lookups
    }

    /// Hits and misses of all workers.
    pub fn lookups(&self) -> (u64, u64) {
        let workers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        workers.iter().fold((0, 0), |(hits, misses), worker| {
            let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
            (hits + read(&worker.hits), misses + read(&worker.misses))
        })
    }
}

/// The memory at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    pub hits: u64,
    pub misses: u64,
    pub tokens: u64,
    pub bytes: u64,
    pub is_complete: bool,
    pub is_trusted: bool,
    /// How long ago every change was known; `None` while the feed can't be read.
    pub lag: Option<Duration>,
}
