//! Live tokens and their owners in memory, as they are now.
//!
//! What keeps a revoked token out, however many verifications run at that moment: every entry is read from the
//! database between two looks at a counter. Who reads takes the counter's number first (a `Stamp`), then the row, and
//! stores it only if nothing in that shard has changed since. Who has changed something raises the counter after the
//! commit, marks the shard, and takes the entry out, all before the change is answered.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use hashbrown::HashTable;
use rustc_hash::FxHashMap;

use super::kinds::Kinds;
use crate::domain::id::UserId;
use crate::domain::secret::Digest;
use crate::domain::standing::Standing;
use crate::domain::user::User;
use crate::domain::verdict::Holder;

/// As many for a thousand tokens as for a million: a lock is rarely met by two.
const SHARDS: usize = 1024;
/// The most that one token takes, with its share of everything: measured, with names of up to 24 bytes.
pub const BYTES_EACH: usize = 200;
/// And one person, of whom there are fewer: a quarter of the room is theirs.
const BYTES_OF_PERSON: usize = 500;

/// How many changes had been learnt of before a row was read.
#[derive(Clone, Copy)]
pub struct Stamp(u64);

/// What the index knows of a value.
pub enum Seen {
    Holder(Holder),
    /// It isn't among those that are known.
    Nothing,
    /// It has changed, and has to be read anew.
    Changed,
}

pub struct Index {
    values: Box<[RwLock<Values>]>,
    people: Box<[RwLock<People>]>,
    changes: AtomicU64,
    /// How often something was forgotten, or found no room.
    losses: AtomicU64,
    /// One more than the losses by which every live token was here: while it is, what isn't here is unknown.
    complete: AtomicU64,
    /// How often everything was forgotten.
    clears: AtomicU64,
    /// The most values of one shard, and the most people.
    most: usize,
    most_people: usize,
    count: AtomicUsize,
    kinds: Kinds,
}

#[derive(Default)]
struct Values {
    known: HashTable<Arc<Standing>>,
    /// What has changed and was not read since: rarely any.
    changed: Vec<Digest>,
    /// The number of the last change in this shard.
    at: u64,
}

#[derive(Default)]
struct People {
    known: FxHashMap<UserId, Arc<User>>,
    at: u64,
}

impl Index {
    /// Takes up to so many bytes.
    pub fn new(bytes: usize) -> Self {
        let shards = |_| RwLock::default();
        Self {
            values: (0..SHARDS).map(shards).collect(),
            people: (0..SHARDS).map(|_| RwLock::default()).collect(),
            changes: AtomicU64::new(0),
            losses: AtomicU64::new(0),
            complete: AtomicU64::new(0),
            clears: AtomicU64::new(0),
            most: bytes / 4 * 3 / BYTES_EACH / SHARDS,
            most_people: bytes / 4 / BYTES_OF_PERSON / SHARDS,
            count: AtomicUsize::new(0),
            kinds: Kinds::default(),
        }
    }

    /// To be taken before a row is read that may be stored here.
    pub fn stamp(&self) -> Stamp {
        Stamp(self.changes.load(Ordering::SeqCst))
    }

    pub fn find(&self, digest: &Digest) -> Seen {
        let shard = read(&self.values[place(digest)]);
        let Some(token) = shard.known.find(hash(digest), |token| token.digest == *digest) else {
            let changed = shard.changed.contains(digest);
            return if changed { Seen::Changed } else { Seen::Nothing };
        };
        let owner = read(&self.people[person_place(&token.owner)]);
        match owner.known.get(&token.owner) {
            Some(owner) => Seen::Holder(Holder { token: token.clone(), owner: owner.clone() }),
            None => Seen::Changed,
        }
    }

