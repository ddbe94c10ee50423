//! Floor 2: rows to values and back, on SQLite and PostgreSQL alike.
//!
//! Reads take any connection of a pool; a change is one transaction on the writer. Both run on a blocking thread.
//! Functions of this room take the connection, so that they compose inside one transaction.

pub mod all_tokens;
pub mod bulk;
pub mod callers;
pub mod census;
pub mod conn;
pub mod events;
pub mod feed;
mod following;
pub mod former_secrets;
pub mod identities;
pub mod keys;
pub mod lookup;
pub mod memberships;
pub mod migrations;
pub mod nonces;
pub mod passkeys;
pub mod password_links;
pub mod people;
pub mod refused_calls;
mod row;
pub mod schema;
pub mod second_factors;
pub mod service_accounts;
pub mod sessions;
pub mod sinks;
pub mod standings;
pub mod throttles;
pub mod tokens;
mod transaction;
pub mod users;
pub mod uses;

use std::sync::Weak;
use std::time::Duration;

use diesel::prelude::*;
use diesel::r2d2::{Pool, PooledConnection};
use diesel::result::Error as DieselError;

use crate::domain::address::Address;
use crate::domain::refusal::{Failure, Fault, Outcome};
use conn::{Conn, Lasting, Manager};
use following::Following;
pub use following::{Follow, Follower};
use transaction::transact;

/// How long a request waits for a free connection before it is told that the server is busy.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a locked SQLite database is waited for, in milliseconds, by a thread that has nothing else to do, and by
/// a worker that holds up other requests meanwhile.
const BLOCKED: u32 = 5_000;
const IN_PLACE: u32 = 50;

/// The database: a pool of readers and, on SQLite, its one writer.
#[derive(Clone)]
pub struct Db {
    address: Address,
    /// Which file SQLite's is.
    file: Option<(u64, u64)>,
    readers: Pool<Manager>,
    /// For reads in place, where that is quicker: on SQLite.
    glances: Option<Pool<Manager>>,
    writers: Pool<Manager>,
    following: Following,
}

/// Connections that are in use, and those that wait to be.
pub struct Open {
    pub busy: usize,
    pub idle: usize,
}

