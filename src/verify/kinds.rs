//! What many tokens and people have alike, kept once: grants, networks, lists of teams.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::grants::Grants;
use crate::domain::networks::Networks;
use crate::domain::standing::Standing;
use crate::domain::team::TeamKey;
use crate::domain::user::User;

/// From how many of a kind on those that nobody has any more are let go.
const MOST: usize = 10_000;

#[derive(Default)]
pub struct Kinds(Mutex<Known>);

#[derive(Default)]
struct Known {
    grants: HashSet<Arc<Grants>>,
    networks: HashSet<Arc<Networks>>,
    teams: HashSet<Arc<[TeamKey]>>,
}

impl Kinds {
    /// The same token, with grants and networks that it shares with others.
    pub fn token(&self, token: Standing) -> Standing {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let grants = one_of(&mut known.grants, &token.grants);
        let own = token.networks.as_ref();
        let networks = own.map(|own| one_of(&mut known.networks, own));
        drop(known);
        Standing { grants, networks, ..token }
    }

    /// The same person, with a list of teams that they share with others.
    pub fn person(&self, user: &Arc<User>) -> Arc<User> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let teams = one_of(&mut known.teams, &user.teams);
        drop(known);
        if Arc::ptr_eq(&teams, &user.teams) {
            return user.clone();
        }
        Arc::new(User { teams, ..User::clone(user) })
    }
}

/// The one of equal values that is shared.
fn one_of<T: Eq + Hash + ?Sized>(known: &mut HashSet<Arc<T>>, own: &Arc<T>) -> Arc<T> {
    if let Some(shared) = known.get(own) {
        return shared.clone();
    }
    if known.len() >= MOST {
        known.retain(|shared| Arc::strong_count(shared) > 1);
    }
    known.insert(own.clone());
    own.clone()
}
