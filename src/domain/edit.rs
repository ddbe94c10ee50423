//! A change of a token that keeps its value: what is asked for, and what it comes to in words.

use super::catalogue::Catalogue;
use super::expiry::{Choice, Expiry};
use super::grants::Grants;
use super::limit::{PerMinute, is_looser};
use super::networks::Networks;
use super::time::text_day;
use super::token::{Description, Token, TokenName};

/// What a person asks for when they edit a token.
#[derive(Clone, Debug)]
pub struct Edit {
    pub name: TokenName,
    pub description: Description,
    /// `None` leaves the end as it is, even where today's policy would not give it any more.
    pub expires: Option<Choice>,
    pub grants: Grants,
    pub networks: Networks,
    pub per_minute: Option<PerMinute>,
}

/// A token before and after an edit.
pub struct Difference<'a> {
    pub before: &'a Token,
    pub after: &'a Token,
    pub catalogue: &'a Catalogue,
}

impl Difference<'_> {
    pub fn widens_access(&self) -> bool {
        self.after.grants.widen(&self.before.grants, self.catalogue)
    }

    pub fn widens_networks(&self) -> bool {
        self.after.networks.widen(&self.before.networks)
    }

    pub fn loosens(&self) -> bool {
        is_looser(self.after.per_minute, self.before.per_minute)
    }

    pub fn lengthens(&self) -> bool {
        match (self.before.expiry, self.after.expiry) {
            (Expiry::Never, _) => false,
            (Expiry::At(_), Expiry::Never) => true,
            (Expiry::At(before), Expiry::At(after)) => after > before,
        }
    }

    /// Whether the token can do more, more often, longer or from more places than before.
    pub fn widens(&self) -> bool {
        self.widens_access() || self.widens_networks() || self.loosens() || self.lengthens()
    }

    /// Each change as a sentence without its full stop.
    pub fn sentences(&self) -> Vec<String> {
        let (before, after) = (self.before, self.after);
        let mut all = Vec::new();
        if before.name != after.name {
            let (new, old) = (after.name.as_str(), before.name.as_str());
            all.push(format!("The name is “{new}”, before “{old}”"));
        }
        if before.description != after.description {
            all.push("The description changed".to_owned());
        }
        if before.expiry != after.expiry {
            let (new, old) = (until(after.expiry), until(before.expiry));
            all.push(format!("It works {new}, before {old}"));
        }
        if before.grants != after.grants {
            let words = |grants: &Grants| grants.summary(self.catalogue).to_string();
            let (new, old) = (words(&after.grants), words(&before.grants));
            all.push(format!("Access: {new}. Before: {old}"));
        }
        if before.networks != after.networks {
            let (new, old) = (from(&after.networks), from(&before.networks));
            all.push(format!("It works {new}, before {old}"));
        }
        if before.per_minute != after.per_minute {
            let (new, old) = (often(after.per_minute), often(before.per_minute));
            all.push(format!("It works {new}, before {old}"));
        }
        all
    }
}

fn until(expiry: Expiry) -> String {
    match expiry.last_day() {
        Some(day) => format!("until {}", text_day(day)),
        None => "until it is revoked".to_owned(),
    }
}

fn from(networks: &Networks) -> String {
    if networks.is_anywhere() { "from anywhere".to_owned() } else { format!("from {networks}") }
}

fn often(limit: Option<PerMinute>) -> String {
    limit.map_or("as often as it is used".to_owned(), |limit| format!("for at most {limit}"))
}
