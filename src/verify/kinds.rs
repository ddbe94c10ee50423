//! Grants and networks that many tokens have in common, once in memory.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::grants::Grants;
use crate::domain::networks::Networks;
use crate::domain::standing::Standing;

/// From how many kinds on those that no token has any more are let go.
const MOST: usize = 10_000;

#[derive(Default)]
pub struct Kinds {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    grants: HashSet<Arc<Grants>>,
    networks: HashSet<Arc<Networks>>,
}

impl Kinds {
    /// The same token, with grants and networks that it shares with others.
    pub fn share(&self, token: &Standing) -> Arc<Standing> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let grants = one_of(&mut known.grants, &token.grants);
        let own = token.networks.as_ref();
        let networks = own.map(|own| one_of(&mut known.networks, own));
        drop(known);
        Arc::new(Standing { grants, networks, ..token.clone() })
    }
}

/// The one of equal values that is shared.
fn one_of<T: Eq + Hash>(kinds: &mut HashSet<Arc<T>>, own: &Arc<T>) -> Arc<T> {
    if let Some(known) = kinds.get(own) {
        return known.clone();
    }
    if kinds.len() >= MOST {
        kinds.retain(|kind| Arc::strong_count(kind) > 1);
    }
    kinds.insert(own.clone());
    own.clone()
}
