//! The `sinks` table: how far the log was handed on to something that all nodes share, and which node is at it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::conn::Conn;
use super::row::micros;
use super::schema::sinks;
use super::{During, events};
use crate::domain::refusal::Fault;
use crate::domain::time::Now;

/// Whether there is anything to hand on; cheap, and asked all the time.
pub fn lags(c: &mut Conn, name: &str) -> Result<bool, Fault> {
    let reached = sinks::table.find(name).select(sinks::number).get_result::<i64>(c).optional();
    let reached = reached.during("reading how far a sink has come")?;
    Ok(reached != Some(events::head(c)?.number))
}

/// Takes a sink for this node until some time, unless another has it. Answers the number of the last entry handed on;
/// one that is new begins with what comes next.
pub fn take(
    c: &mut Conn,
    name: &str,
    holder: &str,
    until: DateTime<Utc>,
    now: Now,
) -> Result<Option<i64>, Fault> {
    let doing = "taking a sink";
    let columns = (sinks::number, sinks::holder, sinks::held_until);
    let row = sinks::table.find(name).select(columns).get_result::<(i64, String, i64)>(c);
    let held = (sinks::holder.eq(holder), sinks::held_until.eq(micros(until)));
    match row.optional().during(doing)? {
        Some((_, other, until)) if other != holder && until > micros(now.at()) => Ok(None),
        Some((number, _, _)) => {
            let done = diesel::update(sinks::table.find(name)).set(held).execute(c);
            done.during(doing)?;
            Ok(Some(number))
        }
        None => {
            let number = events::head(c)?.number;
            let row = (sinks::name.eq(name), sinks::number.eq(number), held);
            diesel::insert_into(sinks::table).values(row).execute(c).during(doing)?;
            Ok(Some(number))
        }
    }
}

/// Notes the last entry handed on, and lets others have the sink. Nothing happens to one that another has taken
/// meanwhile.
pub fn release(c: &mut Conn, name: &str, holder: &str, number: i64) -> Result<(), Fault> {
    let row = sinks::table.find(name).filter(sinks::holder.eq(holder));
    let done = (sinks::number.eq(number), sinks::held_until.eq(0));
    diesel::update(row).set(done).execute(c).map(drop).during("letting go of a sink")
}
