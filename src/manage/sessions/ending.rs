//! Where people are signed in, and ending that.

use crate::domain::actor::{Actor, Confirmed};
use crate::domain::client::Client;
use crate::domain::device::Device;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{SessionId, UserId};
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::session::Session;
use crate::domain::time::Now;
use crate::domain::user::UserName;
use crate::manage::Manage;
use crate::manage::people::somebody;
use crate::manage::standing::named;
use crate::store::conn::Conn;
use crate::store::{events, sessions};

impl Manage {
    /// The living sessions of a person, the one used last first.
    pub async fn sessions(&self, me: &Actor, now: Now) -> Outcome<Vec<Session>> {
        let id = me.id().clone();
        let limits = self.rules().sessions;
        let mut list = self.db.read(move |c| Ok(sessions::of_person(c, &id)?)).await?;
        list.retain(|session| limits.allow(session.span, now));
        Ok(list)
    }

    /// Ends one session of theirs: it is dead at its next request.
    pub async fn end_one(&self, by: Confirmed, id: SessionId, now: Now) -> Outcome<Session> {
        self.db
            .write(move |tx| {
                let found = sessions::find_by_id(tx, &id)?;
                let session = found.filter(|session| session.user == *by.id());
                let session = session.ok_or(Refusal::NotFound)?;
                end(tx, std::slice::from_ref(&session), &Event::own(KIND, by.actor(), now))?;
                Ok(session)
            })
            .await
    }

    /// Ends all their sessions but this one. Answers how many that were.
    pub async fn end_others(&self, by: Confirmed, but: SessionId, now: Now) -> Outcome<usize> {
        let limits = self.rules().sessions;
        self.db
            .write(move |tx| {
                let mut list = sessions::of_person(tx, by.id())?;
                list.retain(|session| session.id != but);
                end(tx, &list, &Event::own(KIND, by.actor(), now))?;
                Ok(list.iter().filter(|session| limits.allow(session.span, now)).count())
            })
            .await
    }

    /// Ends one session of somebody's, or all, by an administrator. Answers those that were still alive.
    pub async fn end_of(
        &self,
        by: Confirmed,
        person: UserId,
        only: Option<SessionId>,
        now: Now,
    ) -> Outcome<Vec<Session>> {
        let limits = self.rules().sessions;
        self.db
            .write(move |tx| {
                somebody(tx, by.id(), &person)?;
                let mut list = sessions::of_person(tx, &person)?;
                list.retain(|session| only.as_ref().is_none_or(|only| session.id == *only));
                let about = Event::about_person(KIND, by.actor(), &person, String::new(), now);
                end(tx, &list, &about)?;
                list.retain(|session| limits.allow(session.span, now));
                Ok(list)
            })
            .await
    }

    /// For the operator: the living sessions of everybody or of one person, with what they sign in with.
    pub async fn all_sessions(
        &self,
        of: Option<UserName>,
        now: Now,
    ) -> Outcome<Vec<(UserName, Session)>> {
        let limits = self.rules().sessions;
        self.db
            .read(move |c| {
                let mut list = match of {
                    None => sessions::of_everybody(c)?,
                    Some(name) => {
                        let person = named(c, &name)?.id;
                        let theirs = sessions::of_person(c, &person)?;
                        theirs.into_iter().map(|session| (name.clone(), session)).collect()
                    }
                };
                list.retain(|(_, session)| limits.allow(session.span, now));
                Ok(list)
            })
            .await
    }

    /// For the operator: ends one session.
    pub async fn end_by_id(&self, id: SessionId, now: Now) -> Outcome<Option<Session>> {
        self.db
            .write(move |tx| {
                let Some(session) = sessions::find_by_id(tx, &id)? else { return Ok(None) };
                let event = by_the_operator(session.user.clone(), now);
                end(tx, std::slice::from_ref(&session), &event)?;
                Ok(Some(session))
            })
            .await
    }

    /// For the operator: ends all sessions of a person. Answers how many that were.
    pub async fn end_all_of(&self, name: UserName, now: Now) -> Outcome<usize> {
        let limits = self.rules().sessions;
        self.db
            .write(move |tx| {
                let person = named(tx, &name)?.id;
                let list = sessions::of_person(tx, &person)?;
                end(tx, &list, &by_the_operator(person, now))?;
                Ok(list.iter().filter(|session| limits.allow(session.span, now)).count())
            })
            .await
    }
}

const KIND: Kind = Kind::SessionEnded;

fn by_the_operator(person: UserId, now: Now) -> Event {
    Event::at_the_door(KIND, Some(person), &Client::default(), now)
}

/// Ends them, each with its line in the log: what it was, and where it was used last.
pub(in crate::manage) fn end(tx: &mut Conn, list: &[Session], event: &Event) -> Outcome<()> {
    for session in list {
        let device = Device::of(session.client.agent()).words;
        let address = session.client.address.map(|address| format!(", {address}"));
        let detail = format!("{device}{}.", address.unwrap_or_default());
        events::record(tx, &Event { detail, ..event.clone() })?;
    }
    let ids: Vec<&SessionId> = list.iter().map(|session| &session.id).collect();
    sessions::end(tx, &ids)?;
    Ok(())
}
