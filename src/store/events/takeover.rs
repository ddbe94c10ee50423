//! Events as they were kept before they were chained. A migration has put them aside, as SQL can't work hashes out.

use diesel::prelude::*;

use super::super::During;
use super::super::conn::{Conn, Lasting};
use super::super::schema::{events, former_events};
use super::super::transaction::transact;
use super::{EventRow, head};
use crate::domain::chain::{Entry, Head};
use crate::domain::refusal::{Failure, Fault, Outcome};

/// How many rows one statement takes: PostgreSQL has room for 65,535 values.
const STEP: i64 = 500;

#[derive(Queryable)]
struct FormerEvent {
    id: String,
    at: i64,
    kind: String,
    person_id: Option<String>,
    actor_id: Option<String>,
    token_id: Option<String>,
    detail: String,
    address: Option<String>,
    agent: String,
}

impl FormerEvent {
    fn after(self, head: &Head) -> Entry {
        let mut entry = Entry {
            number: head.number + 1,
            hash: Vec::new(),
            at: self.at,
            kind: self.kind,
            person: self.person_id,
            actor: self.actor_id,
            token: self.token_id,
            detail: self.detail,
            address: self.address,
            agent: self.agent,
        };
        entry.chain(&head.hash);
        entry
    }
}

/// Chains what is still aside by time, all at once, so that nothing newer comes between; of a database that was opened
/// before, nothing is.
pub fn take_over(c: &mut Conn) -> Result<(), Fault> {
    let all = |c: &mut Conn| -> Outcome<()> {
        let mut last = head(c)?;
        while step(c, &mut last)? {}
        Ok(())
    };
    match transact(c, Lasting::PowerCut, all) {
        Ok(()) => Ok(()),
        Err(Failure::Broke(fault)) => Err(fault),
        Err(Failure::Refused(_)) => Err(Fault::busy("chaining events")),
    }
}

fn step(c: &mut Conn, last: &mut Head) -> Result<bool, Fault> {
    let doing = "chaining events";
    let query = former_events::table.order((former_events::at, former_events::id)).limit(STEP);
    let rows = query.load::<FormerEvent>(c).during(doing)?;
    if rows.is_empty() {
        return Ok(false);
    }
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut chained: Vec<EventRow> = Vec::with_capacity(rows.len());
    for row in rows {
        let entry = row.after(last);
        *last = entry.head();
        chained.push(entry.into());
    }
    let insert = diesel::insert_into(events::table).values(chained);
    match c {
        Conn::Sqlite(c) => insert.execute(c),
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => insert.execute(c),
    }
    .during(doing)?;
    let done = former_events::table.filter(former_events::id.eq_any(&ids));
    diesel::delete(done).execute(c).during(doing)?;
    Ok(true)
}
