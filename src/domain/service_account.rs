//! Service accounts: owners of tokens that are no people. A team owns each; its people look after its tokens.

use super::user::{Role, User};

/// The role that every service account has: what its tokens may do follows from its team.
pub const ROLE: Role = Role::Member;

/// A service account in the hands of somebody who may look after it.
#[derive(Clone, Debug)]
pub struct Entrusted {
    account: User,
    role: Role,
    is_outside: bool,
}

impl Entrusted {
    /// `None` where it is none of this person's business. People of the team do as with tokens of their own;
    /// administrators outside of it do what they may with anybody's: they see, narrow and revoke.
    pub fn to(person: &User, account: User) -> Option<Self> {
        let team = account.owned_by.as_ref()?;
        let is_member = person.owned_by.is_none() && person.teams.contains(team);
        let role = match person.role {
            role if is_member => role,
            Role::Admin => Role::Viewer,
            _ => return None,
        };
        person.disabled.is_none().then_some(Self { account, role, is_outside: !is_member })
    }

    pub fn account(&self) -> &User {
        &self.account
    }

    /// Whether the person is an administrator who isn't in its team.
    pub fn is_outside(&self) -> bool {
        self.is_outside
    }

    /// With which role the person acts here.
    pub fn role(&self) -> Role {
        self.role
    }
}

#[cfg(test)]
#[path = "service_account_tests.rs"]
mod tests;
