//! The `throttles` table: tries at passwords, counted where they outlive a restart and hold across nodes.

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment};
use super::schema::throttles;
use crate::domain::refusal::Fault;
use crate::domain::throttle::{CODES, Count, MEMORY, WINDOW};
use crate::domain::time::Now;

pub fn find(c: &mut Conn, name: &str) -> Result<Option<Count>, Fault> {
    let columns = (throttles::tries, throttles::since);
    let found = throttles::table.find(name).select(columns).get_result::<(i64, i64)>(c);
    let found = found.optional().during("counting tries")?;
    Ok(found.map(|(tries, since)| Count { tries, since: moment(since) }))
}

pub fn store(c: &mut Conn, name: &str, count: Count) -> Result<(), Fault> {
    let change = (throttles::tries.eq(count.tries), throttles::since.eq(micros(count.since)));
    let row = throttles::table.find(name);
    let updated = diesel::update(row).set(change).execute(c).during("counting a try")?;
    if updated == 0 {
        let values = (throttles::name.eq(name), change.0, change.1);
        let done = diesel::insert_into(throttles::table).values(values).execute(c);
        done.during("counting a first try")?;
    }
    Ok(())
}

/// Takes one try back, because its password was right.
pub fn forgive(c: &mut Conn, name: &str) -> Result<(), Fault> {
    let row = throttles::table.find(name).filter(throttles::tries.gt(0));
    let change = throttles::tries.eq(throttles::tries - 1);
    diesel::update(row).set(change).execute(c).map(drop).during("forgiving a try")
}

pub fn forget(c: &mut Conn, name: &str) -> Result<(), Fault> {
    diesel::delete(throttles::table.find(name)).execute(c).map(drop).during("forgetting tries")
}

/// Clears the counts that are over: those of codes are remembered for longer.
pub fn purge(c: &mut Conn, now: Now) -> Result<(), Fault> {
    let before = |age| throttles::since.lt(micros(now.at() - age));
    let old = before(WINDOW).and(throttles::name.not_like(format!("{CODES}%"))).or(before(MEMORY));
    diesel::delete(throttles::table.filter(old)).execute(c).map(drop).during("clearing old tries")
}
