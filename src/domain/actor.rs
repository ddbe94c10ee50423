//! Who acts, from where, and the proof that they have just typed their password.

use super::client::Client;
use super::id::UserId;
use super::password::{Password, PasswordHash};
use super::user::User;

/// A signed-in person in one request.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user: User,
    pub client: Client,
}

impl Actor {
    pub fn id(&self) -> &UserId {
        &self.user.id
    }

    /// Checks the typed password against the stored one. The only way to a [`Confirmed`].
    pub fn confirm(self, typed: &Password, stored: &PasswordHash) -> Option<Confirmed> {
        stored.matches(typed).then(|| Confirmed { actor: self, against: stored.clone() })
    }
}

/// Proof that this person has just typed their password. Changes take it by value, so that
/// one password entry stands for one change; it can't be cloned or kept.
pub struct Confirmed {
    actor: Actor,
    against: PasswordHash,
}

impl Confirmed {
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub fn id(&self) -> &UserId {
        self.actor.id()
    }

    /// The stored password that was confirmed, for the change that puts another in its place.
    pub fn against(&self) -> &PasswordHash {
        &self.against
    }
}
