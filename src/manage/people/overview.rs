//! One person as an administrator sees them: what they have here, and what has happened to it lately.

use chrono::{DateTime, Utc};

use super::{Entry, somebody};
use crate::domain::actor::Actor;
use crate::domain::event::{Event, Kind};
use crate::domain::id::UserId;
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::session::Session;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::manage::Manage;
use crate::manage::activity::{People, involved};
use crate::store::events::{Filter, Place};
use crate::store::{events, passkeys, people, second_factors, sessions, tokens};

/// How many lines of their activity there are.
const RECENT: i64 = 10;

pub struct Overview {
    pub entry: Entry,
    /// Since when a second factor is asked of them.
    pub second_factor: Option<DateTime<Utc>>,
    pub passkeys: usize,
    pub signed_in: Option<DateTime<Utc>>,
    /// Live and expired, not the revoked ones; the newest first.
    pub tokens: Vec<Token>,
    /// Those that are alive, the one used last first.
    pub sessions: Vec<Session>,
    /// The newest first.
    pub events: Vec<Event>,
    /// What those are called who did it.
    pub people: People,
}

impl Overview {
    /// How many of their tokens that work were used in the last so many days.
    pub fn used_lately(&self, days: i64, now: Now) -> usize {
        let lately = |at: DateTime<Utc>| (now.at() - at).num_days() < days;
        let live = self.tokens.iter().filter(|token| token.is_live(now));
        live.filter(|token| token.last_use.as_ref().is_some_and(|last| lately(last.at))).count()
    }

    /// Whether there is anything beside the password that they sign in with.
    pub fn has_second_factor(&self) -> bool {
        self.second_factor.is_some() || self.passkeys > 0
    }
}

impl Manage {
    pub async fn overview(&self, by: &Actor, id: UserId, now: Now) -> Outcome<Overview> {
        let (by, limits) = (by.id().clone(), self.rules().sessions);
        self.db
            .read(move |c| {
                somebody(c, &by, &id)?;
                let entry = people::these(c, &[id.as_str().to_owned()], now)?.pop();
                let person = Filter::Person(&id);
                let recent = events::activity(c, &person, None, Place::Newest, RECENT)?;
                let kind = Some(Kind::SignedIn);
                let signed_in = events::activity(c, &person, kind, Place::Newest, 1)?.pop();
                let mut sessions = sessions::of_person(c, &id)?;
                sessions.retain(|session| limits.allow(session.span, now));
                Ok(Overview {
                    entry: entry.ok_or(Refusal::NotFound)?,
                    second_factor: second_factors::find(c, &id)?.map(|factor| factor.added),
                    passkeys: passkeys::count(c, &id)?,
                    signed_in: signed_in.map(|(_, event)| event.at),
                    tokens: tokens::of_owner(c, &id)?,
                    sessions,
                    people: people::called(c, &involved(&recent))?,
                    events: recent.into_iter().map(|(_, event)| event).collect(),
                })
            })
            .await
    }
}
