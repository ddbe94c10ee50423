//! One shard of the index: values by their digests, and which of them have to be read anew.

use std::ops::Deref;
use std::sync::Arc;

use hashbrown::HashTable;

use super::Stamp;
use crate::domain::secret::Digest;
use crate::domain::verdict::Holder;

/// As many for a thousand tokens as for a million: a lock is rarely met by two.
pub const SHARDS: usize = 1024;
/// With so many values of a shard to be read anew, there is no room for further ones.
const MOST_CHANGED: usize = 16;

/// A value, what it opens, and whose it is.
pub struct Entry {
    pub(super) holder: Holder,
    /// The number of the last change among the people of the owner's shard, when the owner was found there.
    pub(super) at: u64,
}

impl Deref for Entry {
    type Target = Holder;

    fn deref(&self) -> &Holder {
        &self.holder
    }
}

impl From<Holder> for Entry {
    fn from(holder: Holder) -> Self {
        Self { holder, at: 0 }
    }
}

#[derive(Default)]
pub struct Values {
    known: HashTable<Arc<Entry>>,
    /// What has changed and was not read since: rarely any.
    changed: Vec<Digest>,
    /// The number of the last change in this shard.
    at: u64,
}

impl Values {
    /// Nothing is known, as of the change of this number.
    pub fn changed_at(at: u64) -> Self {
        Self { at, ..Self::default() }
    }

    pub fn find(&self, digest: &Digest) -> Option<&Arc<Entry>> {
        self.known.find(hash(digest), |entry| entry.token.digest == *digest)
    }

    /// Whether this value has to be read anew.
    pub fn has_changed(&self, digest: &Digest) -> bool {
        self.changed.contains(digest)
    }

    /// Whether anything here has changed since a row was read.
    pub fn has_changed_since(&self, stamp: Stamp) -> bool {
        self.at > stamp.0
    }

    /// Puts an entry in its own place, or in any other's where there are the most that may be kept. Whether it is new,
    /// and whether another was lost for it.
    pub fn put(&mut self, entry: Arc<Entry>, most: usize) -> (bool, bool) {
        let digest = entry.token.digest;
        self.settle(&digest);
        if let Some(known) =
            self.known.find_mut(hash(&digest), |known| known.token.digest == digest)
        {
            *known = entry;
            return (false, false);
        }
        let is_full = self.known.len() >= most;
        if is_full {
            // Which one is as random as a digest.
            let any = self.known.iter().nth(usize::from(digest.as_bytes()[31]) % most.max(1));
            if let Some(any) = any.map(|any| any.token.digest) {
                self.take(&any);
            }
        }
        self.known.insert_unique(hash(&digest), entry, |entry| hash(&entry.token.digest));
        (true, is_full)
    }

    /// The same entry, led to its owner anew, if it is still there.
    pub fn replace(&mut self, entry: &Arc<Entry>, anew: &Arc<Entry>) {
        let known =
            self.known.find_mut(hash(&entry.token.digest), |known| Arc::ptr_eq(known, entry));
        if let Some(known) = known {
            *known = anew.clone();
        }
    }

    /// Has a value be read anew when it is asked for. `false` where there are too many of them.
    pub fn put_off(&mut self, digest: &Digest) -> bool {
        if self.has_changed(digest) {
            return true;
        }
        let has_room = self.changed.len() < MOST_CHANGED;
        if has_room {
            self.changed.push(*digest);
        }
        has_room
    }

    /// A value has been read anew.
    pub fn settle(&mut self, digest: &Digest) {
        self.changed.retain(|changed| changed != digest);
    }

    /// Forgets what was known of a value that has changed, as the change of this number. Whether anything was.
    pub fn change(&mut self, digest: &Digest, at: u64) -> bool {
        self.at = at;
        if !self.has_changed(digest) {
            self.changed.push(*digest);
        }
        self.take(digest)
    }

    fn take(&mut self, digest: &Digest) -> bool {
        let found = self.known.find_entry(hash(digest), |entry| entry.token.digest == *digest);
        found.map(|entry| entry.remove()).is_ok()
    }
}

/// In which shard a value is. A digest is as good as random, so its own bytes tell.
pub fn place(digest: &Digest) -> usize {
    let bytes = digest.as_bytes();
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]])) % SHARDS
}

fn hash(digest: &Digest) -> u64 {
    let bytes = digest.as_bytes().iter().skip(2).take(8);
    bytes.fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}
