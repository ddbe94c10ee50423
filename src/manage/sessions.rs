//! Signing in and out, and what a session remembers.

mod ending;

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Manage;
use super::confirm::PASSWORD;
use super::tries::Try;
use crate::domain::actor::Actor;
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{SessionId, UserId};
use crate::domain::password::{Password, PasswordHash};
use crate::domain::refusal::{Outcome, Problems};
use crate::domain::second_factor::HalfWay;
use crate::domain::session::{KeyDigest, Session, Span};
use crate::domain::throttle;
use crate::domain::time::Now;
use crate::domain::user::{User, UserName};
pub use crate::store::sessions::State;
use crate::store::{events, second_factors, sessions, users};
pub(super) use ending::end;

/// What a right password opens.
pub enum Entry {
    In(User),
    /// Signing in goes on with a code.
    HalfWay(HalfWay),
}

/// How often a session's use is noted at most, so that reading pages costs no writes.
const NOTED_EVERY: Duration = Duration::from_secs(60);

impl Manage {
    /// Answers who signs in, or refuses: alike for an unknown name, a wrong password and a disabled person.
    pub async fn sign_in(
        &self,
        name: &str,
        typed: Option<Password>,
        client: &Client,
        now: Now,
    ) -> Outcome<Entry> {
        let outcome = self.let_in(name, typed, client, now).await;
        if !matches!(outcome, Ok(Entry::HalfWay(_))) {
            self.sign_ins.count(&outcome);
        }
        outcome
    }

    async fn let_in(
        &self,
        name: &str,
        typed: Option<Password>,
        client: &Client,
        now: Now,
    ) -> Outcome<Entry> {
        let name = UserName::parse(name).ok();
        let counted = name.as_ref().map_or("", UserName::as_str).to_owned();
        let attempt = self.begin_try(throttle::of_sign_in(&counted, client.address), now).await?;
        let found = match name {
            Some(name) => self.db.glance(move |c| Ok(users::find_by_name(c, &name)?)).await?,
            None => None,
        };
        let id = found.as_ref().map(|(user, _)| user.id.clone());
        // Who was invited and hasn't joined has no password to be checked against either.
        let (user, stored) = match found.filter(|(_, stored)| !stored.is_none()) {
            Some((user, stored)) => (Some(user), stored),
            None => (None, self.hasher.nobody()),
        };
        let (matches, renewed) = check(&attempt, typed, stored.clone()).await?;
        let Some(user) = user.filter(|user| matches && user.disabled.is_none()) else {
            let event = Event::at_the_door(Kind::SignInFailed, id, client, now);
            self.db.write(move |tx| Ok(events::record(tx, &event)?)).await?;
            return Err(Problems::one(PASSWORD, "That username and password don’t match").into());
        };
        self.forgive(attempt).await?;
        let half = HalfWay::begin(user.id.clone(), renewed.as_ref().unwrap_or(&stored), now);
        let is_in = self.note_password(&user, stored, renewed, client, now).await?;
        Ok(if is_in { Entry::In(user) } else { Entry::HalfWay(half) })
    }

    /// Keeps the hash that was made anew. Answers whether nothing more is asked of this person, and they are in.
    async fn note_password(
        &self,
        user: &User,
        stored: PasswordHash,
        renewed: Option<PasswordHash>,
        client: &Client,
        now: Now,
    ) -> Outcome<bool> {
        let id = user.id.clone();
        let event = Event::signed_in(id.clone(), client, now);
        self.db
            .write(move |tx| {
                if let Some(renewed) = &renewed {
                    users::set_password(tx, &id, &stored, renewed)?;
                }
                if second_factors::exists(tx, &id)? {
                    return Ok(false);
                }
                events::record(tx, &event)?;
                Ok(true)
            })
            .await
    }

    pub async fn note_sign_out(&self, me: &Actor, now: Now) -> Outcome<()> {
        let event = Event::own(Kind::SignedOut, me, now);
        self.db.write(move |tx| Ok(events::record(tx, &event)?)).await
    }

    /// The person a session belongs to, as they are now, and whether they have a password; `None` once they are gone or
    /// disabled.
    pub async fn person(&self, id: UserId) -> Outcome<Option<(User, bool)>> {
        let found = self.db.glance(move |c| Ok(users::find(c, &id)?)).await?;
        let is_meant = |user: &User| user.disabled.is_none() && user.owned_by.is_none();
        let found = found.filter(|(user, _)| is_meant(user));
        Ok(found.map(|(user, password)| (user, !password.is_none())))
    }

    /// A living session, and what it remembers.
    pub async fn load_session(&self, key: &str, now: Now) -> Outcome<Option<(State, Session)>> {
        let digest = KeyDigest::of(key);
        let found = self.db.glance(move |c| Ok(sessions::find(c, &digest)?)).await?;
        let limits = self.rules().sessions;
        Ok(found.filter(|(_, session)| limits.allow(session.span, now)))
    }

    /// Notes a session's use, once a minute. `seen` is when that was done last.
    pub async fn touch_session(
        &self,
        id: SessionId,
        seen: DateTime<Utc>,
        client: &Client,
        now: Now,
    ) {
        let age = (now.at() - seen).to_std().unwrap_or_default();
        if age < NOTED_EVERY {
            return;
        }
        let client = client.clone();
        let noted = self.db.note(move |tx| Ok(sessions::touch(tx, &id, &client, now)?)).await;
        // Reading a page goes on where nothing can be written.
        if let Err(failure) = noted {
            tracing::warn!("a session's use was not noted: {failure:?}");
        }
    }

    /// Begins a session; a person's oldest ones end when there are too many.
    pub async fn begin_session(
        &self,
        key: &str,
        user: UserId,
        client: Client,
        state: State,
        now: Now,
    ) -> Outcome<()> {
        let digest = KeyDigest::of(key);
        let most = self.rules().sessions.per_person as usize;
        let span = Span { started: now.at(), seen: now.at() };
        let session = Session { id: SessionId::random(), user, span, client };
        self.db
            .write(move |tx| {
                sessions::insert(tx, &digest, &session, &state)?;
                Ok(sessions::keep_newest(tx, &session.user, most)?)
            })
            .await
    }

    pub async fn update_session(&self, key: &str, state: State, now: Now) -> Outcome<()> {
        let digest = KeyDigest::of(key);
        self.db.write(move |tx| Ok(sessions::update(tx, &digest, &state, now)?)).await
    }

    pub async fn end_session(&self, key: &str) -> Outcome<()> {
        let digest = KeyDigest::of(key);
        self.db.write(move |tx| Ok(sessions::delete(tx, &digest)?)).await
    }
}

/// Whether the password matches, and the hash anew where it was made with older parameters.
async fn check(
    attempt: &Try,
    typed: Option<Password>,
    stored: PasswordHash,
) -> Outcome<(bool, Option<PasswordHash>)> {
    let Some(typed) = typed else {
        return Ok((false, None));
    };
    let job = move || {
        let matches = stored.matches(&typed);
        let outdated = matches && stored.is_outdated();
        // A failed rehash doesn't fail the sign-in: the old hash stays.
        let renewed = outdated.then(|| PasswordHash::of(&typed)).and_then(Result::ok);
        (matches, renewed)
    };
    attempt.look(job).await
}
