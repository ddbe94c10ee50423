//! People in memory, as they are now, in shards of which each knows when somebody in it last changed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::domain::id::UserId;
use crate::domain::user::User;

const SHARDS: usize = 1024;

pub struct People {
    shards: Box<[RwLock<Shard>]>,
    /// The number of the last change in each shard, written while that is locked.
    at: Box<[AtomicU64]>,
    /// The most of one shard.
    most: usize,
}

type Shard = FxHashMap<UserId, Arc<User>>;

impl People {
    /// Keeps about so many.
    pub fn new(most: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            at: (0..SHARDS).map(|_| AtomicU64::new(0)).collect(),
            most: most / SHARDS,
        }
    }

    /// The number of the last change that this person may be concerned by.
    pub fn changed_at(&self, id: &UserId) -> u64 {
        self.at[place(id)].load(Ordering::SeqCst)
    }

    /// A person, and the number of the last change until then that may have concerned them.
    pub fn find(&self, id: &UserId) -> Option<(Arc<User>, u64)> {
        let shard = self.shards[place(id)].read().unwrap_or_else(PoisonError::into_inner);
        shard.get(id).map(|user| (user.clone(), self.changed_at(id)))
    }

    /// Stores who was read when there had been so many changes, unless they may have changed since.
    pub fn put(&self, user: Arc<User>, stamp: u64) {
        let mut shard = write(&self.shards[place(&user.id)]);
        if self.changed_at(&user.id) > stamp {
            return;
        }
        if shard.len() >= self.most
            && let Some(any) = shard.keys().next().cloned()
        {
            shard.remove(&any);
        }
        shard.insert(user.id.clone(), user);
    }

    /// Lets go of somebody who has changed, as the change of this number.
    pub fn drop(&self, id: &UserId, change: u64) {
        let mut shard = write(&self.shards[place(id)]);
        self.at[place(id)].store(change, Ordering::SeqCst);
        shard.remove(id);
    }

    /// Lets go of everybody.
    pub fn clear(&self, change: u64) {
        for (shard, at) in self.shards.iter().zip(&self.at) {
            let mut shard = write(shard);
            at.store(change, Ordering::SeqCst);
            *shard = Shard::default();
        }
    }
}

fn place(id: &UserId) -> usize {
    let bytes = id.as_str().bytes().take(2);
    bytes.fold(0, |sum, byte| sum * 31 + usize::from(byte)) % SHARDS
}

fn write(shard: &RwLock<Shard>) -> std::sync::RwLockWriteGuard<'_, Shard> {
    shard.write().unwrap_or_else(PoisonError::into_inner)
}