impl Db {
    /// Opens the database, creating SQLite's file, and brings its tables up to date.
    pub fn open(address: Address) -> Result<Self, Fault> {
        conn::prepare(&address).map_err(|e| {
            let name = if let Address::Sqlite(path) = &address {
                path.display().to_string()
            } else {
                String::new()
            };
            Fault::new("making the database", format!("{name}: {e}"))
        })?;
        let mut first =
            conn::open(&address, BLOCKED).map_err(|e| Fault::new("opening the database", e))?;
        migrations::run(&mut first)?;
        uses::take_over(&mut first)?;
        events::take_over(&mut first)?;
        tokens::take_over(&mut first)?;
        drop(first);
        let file = conn::identity(&address).map_err(|e| Fault::new("opening the database", e))?;
        let writers = if address.is_sqlite() { 1 } else { 8 };
        let (readers, writers) = (pool(&address, 8, BLOCKED)?, pool(&address, writers, BLOCKED)?);
        let glances = address.is_sqlite().then(|| pool(&address, 8, IN_PLACE)).transpose()?;
        Ok(Self { readers, glances, writers, file, address, following: Following::default() })
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Runs a read on a blocking thread.
    pub async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Conn) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let pool = self.readers.clone();
        blocking(move || job(&mut *take(&pool)?)).await
    }

    /// Runs a read of a row or two by their keys. On SQLite that is sooner done than handed to another thread and back,
    /// so it is done in place.
    pub async fn glance<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Conn) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        match self.glances.as_ref().and_then(Pool::try_get) {
            Some(mut conn) => job(&mut conn),
            None => self.read(job).await,
        }
    }

    /// Runs a change as one transaction, durable once this returns. The job may run again when it met another
    /// change, so it has no effect but on the database.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut Conn) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.change(Lasting::PowerCut, job).await
    }

    /// The same for what a power cut may take back, and for nothing else may: counts of tries, when a session or a
    /// token was used. It doesn't wait for the disk.
    pub async fn note<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut Conn) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.change(Lasting::Crash, job).await
    }

    async fn change<T: Send + 'static>(
        &self,
        lasting: Lasting,
        job: impl FnMut(&mut Conn) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let (pool, following) = (self.writers.clone(), self.following.clone());
        blocking(move || {
            let mut conn = take(&pool)?;
            let done = transact(&mut conn, lasting, job)?;
            // Committed, so it is done, whatever comes of this: a follower that can't learn of it asks the database.
            if let Err(fault) = following.catch_up(&mut conn) {
                tracing::warn!("{fault}");
            }
            Ok(done)
        })
        .await
    }

    /// Has somebody follow what changes from now on, on whichever node.
    pub fn follow(&self, follower: Weak<dyn Follow>) -> Result<(), Fault> {
        self.following.begin(follower, &mut *take(&self.readers)?)
    }

    /// A connection of its own to follow changes by, for a thread that does nothing else.
    pub fn follower(&self) -> Result<Follower, Fault> {
        Follower::open(&self.address, self.following.clone())
    }

    /// The open connections of each pool.
    pub fn connections(&self) -> [(&'static str, Open); 2] {
        [("read", &self.readers), ("write", &self.writers)].map(|(name, pool)| {
            let state = pool.state();
            let (all, idle) = (state.connections as usize, state.idle_connections as usize);
            (name, Open { busy: all.saturating_sub(idle), idle })
        })
    }

    /// Whether SQLite's file is still the one that was opened. Connections would go on with one that was deleted or
    /// replaced: tokens revoked in the new one would be allowed, and what is written to the old one be lost.
    pub fn check_file(&self) -> Result<(), Fault> {
        let doing = "looking after the database’s file";
        let now = conn::identity(&self.address).map_err(|e| Fault::new(doing, e))?;
        let same = now == self.file;
        same.then_some(()).ok_or_else(|| Fault::new(doing, "another file was put in its place"))
    }

    /// Whether tokens can be read.
    pub async fn ping(&self) -> Result<(), Fault> {
        let select = |c: &mut Conn| {
            let none = schema::tokens::table.find("").count().get_result::<i64>(c);
            Ok(none.during("asking the database for a sign of life")?)
        };
        self.read_soon("asking the database", select).await.map(drop)
    }

    /// Reads for somebody who can't wait for a database that neither answers nor hangs up.
    pub async fn read_soon<T: Send + 'static>(
        &self,
        doing: &'static str,
        job: impl FnOnce(&mut Conn) -> Outcome<T> + Send + 'static,
    ) -> Result<T, Fault> {
        match tokio::time::timeout(PATIENCE, self.read(job)).await {
            Ok(Ok(read)) => Ok(read),
            Ok(Err(Failure::Broke(fault))) => Err(fault),
            Ok(Err(Failure::Refused(_))) | Err(_) => Err(Fault::busy(doing)),
        }
    }
}

/// `wait` is for how many milliseconds a locked SQLite database is waited for.
fn pool(address: &Address, size: u32, wait: u32) -> Result<Pool<Manager>, Fault> {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(PATIENCE)
        // A round trip, but it is what lets the pool recover when PostgreSQL was restarted.
        .test_on_check_out(!address.is_sqlite())
        .build(Manager::new(address.clone(), wait))
        .map_err(|e| Fault::new("connecting to the database", e))
}

fn take(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, Fault> {
    pool.get().map_err(|e| Fault::busy_because("waiting for a database connection", e))
}

async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    match tokio::task::spawn_blocking(job).await {
        Ok(outcome) => outcome,
        Err(panic) => Err(Fault::new("working with the database", panic).into()),
    }
}

/// Says what was being done when the database failed.
trait During<T> {
    fn during(self, doing: &'static str) -> Result<T, Fault>;
}

impl<T> During<T> for QueryResult<T> {
    fn during(self, doing: &'static str) -> Result<T, Fault> {
        self.map_err(|error| {
            let is_locked = matches!(&error, DieselError::DatabaseError(_, info)
                if ["database is locked", "lock timeout"].iter().any(|words| info.message().contains(words)));
            if is_locked { Fault::busy_because(doing, error) } else { Fault::new(doing, error) }
        })
    }
}

#[cfg(test)]
mod tests {
    use diesel::result::DatabaseErrorKind;

    use super::*;

    #[test]
    fn a_lock_is_named_as_what_a_change_waited_for() {
        for words in ["database is locked", "canceling statement due to lock timeout"] {
            let kind = DatabaseErrorKind::Unknown;
            let error = DieselError::DatabaseError(kind, Box::new(words.to_owned()));
            let fault = Err::<(), _>(error).during("beginning a change").expect_err("a fault");
            assert_eq!(fault.to_string(), format!("beginning a change: {words}"));
            assert!(fault.is_busy());
        }
    }
}
