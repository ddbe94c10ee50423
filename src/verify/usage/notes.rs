//! Uses as one worker notes them: the last one of each token and day, and how many there were.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;

use crate::domain::client::Client;
use crate::domain::id::{TokenId, UserId};
use crate::domain::secret::Digest;
use crate::domain::token::LastUse;
use crate::domain::usage::{Day, Uses};
use crate::store::uses::OfPerson;

#[derive(Default)]
pub struct Notes {
    /// Ids are random and nobody's choice, so that a simple hash will do.
    uses: FxHashMap<(TokenId, Day), Noted>,
    /// By value, for those that are no longer their token's: rarely any.
    former: FxHashMap<Digest, LastUse>,
    agents: Agents,
}

struct Noted {
    person: UserId,
    at: DateTime<Utc>,
    address: Option<IpAddr>,
    agent: u32,
    count: u64,
}

/// One use, or several of which it is the last.
pub struct Use<'a> {
    pub person: &'a UserId,
    pub token: &'a TokenId,
    pub at: DateTime<Utc>,
    pub address: Option<IpAddr>,
    pub agent: &'a str,
    pub count: u64,
}

impl<'a> Use<'a> {
    pub fn new(person: &'a UserId, token: &'a TokenId, by: &'a Client, at: DateTime<Utc>) -> Self {
        Self { person, token, at, address: by.address, agent: by.agent(), count: 1 }
    }
}

impl Notes {
    /// So many tokens fit; the uses of further ones go unnoted. At some 90 bytes each.
    pub const MOST: usize = 7 << 16;
    /// From so many on it is time to write them down.
    pub const MANY: usize = 3 << 17;

    /// Answers whether it has just become time to write.
    pub fn add(&mut self, new: &Use<'_>) -> bool {
        let agent = self.agents.place(new.agent);
        let key = (new.token.clone(), Day::of(new.at));
        if let Some(known) = self.uses.get_mut(&key) {
            known.add(new, agent);
        } else if self.uses.len() < Self::MOST {
            self.uses.insert(key, Noted::new(new, agent));
            return self.uses.len() == Self::MANY;
        }
        false
    }

    /// Notes a use of a value that is no longer its token's.
    pub fn add_former(&mut self, value: Digest, last: LastUse) {
        let known = self.former.get(&value);
        let is_news = known.map_or(self.former.len() < Self::MOST, |known| last.at >= known.at);
        if is_news {
            self.former.insert(value, last);
        }
    }

    /// The last use of a token that is noted of this day or the one before.
    pub fn last(&self, token: &TokenId, day: Day) -> Option<DateTime<Utc>> {
        let noted = |day| self.uses.get(&(token.clone(), day));
        noted(day).or_else(|| noted(day.plus(-1))).map(|noted| noted.at)
    }

    /// What could not be written, to be noted again; `None` for nothing.
    pub fn of(left: &[OfPerson], former: &[(Digest, LastUse)]) -> Option<Self> {
        let mut notes = Self::default();
        for (person, uses) in left {
            for of in uses {
                let Uses { token, at, address, agent, count } = of;
                notes.add(&Use { person, token, at: *at, address: *address, agent, count: *count });
            }
        }
        for (value, last) in former {
            notes.add_former(*value, last.clone());
        }
        (!left.is_empty() || !former.is_empty()).then_some(notes)
    }

    pub fn former(&self) -> impl Iterator<Item = (Digest, LastUse)> {
        self.former.iter().map(|(value, last)| (*value, last.clone()))
    }
}

impl Noted {
    fn new(new: &Use<'_>, agent: u32) -> Self {
        let (person, at, address) = (new.person.clone(), new.at, new.address);
        Self { person, at, address, agent, count: new.count }
    }

    fn add(&mut self, new: &Use<'_>, agent: u32) {
        self.count = self.count.saturating_add(new.count);
        if new.at >= self.at {
            (self.at, self.address, self.agent) = (new.at, new.address, agent);
        }
    }
}

/// What several workers have noted, by person and then by day and token, as it is written.
pub fn by_person(all: &[Arc<Notes>]) -> Vec<OfPerson> {
    let mut people: FxHashMap<&UserId, Vec<Uses>> = FxHashMap::default();
    for notes in all {
        for ((token, _), noted) in &notes.uses {
            people.entry(&noted.person).or_default().push(Uses {
                token: token.clone(),
                at: noted.at,
                address: noted.address,
                agent: notes.agents.name(noted.agent),
                count: noted.count,
            });
        }
    }
    let mut people: Vec<OfPerson> = people
        .into_iter()
        .map(|(person, mut uses)| {
            uses.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
            uses.dedup_by(|next, kept| {
                let same = order(next) == order(kept);
                if same {
                    kept.join(next);
                }
                same
            });
            (person.clone(), uses)
        })
        .collect();
    people.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    people
}

fn order(uses: &Uses) -> (Day, &TokenId) {
    (Day::of(uses.at), &uses.token)
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
