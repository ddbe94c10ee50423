//! The `sessions` table: who is signed in, by the SHA-256 of the id in their cookie.

use std::collections::HashMap;

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::{sessions, users};
use crate::domain::client::Client;
use crate::domain::id::{SessionId, UserId};
use crate::domain::refusal::Fault;
use crate::domain::session::{KeyDigest, Session, Span};
use crate::domain::time::Now;
use crate::domain::user::UserName;

/// What a session remembers besides its person, by name.
pub type State = HashMap<String, String>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    id: String,
    user_id: String,
    started_at: i64,
    seen_at: i64,
    address: Option<String>,
    agent: String,
}

impl TryFrom<SessionRow> for Session {
    type Error = Fault;

    fn try_from(row: SessionRow) -> Result<Self, Fault> {
        let wrong = |what| spoilt("sessions", what);
        let address = row.address.and_then(|text| text.parse().ok());
        Ok(Self {
            id: SessionId::parse(&row.id).ok_or_else(|| wrong("id"))?,
            user: UserId::parse(&row.user_id).ok_or_else(|| wrong("user_id"))?,
            span: Span { started: moment(row.started_at), seen: moment(row.seen_at) },
            client: Client::new(address, &row.agent),
        })
    }
}

pub fn insert(
    c: &mut Conn,
    digest: &KeyDigest,
    session: &Session,
    state: &State,
) -> Result<(), Fault> {
    let values = (
        sessions::digest.eq(digest.as_bytes()),
        sessions::id.eq(session.id.as_str()),
        sessions::user_id.eq(session.user.as_str()),
        sessions::state.eq(to_text(state)?),
        sessions::started_at.eq(micros(session.span.started)),
        sessions::seen_at.eq(micros(session.span.seen)),
        sessions::address.eq(session.client.address.map(|address| address.to_string())),
        sessions::agent.eq(session.client.agent()),
    );
    let done = diesel::insert_into(sessions::table).values(values).execute(c);
    done.map(drop).during("beginning a session")
}

pub fn find(c: &mut Conn, digest: &KeyDigest) -> Result<Option<(State, Session)>, Fault> {
    let columns = (sessions::state, SessionRow::as_select());
    let found = sessions::table.find(digest.as_bytes()).select(columns);
    let found = found.get_result::<(String, SessionRow)>(c).optional();
    let Some((state, row)) = found.during("finding a session")? else {
        return Ok(None);
    };
    let state = serde_json::from_str(&state).map_err(|_| spoilt("sessions", "state"))?;
    Ok(Some((state, row.try_into()?)))
}

pub fn find_by_id(c: &mut Conn, id: &SessionId) -> Result<Option<Session>, Fault> {
    let query = sessions::table.filter(sessions::id.eq(id.as_str()));
    let found = query.select(SessionRow::as_select()).get_result::<SessionRow>(c).optional();
    found.during("finding a session by its id")?.map(TryInto::try_into).transpose()
}

/// Where one person is signed in, the session used last first.
pub fn of_person(c: &mut Conn, user: &UserId) -> Result<Vec<Session>, Fault> {
    let query = sessions::table.filter(sessions::user_id.eq(user.as_str()));
    let query = query.order(sessions::seen_at.desc()).select(SessionRow::as_select());
    let rows = query.load::<SessionRow>(c).during("listing a person’s sessions")?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Who is signed in where, the session used last first, each with what its person signs in with.
pub fn of_everybody(c: &mut Conn) -> Result<Vec<(UserName, Session)>, Fault> {
    let query = sessions::table.inner_join(users::table).order(sessions::seen_at.desc());
    let query = query.select((users::name, SessionRow::as_select()));
    let rows = query.load::<(String, SessionRow)>(c).during("listing sessions")?;
    let named =
        |(name, row): (String, SessionRow)| Ok((UserName::from_stored(name), row.try_into()?));
    rows.into_iter().map(named).collect()
}

/// Ends these sessions. Answers how many of them there were.
pub fn end(c: &mut Conn, ids: &[&SessionId]) -> Result<usize, Fault> {
    let rows = sessions::table.filter(sessions::id.eq_any(ids.iter().map(|id| id.as_str())));
    diesel::delete(rows).execute(c).during("ending sessions")
}

/// Stores a changed state. Nothing happens to a session that has ended meanwhile: it stays ended.
pub fn update(c: &mut Conn, digest: &KeyDigest, state: &State, now: Now) -> Result<(), Fault> {
    let change = (sessions::state.eq(to_text(state)?), sessions::seen_at.eq(micros(now.at())));
    let done = diesel::update(sessions::table.find(digest.as_bytes())).set(change).execute(c);
    done.map(drop).during("changing a session")
}

/// Notes when, from where and with what it was used last.
pub fn touch(c: &mut Conn, id: &SessionId, client: &Client, now: Now) -> Result<(), Fault> {
    let change = (
        sessions::seen_at.eq(micros(now.at())),
        sessions::address.eq(client.address.map(|address| address.to_string())),
        sessions::agent.eq(client.agent()),
    );
    let row = sessions::table.filter(sessions::id.eq(id.as_str()));
    diesel::update(row).set(change).execute(c).map(drop).during("noting a session's use")
}

pub fn delete(c: &mut Conn, digest: &KeyDigest) -> Result<(), Fault> {
    let done = diesel::delete(sessions::table.find(digest.as_bytes())).execute(c);
    done.map(drop).during("ending a session")
}

pub fn delete_all_of(c: &mut Conn, user: &UserId) -> Result<(), Fault> {
    let rows = sessions::table.filter(sessions::user_id.eq(user.as_str()));
    diesel::delete(rows).execute(c).map(drop).during("ending a person's sessions")
}

/// Ends a person's oldest sessions until at most `most` are left.
pub fn keep_newest(c: &mut Conn, user: &UserId, most: usize) -> Result<(), Fault> {
    let digests = sessions::table
        .filter(sessions::user_id.eq(user.as_str()))
        .order(sessions::started_at.desc())
        .select(sessions::digest)
        .load::<Vec<u8>>(c)
        .during("listing a person's sessions")?;
    let too_many: Vec<_> = digests.into_iter().skip(most).collect();
    if too_many.is_empty() {
        return Ok(());
    }
    let rows = sessions::table.filter(sessions::digest.eq_any(too_many));
    diesel::delete(rows).execute(c).map(drop).during("ending a person's oldest sessions")
}

/// Deletes sessions that began or were last seen before these times.
pub fn purge(c: &mut Conn, dead: Span) -> Result<(), Fault> {
    let old = sessions::started_at.lt(micros(dead.started));
    let idle = sessions::seen_at.lt(micros(dead.seen));
    let done = diesel::delete(sessions::table.filter(old.or(idle))).execute(c);
    done.map(drop).during("clearing dead sessions")
}

fn to_text(state: &State) -> Result<String, Fault> {
    serde_json::to_string(state).map_err(|e| Fault::new("writing a session", e))
}
