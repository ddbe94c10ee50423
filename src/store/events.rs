//! The `events` table: written in the transaction of the change it tells of, and never changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::events;
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{EventId, TokenId, UserId};
use crate::domain::refusal::Fault;

pub fn record(c: &mut Conn, event: &Event) -> Result<(), Fault> {
    let values = (
        events::id.eq(EventId::random().as_str().to_owned()),
        events::at.eq(micros(event.at)),
        events::kind.eq(event.kind.as_str()),
        events::person_id.eq(event.person.as_ref().map(UserId::as_str)),
        events::actor_id.eq(event.actor.as_ref().map(UserId::as_str)),
        events::token_id.eq(event.token.as_ref().map(TokenId::as_str)),
        events::detail.eq(&event.detail),
        events::address.eq(event.client.address.map(|address| address.to_string())),
        events::agent.eq(event.client.agent()),
    );
    let done = diesel::insert_into(events::table).values(values).execute(c);
    done.map(drop).during("recording an event")
}

#[derive(Queryable)]
struct EventRow {
    _id: String,
    at: i64,
    kind: String,
    person_id: Option<String>,
    actor_id: Option<String>,
    token_id: Option<String>,
    detail: String,
    address: Option<String>,
    agent: String,
}

impl TryFrom<EventRow> for Event {
    type Error = Fault;

    fn try_from(row: EventRow) -> Result<Self, Fault> {
        let address = row.address.and_then(|text| text.parse().ok());
        Ok(Self {
            at: moment(row.at),
            kind: Kind::parse(&row.kind).ok_or_else(|| spoilt("events", "kind"))?,
            person: row.person_id.and_then(|id| UserId::parse(&id)),
            actor: row.actor_id.and_then(|id| UserId::parse(&id)),
            token: row.token_id.and_then(|id| TokenId::parse(&id)),
            detail: row.detail,
            client: Client::new(address, &row.agent),
        })
    }
}

/// What happened to a token lately, newest first.
pub fn of_token(c: &mut Conn, token: &TokenId, most: i64) -> Result<Vec<Event>, Fault> {
    let query = events::table
        .filter(events::token_id.eq(token.as_str()))
        .order((events::at.desc(), events::id))
        .limit(most);
    let rows = query.load::<EventRow>(c).during("reading a token’s activity")?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// What happened to a token after a time, oldest first.
pub fn of_token_since(
    c: &mut Conn,
    token: &TokenId,
    at: DateTime<Utc>,
) -> Result<Vec<Event>, Fault> {
    let query = events::table
        .filter(events::token_id.eq(token.as_str()))
        .filter(events::at.gt(micros(at)))
        .order((events::at, events::id));
    let rows = query.load::<EventRow>(c).during("reading what changed of a token")?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// What happened of one kind to a person after a time, newest first.
pub fn of_person_since(
    c: &mut Conn,
    person: &UserId,
    kind: Kind,
    at: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Event>, Fault> {
    let query = events::table
        .filter(events::person_id.eq(person.as_str()))
        .filter(events::at.gt(micros(at)))
        .filter(events::kind.eq(kind.as_str()))
        .order((events::at.desc(), events::id))
        .limit(most);
    let rows = query.load::<EventRow>(c).during("reading a person’s activity")?;
    rows.into_iter().map(TryInto::try_into).collect()
}
