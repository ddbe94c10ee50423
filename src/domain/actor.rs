//! Who acts, from where, and the proof that they have just typed their password.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::client::Client;
use super::id::{Nonce, UserId};
use super::password::{Password, PasswordHash};
use super::relying_party::Asserted;
use super::service_account::Entrusted;
use super::time::Now;
use super::user::{Role, User};

/// A signed-in person in one request.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user: User,
    pub client: Client,
    /// When they last typed their password for a change in this session; signing in is none.
    pub confirmed: Option<DateTime<Utc>>,
    /// Whether they have a password here. Who has none shows the provider anew who they are.
    pub has_password: bool,
    /// That they have just done so, in this session.
    pub fresh: Option<Fresh>,
    /// The service account whose tokens the request is about; their own where it is none.
    pub entrusted: Option<Box<Entrusted>>,
}

/// A fresh sign-in at the provider: it counts as a password just typed, for one change.
#[derive(Clone, Debug)]
pub struct Fresh {
    pub at: DateTime<Utc>,
    /// Used up by that change.
    pub once: Nonce,
}

impl Fresh {
    /// How long it counts.
    pub const PATIENCE: TimeDelta = TimeDelta::minutes(5);

    pub fn counts(&self, now: Now) -> bool {
        let age = now.at() - self.at;
        age >= TimeDelta::zero() && age < Self::PATIENCE
    }
}

impl Actor {
    pub fn id(&self) -> &UserId {
        &self.user.id
    }

    /// Whose tokens the request is about.
    pub fn owner(&self) -> &User {
        self.entrusted.as_ref().map_or(&self.user, |entrusted| entrusted.account())
    }

    /// With which role they act on these tokens.
    pub fn role(&self) -> Role {
        self.entrusted.as_ref().map_or(self.user.role, |entrusted| entrusted.role())
    }

    /// Whether they have confirmed a change so short a time ago that the operator asks no second password for it.
    pub fn is_within(&self, window: Duration, now: Now) -> bool {
        let ago = self.confirmed.and_then(|at| (now.at() - at).to_std().ok());
        ago.is_some_and(|ago| ago < window)
    }

    /// The proof without a password typed anew, where the operator allows a window after the last one.
    pub fn confirm_within(
        self,
        window: Duration,
        stored: PasswordHash,
        now: Now,
    ) -> Option<Confirmed> {
        self.is_within(window, now).then_some(Confirmed { actor: self, against: Some(stored) })
    }

    /// Whether they have to sign in anew at the provider before a change: who has a password types that.
    pub fn wants_fresh(&self) -> bool {
        !self.has_password && self.fresh.is_none()
    }

    /// The proof by a fresh sign-in at the provider, for who has no password. The caller uses it up first.
    pub fn confirm_fresh(self, stored: &PasswordHash, now: Now) -> Option<Confirmed> {
        let counts = self.fresh.as_ref().is_some_and(|fresh| fresh.counts(now));
        (counts && stored.is_none()).then_some(Confirmed { actor: self, against: None })
    }

    /// Checks the typed password against the stored one.
    pub fn confirm(self, typed: &Password, stored: &PasswordHash) -> Option<Confirmed> {
        stored.matches(typed).then(|| Confirmed { actor: self, against: Some(stored.clone()) })
    }

    /// The same by a passkey of this person's, whose answer has just been checked.
    pub fn confirm_with(self, asserted: &Asserted) -> Option<Confirmed> {
        (asserted.user() == self.id()).then_some(Confirmed { actor: self, against: None })
    }
}

/// Proof that this person has just typed their password, used their passkey or, without a password, signed in anew at the
/// provider; or a moment ago where the operator allows that. Only an [`Actor`] makes one. Changes take it by value, so
/// that one password entry, one answer of a passkey or one sign-in stands for one change; it can't be cloned or kept.
pub struct Confirmed {
    actor: Actor,
    against: Option<PasswordHash>,
}

impl Confirmed {
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub fn id(&self) -> &UserId {
        self.actor.id()
    }

    /// The stored password that was confirmed, for the change that puts another in its place. None was where a passkey
    /// or the provider confirmed it.
    pub fn against(&self) -> Option<&PasswordHash> {
        self.against.as_ref()
    }
}
