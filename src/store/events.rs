//! The `events` table: written in the transaction of the change it tells of, and never changed. Each entry is chained
//! to the one before (`domain/chain.rs`). The numbers are without gaps and in the order of commits, as changes come one
//! after the other.

mod activity;
mod named;
mod rows;
mod takeover;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::events;
use crate::domain::chain::{Entry, Hash, Head};
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::Fault;
pub use activity::{Filter, Place, activity, deletions};
pub use named::{Named, named_after};
pub use rows::Unreadable;
pub(super) use takeover::take_over;

#[derive(Queryable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct EventRow {
    number: i64,
    hash: Vec<u8>,
    at: i64,
    kind: String,
    person_id: Option<String>,
    actor_id: Option<String>,
    token_id: Option<String>,
    detail: String,
    address: Option<String>,
    agent: String,
}

impl From<Entry> for EventRow {
    fn from(entry: Entry) -> Self {
        let Entry { number, hash, at, kind, person, actor, token, detail, address, agent } = entry;
        let (person_id, actor_id, token_id) = (person, actor, token);
        Self { number, hash, at, kind, person_id, actor_id, token_id, detail, address, agent }
    }
}

impl From<EventRow> for Entry {
    fn from(row: EventRow) -> Self {
        Self {
            number: row.number,
            hash: row.hash,
            at: row.at,
            kind: row.kind,
            person: row.person_id,
            actor: row.actor_id,
            token: row.token_id,
            detail: row.detail,
            address: row.address,
            agent: row.agent,
        }
    }
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

/// To be called in a change (`Db::write`), where nobody else can add an entry at the same time.
pub fn record(c: &mut Conn, event: &Event) -> Result<(), Fault> {
    let entry = Entry::after(&head(c)?, event);
    let insert = diesel::insert_into(events::table).values(EventRow::from(entry));
    insert.execute(c).map(drop).during("recording an event")
}

/// The newest entry.
pub fn head(c: &mut Conn) -> Result<Head, Fault> {
    let last = events::table.select(diesel::dsl::max(events::number));
    let last = last.get_result::<Option<i64>>(c).during("looking for the newest event")?;
    let Some(number) = last else { return Ok(Head::default()) };
    let hash = hash_of(c, number)?.ok_or_else(|| spoilt("events", "hash"))?;
    Ok(Head { number, hash })
}

/// The entry of this number, if it is there. Before the first there is always the same.
pub fn head_at(c: &mut Conn, number: i64) -> Result<Option<Head>, Fault> {
    if number == 0 {
        return Ok(Some(Head::default()));
    }
    let found = events::table.find(number).select(events::hash).get_result::<Vec<u8>>(c);
    let found = found.optional().during("looking for an event")?;
    let head = |hash: Vec<u8>| Head { number, hash: Hash::from_stored(&hash).unwrap_or_default() };
    Ok(found.map(head))
}

/// The hash of one entry, if it is there and has one.
pub fn hash_of(c: &mut Conn, number: i64) -> Result<Option<Hash>, Fault> {
    let found = events::table.find(number).select(events::hash).get_result::<Vec<u8>>(c);
    let found = found.optional().during("looking for an event")?;
    Ok(found.and_then(|hash| Hash::from_stored(&hash)))
}

/// Entries as they are stored, from this number on.
pub fn entries_from(
    c: &mut Conn,
    number: i64,
    most: i64,
) -> Result<Vec<Result<Entry, Unreadable>>, Fault> {
    let rows = rows::rows(c, number, i64::MIN, most)?;
    Ok(rows.into_iter().map(|row| row.map(Into::into)).collect())
}

/// What happened to a token lately, newest first.
pub fn of_token(c: &mut Conn, token: &TokenId, most: i64) -> Result<Vec<Event>, Fault> {
    let query = events::table
        .filter(events::token_id.eq(token.as_str()))
        .order(events::number.desc())
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
        .order(events::number);
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
        .order(events::number.desc())
        .limit(most);
    let rows = query.load::<EventRow>(c).during("reading a person’s activity")?;
    rows.into_iter().map(TryInto::try_into).collect()
}
