//! Live tokens and their owners in memory, as they are now.
//!
//! What keeps a revoked token out, however many verifications run at that moment: every entry is read from the
//! database between two looks at a counter. Who reads takes the counter's number first (a `Stamp`), then the row, and
//! stores it only if nothing in that shard has changed since. Who has changed something raises the counter after the
//! commit, marks the shard, and takes the entry out, all before the change is answered.
//!
//! An entry leads straight to its owner, as each step to another place in memory is one that a verification waits for. It
//! holds while nobody in the owner's shard has changed since the owner was put there; else the owner is looked for anew.

mod values;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::kinds::Kinds;
use super::people::People;
use crate::domain::id::UserId;
use crate::domain::secret::Digest;
use crate::domain::standing::Standing;
use crate::domain::user::User;
use crate::domain::verdict::Holder;
pub use values::Entry;
use values::{SHARDS, Values, place};

/// The most that one token takes, with its share of everything: measured, with names of up to 24 bytes.
pub const BYTES_EACH: usize = 200;
/// And one person, of whom there are fewer: a quarter of the room is theirs.
const BYTES_OF_PERSON: usize = 500;

/// How many changes had been learnt of before a row was read.
#[derive(Clone, Copy)]
pub struct Stamp(u64);

/// What the index knows of a value.
pub enum Seen {
    Holder(Arc<Entry>),
    /// It isn't among those that are known.
    Nothing,
    /// It has changed, and has to be read anew.
    Changed,
}

pub struct Index {
    values: Box<[RwLock<Values>]>,
    people: People,
    changes: AtomicU64,
    /// How often something was forgotten, or found no room.
    losses: AtomicU64,
    /// One more than the losses by which every live token was here: while it is, what isn't here is unknown.
    complete: AtomicU64,
    /// How often everything was forgotten.
    clears: AtomicU64,
    /// The most values of one shard.
    most: usize,
    count: AtomicUsize,
    kinds: Kinds,
}

impl Index {
    /// Takes up to so many bytes.
    pub fn new(bytes: usize) -> Self {
        let shards = |_| RwLock::default();
        Self {
            values: (0..SHARDS).map(shards).collect(),
            people: People::new(bytes / 4 / BYTES_OF_PERSON),
            changes: AtomicU64::new(0),
            losses: AtomicU64::new(0),
            complete: AtomicU64::new(0),
            clears: AtomicU64::new(0),
            most: bytes / 4 * 3 / BYTES_EACH / SHARDS,
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
        let Some(entry) = shard.find(digest) else {
            return if shard.has_changed(digest) { Seen::Changed } else { Seen::Nothing };
        };
        let entry = entry.clone();
        drop(shard);
        if entry.at == self.people.changed_at(&entry.owner.id) {
            return Seen::Holder(entry);
        }
        self.lead_anew(&entry).map_or(Seen::Changed, Seen::Holder)
    }

    /// The same entry with its owner as they are now. It takes the other's place, if that is still there.
    fn lead_anew(&self, entry: &Arc<Entry>) -> Option<Arc<Entry>> {
        let (owner, at) = self.people.find(&entry.owner.id)?;
        let (token, digest) = (entry.token.clone(), &entry.token.digest);
        let anew = Arc::new(Entry { holder: Holder { token, owner }, at });
        let mut shard = write(&self.values[place(digest)]);
        shard.replace(entry, &anew);
        Some(anew)
    }

    /// Stores what was read after the stamp was taken, unless it has changed since. Beyond the most that may be kept,
    /// it takes the place of any other.
    pub fn put(&self, token: Standing, owner: &UserId, stamp: Stamp) {
        if self.most == 0 {
            self.lose();
            return;
        }
        let digest = token.digest;
        let token = self.kinds.token(token);
        let owner = self.people.find(owner);
        let mut shard = write(&self.values[place(&digest)]);
        if shard.has_changed_since(stamp) {
            // It may be another of the shard that has changed: this one is not to be missed for that.
            if shard.find(&digest).is_none() {
                self.put_off(&mut shard, &digest);
            }
            return;
        }
        let Some((owner, at)) = owner else {
            self.put_off(&mut shard, &digest);
            return;
        };
        let entry = Arc::new(Entry { holder: Holder { token, owner }, at });
        let (new, lost) = shard.put(entry, self.most);
        if lost {
            self.lose();
        }
        self.count.fetch_add(usize::from(new && !lost), Ordering::Relaxed);
    }

    /// A token that can't be stored as it was read is to be looked up when it is asked for.
    fn put_off(&self, shard: &mut Values, digest: &Digest) {
        if !shard.put_off(digest) {
            self.lose();
        }
    }

    pub fn put_person(&self, user: &Arc<User>, stamp: Stamp) {
        if self.most > 0 {
            self.people.put(self.kinds.person(user), stamp.0);
        }
    }

    /// There is nothing to be known of this value, as was read after the stamp was taken.
    pub fn settle(&self, digest: &Digest, stamp: Stamp) {
        let mut shard = write(&self.values[place(digest)]);
        if !shard.has_changed_since(stamp) {
            shard.settle(digest);
        }
    }

    /// A value has changed, and that is committed.
    pub fn drop_value(&self, digest: &Digest) {
        let at = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        let was_here = write(&self.values[place(digest)]).change(digest, at);
        self.count.fetch_sub(usize::from(was_here), Ordering::Relaxed);
    }

    /// A person has changed, and that is committed.
    pub fn drop_person(&self, id: &UserId) {
        let at = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        self.people.drop(id, at);
    }

    /// Anything may have changed.
    pub fn clear(&self) {
        self.lose();
        self.clears.fetch_add(1, Ordering::SeqCst);
        let at = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        for shard in &self.values {
            *write(shard) = Values::changed_at(at);
        }
        self.people.clear(at);
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

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
