//! Everybody's tokens as an administrator asks to see them: which of them, in what order, a page at a time.

use chrono::{DateTime, Utc};

use super::policy::{Policy, Rule};
use super::time::Now;
use super::token::Token;

/// How many tokens a page holds.
pub const PAGE: usize = 50;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Neither revoked nor past their last day; paused ones, too.
    #[default]
    Live,
    Expired,
    Revoked,
    All,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Live, Self::Expired, Self::Revoked, Self::All];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Name,
    Used,
    Expires,
    Created,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub column: Column,
    pub descending: bool,
}

impl Default for Order {
    /// The newest first.
    fn default() -> Self {
        Self { column: Column::Created, descending: true }
    }
}

/// What an administrator asks to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub state: State,
    pub order: Order,
    /// Each word has to be in the name, the hint, a service that is granted or a name of the owner.
    pub words: String,
    /// What the owner signs in with; empty for anybody.
    pub owner: String,
    /// The key of a service that is granted; empty for any.
    pub service: String,
    /// Generated at least so many days ago.
    pub age: Option<u32>,
    /// Not used for so many days, nor given its value in them.
    pub unused: Option<u32>,
    /// What today's policy would not give any more, by this rule.
    pub outside: Option<Rule>,
    /// From 1; beyond the end it is the last one.
    pub page: usize,
}

impl Query {
    /// Whether it asks for what no column tells: when a token was last used, and what the policy says of that.
    pub fn asks_for_uses(&self) -> bool {
        self.unused.is_some() || self.outside.is_some() || self.order.column == Column::Used
    }

    /// Whether it has a token, as far as no column tells.
    pub fn has(&self, token: &Token, policy: &Policy, now: Now) -> bool {
        let is_outside = |rule| policy.broken(token, now).iter().any(|(broken, _)| *broken == rule);
        let used = token.last_use.as_ref().map(|last| last.at);
        self.is_unused(token.renewed, used, now) && self.outside.is_none_or(is_outside)
    }

    /// Whether a token that has had its value since then was unused for as long as is asked for.
    pub fn is_unused(&self, renewed: DateTime<Utc>, used: Option<DateTime<Utc>>, now: Now) -> bool {
        let since = used.map_or(renewed, |used| used.max(renewed));
        self.unused.is_none_or(|days| (now.at() - since).num_days() >= i64::from(days))
    }
}

/// How tokens divide by when they were used: each is counted once.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    lately: u64,
    longer_ago: u64,
    never: u64,
    pub expired: u64,
    /// Of those used lately.
    pub right_now: u64,
}

impl Usage {
    /// How many days "lately" is.
    const LATELY: i64 = 30;

    pub fn of<'a>(tokens: impl IntoIterator<Item = &'a Token>, now: Now) -> Self {
        let mut usage = Self::default();
        tokens.into_iter().for_each(|token| usage.add(token, now));
        usage
    }

    pub fn add(&mut self, token: &Token, now: Now) {
        let days = token.last_use.as_ref().map(|last| (now.at() - last.at).num_days());
        match days {
            _ if token.has_ended(now) => self.expired += 1,
            None => self.never += 1,
            Some(..Self::LATELY) => self.lately += 1,
            Some(_) => self.longer_ago += 1,
        }
        self.right_now += u64::from(token.is_in_use(now));
    }

    /// Each part that there is, with its words.
    pub fn lines(&self) -> Vec<(u64, &'static str)> {
        let all = [
            (self.lately, "used in the last 30 days"),
            (self.longer_ago, "used longer ago"),
            (self.never, "never used"),
            (self.expired, "already expired"),
        ];
        all.into_iter().filter(|(count, _)| *count > 0).collect()
    }
}
