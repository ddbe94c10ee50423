//! What a row of `uses` holds: the last use of each of a person's tokens, and how many uses each had on the row's day.
//!
//! It is read and written for every person whose tokens were used, every few seconds, and what that costs is mostly
//! pages: so it is small. First, in the format of postcard (https://postcard.jamesmunns.com/wire-format), a `Header`,
//! then the tokens' ids in rising order, 12 bytes each: 16 letters and digits are as much in base64.

use std::net::IpAddr;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::Counts;
use crate::domain::refusal::Fault;
use crate::domain::usage::{Day, Uses};

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    /// The latest use of all, in microseconds since 1970, UTC.
    latest: i64,
    #[serde(borrow)]
    origins: Vec<Origin<'a>>,
    /// In the order of the ids.
    tokens: Vec<StoredLast>,
}

/// Address and program.
type Origin<'a> = (Option<IpAddr>, &'a str);

#[derive(Serialize, Deserialize)]
struct StoredLast {
    /// How long before the latest of all, in microseconds.
    before: u64,
    count: u64,
    /// Its place among the origins.
    origin: usize,
}

type Id = [u8; 12];

/// The last use of one token.
#[derive(Clone, Copy)]
struct Last {
    id: Id,
    at: i64,
    origin: usize,
    count: u64,
}

/// A last use as it is told.
pub struct Told<'a> {
    pub at: i64,
    pub address: Option<IpAddr>,
    pub agent: &'a str,
    pub count: u64,
}

pub struct Body<'a> {
    day: Day,
    tokens: Vec<Last>,
    origins: Vec<Origin<'a>>,
}

impl Default for Body<'_> {
    fn default() -> Self {
        Self { day: Day::from_number(0), tokens: Vec::new(), origins: Vec::new() }
    }
}

impl<'a> Body<'a> {
    pub fn read(day: Day, bytes: &'a [u8]) -> Result<Self, Fault> {
        let doing = "reading the uses of a person’s tokens";
        let (header, ids) =
            postcard::take_from_bytes::<Header<'a>>(bytes).map_err(|e| Fault::new(doing, e))?;
        let (ids, rest) = ids.as_chunks();
        let refers = |last: &StoredLast| last.origin < header.origins.len();
        let whole = ids.len() == header.tokens.len() && rest.is_empty();
        if !whole || !header.tokens.iter().all(refers) {
            return Err(Fault::new(doing, "something is missing in it"));
        }
        let last = |(id, last): (&Id, StoredLast)| {
            let at = header.latest.saturating_sub_unsigned(last.before);
            Last { id: *id, at, origin: last.origin, count: last.count }
        };
        let tokens = ids.iter().zip(header.tokens).map(last).collect();
        Ok(Self { day, tokens, origins: header.origins })
    }

    pub fn write(&self) -> Result<Vec<u8>, Fault> {
        let latest = self.tokens.iter().map(|last| last.at).max().unwrap_or_default();
        // Only the origins that some token still has, each with its new place.
        let (mut origins, mut places) = (Vec::new(), vec![None; self.origins.len()]);
        let stored = |last: &Last| {
            let origin = *places[last.origin].get_or_insert_with(|| {
                origins.push(self.origins[last.origin]);
                origins.len() - 1
            });
            StoredLast { before: latest.abs_diff(last.at), count: last.count, origin }
        };
        let tokens = self.tokens.iter().map(stored).collect();
        let room = Vec::with_capacity(64 + self.tokens.len() * 20);
        let bytes = postcard::to_extend(&Header { latest, origins, tokens }, room);
        let mut bytes = bytes.map_err(|e| Fault::new("writing uses down", e))?;
        self.tokens.iter().for_each(|last| bytes.extend_from_slice(&last.id));
        Ok(bytes)
    }

    pub fn day(&self) -> Day {
        self.day
    }

    pub fn find(&self, token: &str) -> Option<Told<'a>> {
        let id = packed(token);
        let place = self.tokens.binary_search_by(|last| last.id.cmp(&id)).ok()?;
        let last = &self.tokens[place];
        let (address, agent) = self.origins[last.origin];
        Some(Told { at: last.at, address, agent, count: last.count })
    }

    /// Adds uses, in any order. Answers with the counts of all days but the one that the row now has.
    pub fn add(&mut self, uses: &'a [Uses]) -> Vec<(Day, Counts)> {
        let key = |of: &'a Uses| (Day::of(of.at), packed(of.token.as_str()), of);
        let mut uses: Vec<(Day, Id, &Uses)> = uses.iter().map(key).collect();
        uses.sort_unstable_by_key(|(day, id, _)| (*day, *id));
        let mut former = Vec::new();
        for uses in uses.chunk_by(|(one, ..), (other, ..)| one == other) {
            let Some((day, ..)) = uses.first().copied() else { continue };
            if day > self.day {
                former.push((self.day, self.take_counts()));
                self.day = day;
            }
            let counts = day == self.day;
            if !counts {
                let counted = uses.iter().map(|(_, id, of)| (unpacked(id), of.count));
                former.push((day, counted.collect()));
            }
            self.merge(uses, counts);
        }
        former.retain(|(_, counts)| !counts.is_empty());
        former
    }

    fn take_counts(&mut self) -> Counts {
        let used = self.tokens.iter_mut().filter(|last| last.count > 0);
        used.map(|last| (unpacked(&last.id), std::mem::take(&mut last.count))).collect()
    }

    /// Both are in the order of the ids, and each token is there once.
    fn merge(&mut self, uses: &[(Day, Id, &'a Uses)], counts: bool) {
        let known = std::mem::take(&mut self.tokens);
        self.tokens.reserve(known.len() + uses.len());
        let mut known = known.into_iter().peekable();
        for (_, id, new) in uses {
            while let Some(other) = known.next_if(|last| last.id < *id) {
                self.tokens.push(other);
            }
            let same = known.next_if(|last| last.id == *id);
            let at = new.at.timestamp_micros();
            let mut last = match same {
                Some(same) if same.at > at => same,
                same => Last {
                    id: *id,
                    at,
                    origin: self.origin((new.address, &new.agent)),
                    count: same.map_or(0, |same| same.count),
                },
            };
            last.count = last.count.saturating_add(if counts { new.count } else { 0 });
            self.tokens.push(last);
        }
        self.tokens.extend(known);
    }

    /// Where an origin stands. Most tokens have the one that was looked for last.
    fn origin(&mut self, origin: Origin<'a>) -> usize {
        let known = self.origins.iter().rposition(|known| *known == origin);
        known.unwrap_or_else(|| {
            self.origins.push(origin);
            self.origins.len() - 1
        })
    }

    /// Whether some tokens were not used for as long as uses are counted: they may be gone.
    pub fn has_idle(&self) -> bool {
        self.tokens.iter().any(|last| is_idle(last, self.day))
    }

    /// Drops those that are gone.
    pub fn forget_idle(&mut self, is_there: impl Fn(&str) -> bool) {
        let day = self.day;
        self.tokens.retain(|last| !is_idle(last, day) || is_there(&unpacked(&last.id)));
    }
}

fn is_idle(last: &Last, day: Day) -> bool {
    Day::of_micros(last.at).plus(Day::KEPT) <= day
}

fn packed(token: &str) -> Id {
    let mut id = Id::default();
    // Ids are 16 letters and digits; what is none of them is found nowhere.
    if token.len() == 16 && BASE64.decode_mut(token.as_bytes(), &mut id).is_err() {
        id = Id::default();
    }
    id
}

fn unpacked(id: &Id) -> String {
    BASE64.encode(id)
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
