//! In the place of `relying_party.rs` in a build without passkeys: there is no relying party, so nothing can be asked
//! of one, and the compiler knows it.

use url::Url;

use super::id::{PasskeyId, UserId};
use super::passkey::{Ceremony, Credential, Doubt, Passkey, Question};
use super::refusal::Fault;
use super::time::Now;
use super::user::User;

/// Whether this build knows passkeys.
pub const IS_BUILT_IN: bool = false;

#[derive(Clone)]
pub enum RelyingParty {}

pub enum Presented {}

pub enum Asserted {}

impl RelyingParty {
    pub fn of(_: Option<&Url>, _: &str) -> Option<Self> {
        None
    }

    pub fn ask_to_add(&self, _: &User, _: &[Passkey], _: Now) -> Result<Question, Fault> {
        match *self {}
    }

    pub fn added(&self, _: &Ceremony, _: &str) -> Result<Credential, Doubt> {
        match *self {}
    }

    pub fn ask(&self, _: &[Passkey], _: Now) -> Result<Question, Fault> {
        match *self {}
    }

    pub fn check(&self, _: &Ceremony, _: &Presented, _: &Passkey) -> Result<Asserted, Doubt> {
        match *self {}
    }
}

impl Presented {
    pub fn read(_: &str) -> Option<Self> {
        None
    }

    pub fn credential(&self) -> &[u8] {
        match *self {}
    }

    pub fn user(&self) -> Option<UserId> {
        match *self {}
    }
}

impl Asserted {
    pub fn user(&self) -> &UserId {
        match *self {}
    }

    pub fn passkey(&self) -> &PasskeyId {
        match *self {}
    }

    pub fn renewed(&self) -> &str {
        match *self {}
    }
}