    /// Stores what was read after the stamp was taken, unless it has changed since. Beyond the most that may be kept,
    /// it takes the place of any other.
    pub fn put(&self, token: &Standing, stamp: Stamp) {
        if self.most == 0 {
            self.lose();
            return;
        }
        let token = self.kinds.token(token);
        let (digest, hash) = (token.digest, hash(&token.digest));
        let mut shard = write(&self.values[place(&digest)]);
        if shard.at > stamp.0 {
            return;
        }
        shard.changed.retain(|changed| *changed != digest);
        if let Some(known) = shard.known.find_mut(hash, |known| known.digest == digest) {
            *known = token;
            return;
        }
        if shard.known.len() >= self.most {
            self.lose();
            // Which one is as random as a digest.
            let any = shard.known.iter().nth(usize::from(digest.as_bytes()[31]) % self.most.max(1));
            let Some(any) = any.map(|any| any.digest) else { return };
            shard.take(&any);
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        shard.known.insert_unique(hash, token, |token| self::hash(&token.digest));
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    pub fn put_person(&self, user: &Arc<User>, stamp: Stamp) {
        if self.most == 0 {
            return;
        }
        let user = self.kinds.person(user);
        let mut shard = write(&self.people[person_place(&user.id)]);
        if shard.at > stamp.0 {
            return;
        }
        if shard.known.len() >= self.most_people
            && let Some(any) = shard.known.keys().next().cloned()
        {
            shard.known.remove(&any);
        }
        shard.known.insert(user.id.clone(), user);
    }

    /// There is nothing to be known of this value, as was read after the stamp was taken.
    pub fn settle(&self, digest: &Digest, stamp: Stamp) {
        let mut shard = write(&self.values[place(digest)]);
        if shard.at <= stamp.0 {
            shard.changed.retain(|changed| changed != digest);
        }
    }

    /// A value has changed, and that is committed.
    pub fn drop_value(&self, digest: &Digest) {
        let at = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        let mut shard = write(&self.values[place(digest)]);
        shard.at = at;
        if shard.take(digest) {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        if !shard.changed.contains(digest) {
            shard.changed.push(*digest);
        }
    }

    /// A person has changed, and that is committed.
    pub fn drop_person(&self, id: &UserId) {
        let at = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        let mut shard = write(&self.people[person_place(id)]);
        shard.at = at;
        shard.known.remove(id);
    }

    /// Anything may have changed.
    pub fn clear(&self) {
        self.lose();
        self.clears.fetch_add(1, Ordering::SeqCst);
        let at = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        for shard in &self.values {
            *write(shard) = Values { at, ..Values::default() };
        }
        for shard in &self.people {
            *write(shard) = People { at, ..People::default() };
        }
        self.count.store(0, Ordering::Relaxed);
    }

    pub fn is_complete(&self) -> bool {
        self.complete.load(Ordering::SeqCst) == self.losses() + 1
    }

    /// To be taken before the filling begins.
    pub fn losses(&self) -> u64 {
        self.losses.load(Ordering::SeqCst)
    }

    fn lose(&self) {
        self.losses.fetch_add(1, Ordering::SeqCst);
    }

    /// How often everything was forgotten: whoever fills the index begins anew.
    pub fn clears(&self) -> u64 {
        self.clears.load(Ordering::SeqCst)
    }

    /// Every live token has been put here since there were so many losses. Where one has come since, in the filling or
    /// at any time after it, not all are here.
    pub fn complete(&self, losses: u64) {
        self.complete.store(losses + 1, Ordering::SeqCst);
    }

    /// Whether no more can be kept.
    pub fn is_full(&self) -> bool {
        self.count() >= self.most * SHARDS
    }

    /// The most that what is here can take.
    pub fn bytes(&self) -> usize {
        self.count() * BYTES_EACH
    }

    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

impl Values {
    fn take(&mut self, digest: &Digest) -> bool {
        let found = self.known.find_entry(hash(digest), |token| token.digest == *digest);
        found.map(|entry| entry.remove()).is_ok()
    }
}

/// A digest is as good as random, so its own bytes tell where it is.
fn place(digest: &Digest) -> usize {
    let bytes = digest.as_bytes();
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]])) % SHARDS
}

fn hash(digest: &Digest) -> u64 {
    let bytes = digest.as_bytes().iter().skip(2).take(8);
    bytes.fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

fn person_place(id: &UserId) -> usize {
    let bytes = id.as_str().bytes().take(2);
    bytes.fold(0, |sum, byte| sum * 31 + usize::from(byte)) % SHARDS
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
