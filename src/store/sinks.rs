//! The `sinks` table: how far the log was handed on to something that all nodes share, and which node is at it.

use chrono::{DateTime, Utc};
use diesel::dsl::Eq;
use diesel::prelude::*;

use super::conn::Conn;
use super::row::micros;
use super::schema::sinks;
use super::{During, events};
use crate::domain::chain::{Hash, Head};
use crate::domain::refusal::Fault;
use crate::domain::time::Now;

/// Where a sink is.
type At<'a> = (Eq<sinks::number, i64>, Eq<sinks::hash, &'a [u8]>);

/// Whether there is anything to hand on, or the log is not the one that was handed on; cheap, and asked all the time.
pub fn lags(c: &mut Conn, name: &str) -> Result<bool, Fault> {
    Ok(position(c, name)? != Some(events::head(c)?))
}

/// The last entry handed on, of a sink that has begun. Whose position is older than the column of hashes is believed to be
/// of this log.
pub fn position(c: &mut Conn, name: &str) -> Result<Option<Head>, Fault> {
    let row = sinks::table.find(name).select((sinks::number, sinks::hash));
    let row = row.get_result::<(i64, Option<Vec<u8>>)>(c).optional();
    let Some((number, hash)) = row.during("reading how far a sink has come")? else {
        return Ok(None);
    };
    if let Some(hash) = hash.and_then(|hash| Hash::from_stored(&hash)) {
        return Ok(Some(Head { number, hash }));
    }
    Ok(events::head_at(c, number)?.or(Some(Head { number, ..Head::default() })))
}

/// Takes a sink for this node until some time, unless another has it. Answers the last entry handed on; one that is new
/// begins with what comes next.
pub fn take(
    c: &mut Conn,
    name: &str,
    holder: &str,
    until: DateTime<Utc>,
    now: Now,
) -> Result<Option<Head>, Fault> {
    let doing = "taking a sink";
    let row = sinks::table.find(name).select((sinks::holder, sinks::held_until));
    let row = row.get_result::<(String, i64)>(c).optional().during(doing)?;
    let held = (sinks::holder.eq(holder), sinks::held_until.eq(micros(until)));
    match row {
        Some((other, until)) if other != holder && until > micros(now.at()) => Ok(None),
        Some(_) => {
            let done = diesel::update(sinks::table.find(name)).set(held).execute(c);
            done.during(doing)?;
            position(c, name)
        }
        None => {
            let head = events::head(c)?;
            let row = (sinks::name.eq(name), at(&head), held);
            diesel::insert_into(sinks::table).values(row).execute(c).during(doing)?;
            Ok(Some(head))
        }
    }
}

/// Notes the last entry handed on, and lets others have the sink. Nothing happens to one that another has taken
/// meanwhile.
pub fn release(c: &mut Conn, name: &str, holder: &str, reached: &Head) -> Result<(), Fault> {
    let row = sinks::table.find(name).filter(sinks::holder.eq(holder));
    let done = (at(reached), sinks::held_until.eq(0));
    diesel::update(row).set(done).execute(c).map(drop).during("letting go of a sink")
}

fn at(head: &Head) -> At<'_> {
    (sinks::number.eq(head.number), sinks::hash.eq(head.hash.as_bytes()))
}
