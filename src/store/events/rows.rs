//! Rows of the log, be it that one of them holds what can't be read: the others are read all the same.

use diesel::prelude::*;
use diesel::result::Error;

use super::super::During;
use super::super::conn::Conn;
use super::super::schema::events;
use super::EventRow;
use crate::domain::chain::{Hash, Head};
use crate::domain::refusal::Fault;

/// An entry with something in it that is no text: SQLite keeps what another program puts there.
#[derive(Clone, Copy, Debug)]
pub struct Unreadable(pub Head);

/// Entries from this number on, at or after some time.
pub(super) fn rows(
    c: &mut Conn,
    number: i64,
    since: i64,
    most: i64,
) -> Result<Vec<Result<EventRow, Unreadable>>, Fault> {
    let doing = "reading the log";
    let query = || {
        let query = events::table.filter(events::number.ge(number)).filter(events::at.ge(since));
        query.order(events::number).limit(most)
    };
    match query().load::<EventRow>(c) {
        Err(Error::DeserializationError(_)) => {}
        all => return Ok(all.during(doing)?.into_iter().map(Ok).collect()),
    }
    let heads = query().select((events::number, events::hash)).load::<(i64, Vec<u8>)>(c);
    let heads = heads.during(doing)?;
    let one = |(number, hash): (i64, Vec<u8>)| {
        let hash = Hash::from_stored(&hash).unwrap_or_default();
        match events::table.find(number).get_result::<EventRow>(c) {
            Err(Error::DeserializationError(_)) => Ok(Err(Unreadable(Head { number, hash }))),
            row => row.map(Ok).during(doing),
        }
    };
    heads.into_iter().map(one).collect()
}
