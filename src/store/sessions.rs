//! The `sessions` table: who is signed in, by the SHA-256 of the id in their cookie.

use std::collections::HashMap;

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::sessions;
use crate::domain::id::UserId;
use crate::domain::refusal::Fault;
use crate::domain::session::{KeyDigest, Span};
use crate::domain::time::Now;

/// What a session remembers besides its person, by name.
pub type State = HashMap<String, String>;

pub fn insert(
    c: &mut Conn,
    digest: &KeyDigest,
    user: &UserId,
    state: &State,
    now: Now,
) -> Result<(), Fault> {
    let values = (
        sessions::digest.eq(digest.as_bytes()),
        sessions::user_id.eq(user.as_str()),
        sessions::state.eq(to_text(state)?),
        sessions::started_at.eq(micros(now.at())),
        sessions::seen_at.eq(micros(now.at())),
    );
    let done = diesel::insert_into(sessions::table).values(values).execute(c);
    done.map(drop).during("beginning a session")
}

pub fn find(c: &mut Conn, digest: &KeyDigest) -> Result<Option<(State, Span)>, Fault> {
    let columns = (sessions::state, sessions::started_at, sessions::seen_at);
    let found = sessions::table.find(digest.as_bytes()).select(columns);
    let found = found.get_result::<(String, i64, i64)>(c).optional();
    let Some((state, started, seen)) = found.during("finding a session")? else {
        return Ok(None);
    };
    let state = serde_json::from_str(&state).map_err(|_| spoilt("sessions", "state"))?;
    let span = Span { started: moment(started), seen: moment(seen) };
    Ok(Some((state, span)))
}

/// Stores a changed state. Nothing happens to a session that has ended meanwhile: it stays ended.
pub fn update(c: &mut Conn, digest: &KeyDigest, state: &State, now: Now) -> Result<(), Fault> {
    let change = (sessions::state.eq(to_text(state)?), sessions::seen_at.eq(micros(now.at())));
    let done = diesel::update(sessions::table.find(digest.as_bytes())).set(change).execute(c);
    done.map(drop).during("changing a session")
}

pub fn touch(c: &mut Conn, digest: &KeyDigest, now: Now) -> Result<(), Fault> {
    let change = sessions::seen_at.eq(micros(now.at()));
    let done = diesel::update(sessions::table.find(digest.as_bytes())).set(change).execute(c);
    done.map(drop).during("noting a session's use")
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
