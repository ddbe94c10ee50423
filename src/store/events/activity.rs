//! What happened to one person's account, to one token or to everybody, newest first, from some place on. Each way to
//! ask has its index, so that a page costs the same however much happened.

use diesel::prelude::*;

use super::super::During;
use super::super::conn::Conn;
use super::super::schema::events;
use super::EventRow;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::Fault;

pub enum Filter<'a> {
    Everybody,
    Person(&'a UserId),
    Token(&'a TokenId),
}

/// The ends of the accounts that signed in with this name, or of the one with this id, the newest first.
pub fn deletions(c: &mut Conn, sought: &str) -> Result<Vec<Event>, Fault> {
    let name = sought.to_lowercase();
    // An underscore of a name stands for any letter here, so what is found is looked at once more.
    let begins = Event::of_the_deleted(&name, "%");
    let query = events::table
        .filter(events::kind.eq(Kind::PersonDeleted.as_str()))
        .filter(events::person_id.eq(sought).or(events::detail.like(begins)))
        .order(events::number.desc());
    let rows = query.load::<EventRow>(c).during("looking for a deleted account")?;
    let found = rows.into_iter().map(Event::try_from).collect::<Result<Vec<_>, _>>()?;
    let is_meant = |event: &Event| {
        let id = event.person.as_ref().map(UserId::as_str);
        id == Some(sought) || event.deleted_name() == Some(&name)
    };
    Ok(found.into_iter().filter(is_meant).collect())
}

/// Which part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Newest,
    /// The ones before this number.
    Before(i64),
    /// The ones next behind this number.
    After(i64),
}

/// Events with their numbers, the newest first.
pub fn activity(
    c: &mut Conn,
    filter: &Filter<'_>,
    kind: Option<Kind>,
    place: Place,
    most: i64,
) -> Result<Vec<(i64, Event)>, Fault> {
    let mut query = events::table.limit(most).into_boxed();
    query = match filter {
        Filter::Everybody => query,
        Filter::Person(id) => query.filter(events::person_id.eq(id.as_str())),
        Filter::Token(id) => query.filter(events::token_id.eq(id.as_str())),
    };
    if let Some(kind) = kind {
        query = query.filter(events::kind.eq(kind.as_str()));
    }
    query = match place {
        Place::Newest => query.order(events::number.desc()),
        Place::Before(number) => {
            query.filter(events::number.lt(number)).order(events::number.desc())
        }
        Place::After(number) => query.filter(events::number.gt(number)).order(events::number),
    };
    let rows = query.load::<EventRow>(c).during("reading a person’s activity")?;
    let read = |row: EventRow| Ok((row.number, row.try_into()?));
    let mut found = rows.into_iter().map(read).collect::<Result<Vec<_>, Fault>>()?;
    if matches!(place, Place::After(_)) {
        found.reverse();
    }
    Ok(found)
}
