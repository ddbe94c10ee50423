//! What administrators decide of a person, and what a change of it comes to.

use std::collections::BTreeSet;

use super::catalogue::Catalogue;
use super::ceiling::Ceiling;
use super::id::TokenId;
use super::team::TeamKey;
use super::time::Now;
use super::token::Token;
use super::user::{DisplayName, Email, Role, User};

/// Name, mail address, role and teams. The username stays for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub name: DisplayName,
    pub email: Option<Email>,
    pub role: Role,
    /// Also those that the file no longer has.
    pub teams: BTreeSet<TeamKey>,
}

impl Details {
    pub fn of(user: &User) -> Self {
        Self {
            name: user.display_name.clone(),
            email: user.email.clone(),
            role: user.role,
            teams: user.teams.iter().cloned().collect(),
        }
    }
}

/// The details of one person before and after a change.
pub struct Revision<'a> {
    pub before: &'a Details,
    pub after: &'a Details,
    pub catalogue: &'a Catalogue,
}

impl Revision<'_> {
    /// The teams that they join, in the order of their keys.
    pub fn joined(&self) -> impl Iterator<Item = &TeamKey> {
        self.after.teams.difference(&self.before.teams)
    }

    pub fn left(&self) -> impl Iterator<Item = &TeamKey> {
        self.before.teams.difference(&self.after.teams)
    }

    /// What a team is called, also one that is gone from the file.
    pub fn called<'t>(&'t self, team: &'t TeamKey) -> &'t str {
        self.catalogue.team(team.as_str()).map_or(team.as_str(), |team| &team.name)
    }

    /// Each change as a sentence without its full stop.
    pub fn sentences(&self) -> Vec<String> {
        let (before, after) = (self.before, self.after);
        let mut all = Vec::new();
        if before.name != after.name {
            let (new, old) = (after.name.as_str(), before.name.as_str());
            all.push(format!("The name is “{new}”, before “{old}”"));
        }
        if before.email != after.email {
            let (new, old) = (address(after), address(before));
            all.push(format!("The mail address is {new}, before {old}"));
        }
        if before.role != after.role {
            let (new, old) = (after.role.as_str(), before.role.as_str());
            all.push(format!("The role is {new}, before {old}"));
        }
        all.extend(self.joined().map(|team| format!("Now in the team “{}”", self.called(team))));
        let left = |team| format!("No longer in the team “{}”", self.called(team));
        all.extend(self.left().map(left));
        all
    }

    /// What it does to tokens that haven't ended: those of which something changes.
    pub fn effects(&self, tokens: &[Token], now: Now) -> Vec<Effect> {
        let lasting = tokens.iter().filter(|t| t.revoked.is_none() && !t.has_ended(now));
        lasting.filter_map(|token| self.effect(token)).collect()
    }

    fn effect(&self, token: &Token) -> Option<Effect> {
        let left = |details: &Details| {
            let teams: Vec<TeamKey> = details.teams.iter().cloned().collect();
            token.grants.within(
                self.catalogue,
                Ceiling { role: details.role, teams: &teams, is_service: false },
            )
        };
        let (before, after) = (left(self.before), left(self.after));
        let words = |grants: &super::grants::Grants| grants.summary(self.catalogue).to_string();
        (before != after).then(|| Effect {
            id: token.id.clone(),
            name: token.name.as_str().to_owned(),
            less: before.widen(&after, self.catalogue),
            more: after.widen(&before, self.catalogue),
            before: words(&before),
            after: words(&after),
        })
    }
}

fn address(details: &Details) -> &str {
    details.email.as_ref().map_or("none", Email::as_str)
}

/// A token that will do something else than now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub id: TokenId,
    pub name: String,
    pub less: bool,
    pub more: bool,
    /// What it does, in words.
    pub before: String,
    pub after: String,
}

#[cfg(test)]
#[path = "details_tests.rs"]
mod tests;
