//! A person's tokens as they ask to see them: which of them, in what order, a page at a time.

use std::collections::HashSet;

use super::catalogue::Catalogue;
use super::id::TokenId;
use super::text::folded;
use super::time::Now;
use super::token::Token;

/// How many tokens a page holds.
pub const PAGE: usize = 20;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    #[default]
    All,
    Expiring,
    Unused,
    Expired,
}

impl Show {
    pub const ALL: [Self; 4] = [Self::All, Self::Expiring, Self::Unused, Self::Expired];

    /// Whether it has this token among others.
    pub fn has(self, token: &Token, now: Now) -> bool {
        match self {
            Self::All => true,
            Self::Expiring => token.expires_soon(now),
            Self::Unused => token.last_use.is_none(),
            Self::Expired => token.has_ended(now),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Name,
    /// By how much is granted.
    Access,
    Used,
    Expires,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub column: Column,
    pub descending: bool,
}

impl Default for Order {
    /// The most recently used first; then those never used, the newest first.
    fn default() -> Self {
        Self { column: Column::Used, descending: true }
    }
}

/// What a person asks to see.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub show: Show,
    pub order: Order,
    /// Each word has to be in the name, the hint or a service that is granted.
    pub words: String,
    /// From 1; beyond the end it is the last one.
    pub page: usize,
    /// This token alone, whatever else is asked for.
    pub only: Option<TokenId>,
}

/// The page that was asked for, and what is beside it.
#[derive(Debug)]
pub struct Listing<T> {
    pub rows: Vec<T>,
    /// How many tokens there are in all.
    pub total: usize,
    /// How many of those with the words each choice of `Show` has, in the order of `Show::ALL`.
    pub counts: [usize; 4],
    /// How many this page is a part of.
    pub found: usize,
    pub page: usize,
    pub pages: usize,
}

impl<T: AsRef<Token>> Listing<T> {
    pub fn of(mut all: Vec<T>, catalogue: &Catalogue, query: &Query, now: Now) -> Self {
        let total = all.len();
        let search = Search::new(&query.words, catalogue);
        all.retain(|row| search.finds(row.as_ref()));
        let counts =
            Show::ALL.map(|show| all.iter().filter(|row| show.has((*row).as_ref(), now)).count());
        match &query.only {
            Some(id) => all.retain(|row| row.as_ref().id == *id),
            None => all.retain(|row| query.show.has(row.as_ref(), now)),
        }
        sort(&mut all, query.order);
        let (found, pages) = (all.len(), all.len().div_ceil(PAGE).max(1));
        let page = query.page.clamp(1, pages);
        let rows = all.into_iter().skip((page - 1) * PAGE).take(PAGE).collect();
        Self { rows, total, counts, found, page, pages }
    }
}

/// Ids stand last in every order, so that a page never changes by itself.
fn sort<T: AsRef<Token>>(rows: &mut [T], order: Order) {
    let name = |token: &Token| folded(token.name.as_str());
    match order.column {
        Column::Name => rows.sort_by_cached_key(|row| {
            let token = row.as_ref();
            (name(token), token.created, token.id.clone())
        }),
        Column::Access => rows.sort_by_cached_key(|row| {
            let token = row.as_ref();
            (token.grants.reach(), name(token), token.id.clone())
        }),
        Column::Used => rows.sort_by_cached_key(|row| {
            let token = row.as_ref();
            (token.last_use.as_ref().map(|last| last.at), token.created, token.id.clone())
        }),
        // What never ends does so after everything else.
        Column::Expires => rows.sort_by_cached_key(|row| {
            let token = row.as_ref();
            let end = token.end();
            (end.is_none(), end, name(token), token.id.clone())
        }),
    }
    if order.descending {
        rows.reverse();
    }
}

/// Words as they are looked for, each with the keys of the services that it names.
pub fn sought<'a>(words: &str, catalogue: &'a Catalogue) -> Vec<(String, HashSet<&'a str>)> {
    let services = catalogue.services().iter();
    let named: Vec<(&str, String)> =
        services.map(|service| (service.key.as_str(), folded(&service.name))).collect();
    let with_services = |word: &str| {
        // A hint as a row shows it ends with an ellipsis.
        let word = folded(word.trim_end_matches('…'));
        let meant = named.iter().filter(|(_, name)| name.contains(&word));
        let meant = meant.map(|(key, _)| *key).collect();
        (word, meant)
    };
    words.split_whitespace().map(with_services).collect()
}

/// Words to look for, each with the services that it names.
struct Search<'a>(Vec<(String, HashSet<&'a str>)>);

impl<'a> Search<'a> {
    fn new(words: &str, catalogue: &'a Catalogue) -> Self {
        Self(sought(words, catalogue))
    }

    fn finds(&self, token: &Token) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let (name, hint) = (folded(token.name.as_str()), folded(&token.hint));
        let found = |(word, meant): &(String, HashSet<&str>)| {
            let grants = || {
                let mut keys = token.grants.iter().map(|(key, _)| key.as_str());
                keys.any(|key| key.contains(word) || meant.contains(key))
            };
            name.contains(word) || hint.contains(word) || grants()
        };
        self.0.iter().all(found)
    }
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
