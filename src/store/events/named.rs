//! Entries with the names of the people in them, for readers elsewhere.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::During;
use super::super::conn::Conn;
use super::super::row::micros;
use super::super::schema::users;
use super::EventRow;
use super::rows::{Unreadable, rows};
use crate::domain::chain::Entry;
use crate::domain::refusal::Fault;

/// An entry, and what the people in it sign in with, as far as they are still there.
pub struct Named {
    pub entry: Entry,
    pub person: Option<String>,
    pub actor: Option<String>,
}

/// The next entries behind this number, at or after some time.
pub fn named_after(
    c: &mut Conn,
    number: i64,
    since: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Result<Named, Unreadable>>, Fault> {
    let rows = rows(c, number.saturating_add(1), micros(since), most)?;
    let names = names(c, rows.iter().flatten())?;
    let name = |id: &Option<String>| id.as_ref().and_then(|id| names.get(id).cloned());
    let named = |row: EventRow| {
        let (person, actor) = (name(&row.person_id), name(&row.actor_id));
        Named { entry: row.into(), person, actor }
    };
    Ok(rows.into_iter().map(|row| row.map(named)).collect())
}

fn names<'a>(
    c: &mut Conn,
    rows: impl Iterator<Item = &'a EventRow>,
) -> Result<HashMap<String, String>, Fault> {
    let ids = rows.flat_map(|row| [&row.person_id, &row.actor_id]).flatten();
    let ids: BTreeSet<&String> = ids.collect();
    let query = users::table.filter(users::id.eq_any(ids)).select((users::id, users::name));
    let names = query.load::<(String, String)>(c).during("reading names for the log")?;
    Ok(names.into_iter().collect())
}
