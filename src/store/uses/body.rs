//! What a row of `uses` holds: the last use of each of a person's tokens, and how many uses each had on the row's day.
//!
//! It is read and written for every person whose tokens were used, every few seconds. So it is compact (postcard, see
//! https://postcard.jamesmunns.com/wire-format): addresses and programs stand once, the tokens refer to them.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::Counts;
use crate::domain::refusal::Fault;
use crate::domain::usage::{Day, Uses};

#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    addresses: Vec<Option<IpAddr>>,
    #[serde(borrow)]
    agents: Vec<&'a str>,
    /// In the order of their ids.
    #[serde(borrow)]
    tokens: Vec<StoredToken<'a>>,
}

#[derive(Serialize, Deserialize)]
struct StoredToken<'a> {
    id: &'a str,
    /// Microseconds since 1970, UTC.
    at: i64,
    count: u64,
    /// Places in the lists above.
    address: usize,
    agent: usize,
}

/// One token in it.
#[derive(Clone)]
pub struct Last<'a> {
    token: &'a str,
    pub at: i64,
    pub address: Option<IpAddr>,
    pub agent: &'a str,
    pub count: u64,
}

pub struct Body<'a> {
    day: Day,
    tokens: Vec<Last<'a>>,
}

impl Default for Body<'_> {
    fn default() -> Self {
        Self { day: Day::from_number(0), tokens: Vec::new() }
    }
}

impl<'a> Body<'a> {
    pub fn read(day: Day, bytes: &'a [u8]) -> Result<Self, Fault> {
        let doing = "reading the uses of a person’s tokens";
        let stored: Stored<'a> = postcard::from_bytes(bytes).map_err(|e| Fault::new(doing, e))?;
        let lost = || Fault::new(doing, "a token refers to what isn't there");
        let last = |token: StoredToken<'a>| {
            Ok(Last {
                token: token.id,
                at: token.at,
                address: *stored.addresses.get(token.address).ok_or_else(lost)?,
                agent: stored.agents.get(token.agent).ok_or_else(lost)?,
                count: token.count,
            })
        };
        let tokens = stored.tokens.into_iter().map(last).collect::<Result<_, Fault>>()?;
        Ok(Self { day, tokens })
    }

    pub fn write(&self) -> Result<Vec<u8>, Fault> {
        let mut stored = Stored {
            addresses: Vec::new(),
            agents: Vec::new(),
            tokens: Vec::with_capacity(self.tokens.len()),
        };
        for last in &self.tokens {
            stored.tokens.push(StoredToken {
                id: last.token,
                at: last.at,
                count: last.count,
                address: place(&mut stored.addresses, last.address),
                agent: place(&mut stored.agents, last.agent),
            });
        }
        postcard::to_stdvec(&stored).map_err(|e| Fault::new("writing uses down", e))
    }

    pub fn day(&self) -> Day {
        self.day
    }

    pub fn find(&self, token: &str) -> Option<&Last<'a>> {
        let place = self.tokens.binary_search_by(|last| last.token.cmp(token));
        place.ok().map(|place| &self.tokens[place])
    }

    /// Adds uses, by day and then by token. Answers with the counts of all days but the one that the row now has.
    pub fn add(&mut self, uses: &'a [Uses]) -> Vec<(Day, Counts)> {
        let mut former = Vec::new();
        for uses in uses.chunk_by(|one, other| Day::of(one.at) == Day::of(other.at)) {
            let Some(day) = uses.first().map(|first| Day::of(first.at)) else { continue };
            if day > self.day {
                former.push((self.day, self.take_counts()));
                self.day = day;
            }
            let counts = day == self.day;
            if !counts {
                let counted = uses.iter().map(|of| (of.token.as_str().to_owned(), of.count));
                former.push((day, counted.collect()));
            }
            self.merge(uses, counts);
        }
        former.retain(|(_, counts)| !counts.is_empty());
        former
    }

    fn take_counts(&mut self) -> Counts {
        let used = self.tokens.iter_mut().filter(|last| last.count > 0);
        used.map(|last| (last.token.to_owned(), std::mem::take(&mut last.count))).collect()
    }

    /// Both are in the order of the tokens.
    fn merge(&mut self, uses: &'a [Uses], counts: bool) {
        let known = std::mem::take(&mut self.tokens);
        self.tokens.reserve(known.len().max(uses.len()));
        let mut known = known.into_iter().peekable();
        for new in uses {
            let token = new.token.as_str();
            while let Some(other) = known.next_if(|last| last.token < token) {
                self.tokens.push(other);
            }
            let same = known.next_if(|last| last.token == token);
            let at = new.at.timestamp_micros();
            let fresh = Last { token, at, address: new.address, agent: &new.agent, count: 0 };
            let count = same.as_ref().map_or(0, |last| last.count);
            let latest = same.filter(|last| last.at > at).unwrap_or(fresh);
            let more = if counts { new.count } else { 0 };
            self.tokens.push(Last { count: count.saturating_add(more), ..latest });
        }
        self.tokens.extend(known);
    }

    /// Whether some tokens were not used for as long as uses are counted: they may be gone.
    pub fn has_idle(&self) -> bool {
        self.tokens.iter().any(|last| self.is_idle(last))
    }

    /// Drops those that are gone.
    pub fn forget_idle(&mut self, is_there: impl Fn(&str) -> bool) {
        let mut tokens = std::mem::take(&mut self.tokens);
        tokens.retain(|last| !self.is_idle(last) || is_there(last.token));
        self.tokens = tokens;
    }

    fn is_idle(&self, last: &Last<'_>) -> bool {
        Day::of(super::moment(last.at)).plus(Day::KEPT) <= self.day
    }
}

/// Where a value stands in a list, at whose end it is put if it isn't there. Most tokens have what the last one has.
fn place<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    list.iter().rposition(|known| *known == value).unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    })
}
