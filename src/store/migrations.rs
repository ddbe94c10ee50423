//! The one migration history, brought to either database at start.

use std::collections::BTreeSet;

#[cfg(feature = "postgres")]
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

#[cfg(feature = "postgres")]
use super::During;
use super::conn::Conn;
use crate::domain::refusal::Fault;

pub const HISTORY: EmbeddedMigrations = embed_migrations!("migrations");

/// Runs what is missing. Refuses a database that a newer Latchkey has written.
pub fn run(conn: &mut Conn) -> Result<(), Fault> {
    match conn {
        Conn::Sqlite(c) => bring_up(c),
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => {
            // Two nodes starting at once: the second waits here and finds the work done.
            let doing = "waiting for another node's migration";
            c.batch_execute("SELECT pg_advisory_lock(7812635)").during(doing)?;
            let outcome = bring_up(c);
            c.batch_execute("SELECT pg_advisory_unlock(7812635)").during(doing)?;
            outcome
        }
    }
}

fn bring_up<DB, C>(conn: &mut C) -> Result<(), Fault>
where
    DB: diesel::backend::Backend,
    C: Connection<Backend = DB> + MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let doing = "migrating the database";
    let known: Vec<Box<dyn Migration<DB>>> =
        HISTORY.migrations().map_err(|e| Fault::new(doing, e))?;
    let known: BTreeSet<String> =
        known.iter().map(|migration| migration.name().version().to_string()).collect();
    let applied = conn.applied_migrations().map_err(|e| Fault::new(doing, e))?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(&version.to_string())) {
        return Err(Fault::new(
            doing,
            format!(
                "it was written by a newer Latchkey (migration {newer}). Use that version or newer, or restore a backup"
            ),
        ));
    }
    conn.run_pending_migrations(HISTORY).map(drop).map_err(|e| Fault::new(doing, e))
}
