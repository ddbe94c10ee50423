//! Uses as one worker notes them, one after the other: no look-up, so that noting one costs next to nothing however
//! many tokens there are. They are put together when they are written.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rustc_hash::FxHashMap;

use crate::domain::client::Client;
use crate::domain::id::{TokenId, UserId};
use crate::domain::secret::Digest;
use crate::domain::standing::Standing;
use crate::domain::time::{Now, from_micros};
use crate::domain::token::LastUse;
use crate::domain::usage::{Day, Uses};
use crate::store::uses::OfPerson;

#[derive(Default)]
pub struct Notes {
    /// In small parts, so that none is ever moved to make room.
    uses: Vec<Vec<Use>>,
    agents: Agents,
    /// By value, for those that are no longer their token's: rarely any.
    pub former: FxHashMap<Digest, LastUse>,
    pub ending: Ending,
}

/// The last uses of tokens that were about to end for want of use, as far as memory knew.
pub type Ending = FxHashMap<TokenId, DateTime<Utc>>;

/// One use, of 64 bytes.
#[derive(Clone)]
struct Use {
    person: UserId,
    token: TokenId,
    /// Microseconds since 1970, UTC.
    at: i64,
    address: Option<IpAddr>,
    agent: u32,
}

impl Notes {
    /// So many uses fit; further ones go unnoted.
    pub const MOST: usize = 600_000;
    /// At so many it is time to write them down.
    pub const MANY: usize = 400_000;
    const PART: usize = 1_000;
    /// Of how many values, or tokens that may end, one by one.
    const MOST_SINGLE: usize = 100_000;

    /// Notes a use of this person's value. Answers whether it has just become time to write.
    pub fn add(&mut self, owner: &UserId, token: &Standing, by: &Client, now: Now) -> bool {
        if token.former && self.former.len() < Self::MOST_SINGLE {
            let (at, address, agent) = (now.at(), by.address, by.agent().to_owned());
            self.former.insert(token.digest, LastUse { at, address, agent });
        }
        if token.unused.is_some() && ends_soon(token, now) && self.ending.len() < Self::MOST_SINGLE
        {
            self.ending.insert(token.id.clone(), now.at());
        }
        if self.len() >= Self::MOST {
            return false;
        }
        let agent = self.agents.place(by.agent());
        let (person, token) = (owner.clone(), token.id.clone());
        let at = now.at().timestamp_micros();
        self.part().push(Use { person, token, at, address: by.address, agent });
        self.len() == Self::MANY
    }

    fn part(&mut self) -> &mut Vec<Use> {
        let is_full = self.uses.last().is_none_or(|part| part.len() == Self::PART);
        if is_full {
            self.uses.push(Vec::with_capacity(Self::PART));
        }
        let last = self.uses.len() - 1;
        &mut self.uses[last]
    }

    fn len(&self) -> usize {
        let full = self.uses.len().saturating_sub(1) * Self::PART;
        full + self.uses.last().map_or(0, Vec::len)
    }
}

/// Whether a token would end for want of use within an hour: by then this use is written, if it can be.
fn ends_soon(token: &Standing, now: Now) -> bool {
    let soon = now.at().checked_add_signed(TimeDelta::hours(1));
    soon.is_none_or(|soon| token.is_spent(Now::new(soon)))
}

/// Ids begin with any letter or digit: so many places, in the order of their first two.
const PLACES: usize = 75 * 75;

fn place(person: &UserId) -> usize {
    let first = person.as_str().bytes().take(2);
    first.fold(0, |place, byte| place * 75 + usize::from(byte.saturating_sub(b'0'))).min(PLACES - 1)
}

/// What several workers have noted, by person: each token once a day.
///
/// It is dealt out to places by the first letters of the people's ids, as neighbours in memory are put in order much
/// faster than all at once, which memory would have to be waited for at every step.
pub fn by_person(all: Vec<Notes>) -> Vec<OfPerson> {
    let mut counts = vec![0; PLACES];
    let uses = all.iter().flat_map(|notes| notes.uses.iter().flatten());
    uses.for_each(|of| counts[place(&of.person)] += 1);
    let mut places: Vec<Vec<Use>> = counts.into_iter().map(Vec::with_capacity).collect();
    let mut agents = Agents::default();
    for notes in all {
        let names: Vec<u32> = notes.agents.names.iter().map(|name| agents.place(name)).collect();
        for of in notes.uses.into_iter().flatten() {
            let agent = names.get(of.agent as usize).copied().unwrap_or_default();
            places[place(&of.person)].push(Use { agent, ..of });
        }
    }
    let mut people = Vec::new();
    for mut uses in places {
        uses.sort_unstable_by(|a, b| (&a.person, &a.token, a.at).cmp(&(&b.person, &b.token, b.at)));
        for uses in uses.chunk_by(|a, b| a.person == b.person) {
            let Some(first) = uses.first() else { continue };
            people.push((first.person.clone(), together(uses, &agents)));
        }
    }
    people
}

/// One person's uses, by token and then by time, as each token's of each day.
fn together(uses: &[Use], agents: &Agents) -> Vec<Uses> {
    let day = |of: &Use| Day::of_micros(of.at);
    let same = |a: &Use, b: &Use| a.token == b.token && day(a) == day(b);
    let days = uses.chunk_by(same);
    let of_day = |uses: &[Use]| {
        let last = uses.last()?;
        Some(Uses {
            token: last.token.clone(),
            at: from_micros(last.at),
            address: last.address,
            agent: agents.name(last.agent),
            count: uses.len() as u64,
        })
    };
    days.filter_map(of_day).collect()
}

/// Adds what could not be written before. So much of it is kept, and no more.
pub fn join(left: Vec<OfPerson>, new: Vec<OfPerson>) -> Vec<OfPerson> {
    if left.is_empty() {
        return new;
    }
    let mut people: std::collections::BTreeMap<UserId, Vec<Uses>> = left.into_iter().collect();
    let mut count: usize = people.values().map(Vec::len).sum();
    for (person, uses) in new {
        let known = people.entry(person).or_default();
        for of in uses {
            let same =
                |known: &&mut Uses| known.token == of.token && Day::of(known.at) == Day::of(of.at);
            match known.iter_mut().find(same) {
                Some(known) => known.join(&of),
                None if count < Notes::MOST => {
                    known.push(of);
                    count += 1;
                }
                None => {}
            }
        }
    }
    people.into_iter().collect()
}

/// Programs by what they call themselves, each once.
#[derive(Default)]
struct Agents {
    names: Vec<Arc<str>>,
    places: HashMap<Arc<str>, u32>,
    last: u32,
}

impl Agents {
    /// So many different ones are told apart between two times of writing; further ones are nameless.
    const MOST: usize = 1_000;

    fn place(&mut self, name: &str) -> u32 {
        if self.names.get(self.last as usize).is_some_and(|last| **last == *name) {
            return self.last;
        }
        if self.names.is_empty() {
            self.add("");
        }
        let known = self.places.get(name).copied();
        self.last = match known {
            Some(place) => place,
            None if self.names.len() < Self::MOST => self.add(name),
            None => 0,
        };
        self.last
    }

    fn add(&mut self, name: &str) -> u32 {
        let (name, place) = (Arc::<str>::from(name), self.names.len() as u32);
        self.names.push(name.clone());
        self.places.insert(name, place);
        place
    }

    fn name(&self, place: u32) -> Arc<str> {
        self.names.get(place as usize).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
#[path = "notes_tests.rs"]
mod tests;
