//! The most that a person's tokens may do now: by their role, and by the teams they are in.
//!
//! A service that teams of the file name is open to the people of these teams alone, as far as the highest access that
//! any of theirs has for it. One that no team names is open by role alone. Admins are no exception.

use super::access::Access;
use super::catalogue::{Catalogue, Service};
use super::team::{Share, TeamKey};
use super::user::{Role, User};

/// What of a person decides what their tokens may do.
#[derive(Clone, Copy, Debug)]
pub struct Ceiling<'a> {
    pub role: Role,
    /// Also those that the file no longer has; these give nothing.
    pub teams: &'a [TeamKey],
    /// A service account's, of which words don't speak as of the person who reads them.
    pub is_service: bool,
}

impl Ceiling<'static> {
    /// Of somebody in no team.
    pub fn of_role(role: Role) -> Self {
        Self { role, teams: &[], is_service: false }
    }
}

impl User {
    pub fn ceiling(&self) -> Ceiling<'_> {
        Ceiling { role: self.role, teams: &self.teams, is_service: self.owned_by.is_some() }
    }
}

impl Service {
    /// The most that the token of such a person can be granted; `None` for nothing.
    pub fn ceiling(&self, of: Ceiling<'_>) -> Option<Access> {
        if !self.personal_tokens || of.role < self.role {
            return None;
        }
        if self.teams.is_empty() {
            return Some(self.highest);
        }
        let given = self.given(of).map(|share| share.access).max();
        given.map(|given| given.min(self.highest))
    }

    /// What the person's own teams give of it.
    fn given<'s>(&'s self, of: Ceiling<'s>) -> impl Iterator<Item = &'s Share> {
        self.teams.iter().filter(move |share| of.teams.contains(&share.team))
    }

    /// Why there is nothing to be had here for such a person, in words for them.
    pub fn closed_to(&self, of: Ceiling<'_>) -> Option<String> {
        if !self.personal_tokens {
            return Some("Takes no personal tokens".to_owned());
        }
        if of.role < self.role {
            let (least, own) = (self.role.as_str(), of.role.as_str());
            let whose = if of.is_service { "a service account’s" } else { "yours" };
            return Some(format!("Only for the role {least}; {whose} is {own}"));
        }
        if self.teams.is_empty() || self.given(of).next().is_some() {
            return None;
        }
        let names: Vec<&str> = self.teams.iter().map(|share| share.name.as_str()).collect();
        Some(match names.as_slice() {
            _ if of.is_service => format!("Only for the people and accounts of {}", listed(&names)),
            [one] => format!("Only for the team {one}, which you are not in"),
            _ => format!("Only for the teams {}; you are in none of them", listed(&names)),
        })
    }

    /// Why such a person can have no more than Read of it, where it is their teams that say so, in words for them.
    pub fn held_down(&self, of: Ceiling<'_>) -> Option<String> {
        if self.ceiling(of)? == self.highest {
            return None;
        }
        let names: Vec<&str> = self.given(of).map(|share| share.name.as_str()).collect();
        Some(match names.as_slice() {
            _ if of.is_service => format!("The team {} gives Read", listed(&names)),
            [one] => format!("Your team {one} gives Read"),
            _ => format!("Your teams {} give Read", listed(&names)),
        })
    }
}

impl Catalogue {
    /// A person's teams as services are told of them: the keys of those that the file has, with commas between.
    pub fn groups(&self, teams: &[TeamKey]) -> String {
        let known = teams.iter().filter(|key| self.team(key.as_str()).is_some());
        known.map(TeamKey::as_str).collect::<Vec<_>>().join(",")
    }
}

/// "Platform", "Platform and Web", "Platform, Web and Ops".
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
#[path = "ceiling_tests.rs"]
mod tests;
