//! What workers gather in memory, each for itself so that none waits for another, until it is written down.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The heaps of all workers.
pub struct Gathering<T>(Mutex<Vec<Heap<T>>>);

/// What one worker has gathered.
pub struct Heap<T>(Arc<Mutex<T>>);

impl<T> Default for Gathering<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Default> Gathering<T> {
    /// A heap for one more worker.
    pub fn heap(&self) -> Heap<T> {
        let heap = Heap(Arc::default());
        lock(&self.0).push(Heap(heap.0.clone()));
        heap
    }

    /// Takes away what was gathered so far. The heaps of workers that are gone go with it.
    pub fn take(&self) -> Vec<T> {
        let mut heaps = lock(&self.0);
        let taken = heaps.iter().map(|heap| std::mem::take(&mut *heap.lock())).collect();
        heaps.retain(|heap| Arc::strong_count(&heap.0) > 1);
        taken
    }

    /// The first of the heaps' answers.
    pub fn find<A>(&self, ask: impl Fn(&T) -> Option<A>) -> Option<A> {
        lock(&self.0).iter().find_map(|heap| ask(&heap.lock()))
    }
}

impl<T> Heap<T> {
    pub fn lock(&self) -> MutexGuard<'_, T> {
        lock(&self.0)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
