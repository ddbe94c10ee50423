//! One connection type over both databases, and what differs between them: opening, beginning, pragmas.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::ManageConnection;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::address::Address;

#[derive(diesel::MultiConnection)]
pub enum Conn {
    Sqlite(SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(PgConnection),
}

/// What a change that was answered outlasts.
#[derive(Clone, Copy)]
pub(super) enum Lasting {
    /// It is on the disk.
    PowerCut,
    /// The operating system has it.
    Crash,
}

impl Conn {
    /// On SQLite the transaction takes the write lock at once. On PostgreSQL it is serializable, and changes come one
    /// after the other: each writes its line behind the newest of the log. What may be lost writes none, and waits
    /// for nobody.
    pub(super) fn begin(&mut self, lasting: Lasting) -> QueryResult<()> {
        match self {
            Self::Sqlite(c) => {
                c.batch_execute(match lasting {
                    Lasting::PowerCut => "PRAGMA synchronous = FULL",
                    Lasting::Crash => "PRAGMA synchronous = NORMAL",
                })?;
                AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(c) => {
                let sql = "BEGIN ISOLATION LEVEL SERIALIZABLE";
                AnsiTransactionManager::begin_transaction_sql(c, sql)?;
                // To lock a table takes no snapshot, so what is read afterwards is what the change before has left.
                let first = c.batch_execute(match lasting {
                    Lasting::PowerCut => "LOCK TABLE turns IN SHARE ROW EXCLUSIVE MODE",
                    Lasting::Crash => "SET LOCAL synchronous_commit = off",
                });
                first.or_else(|error| {
                    AnsiTransactionManager::rollback_transaction(c).and(Err(error))
                })
            }
        }
    }

    /// Has transactions with the same number come one after the other, each seeing what the ones before it did. To be
    /// called before anything else. It is for those that touch the same rows all the time: in a serializable
    /// transaction each would find at its end that another came first, and begin anew. SQLite has one writer anyway.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables, clippy::unused_self))]
    pub(super) fn take_turns(&mut self, number: i64) -> QueryResult<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            Self::Postgres(c) => c.batch_execute(&format!(
                "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({number})"
            )),
        }
    }

    pub(super) fn commit(&mut self) -> QueryResult<()> {
        <Self as Connection>::TransactionManager::commit_transaction(self)
    }

    pub(super) fn roll_back(&mut self) -> QueryResult<()> {
        <Self as Connection>::TransactionManager::rollback_transaction(self)
    }
}

/// Opens the kind of connection that the address names. `wait` is for how many milliseconds a locked SQLite database is
/// waited for.
pub(super) fn open(address: &Address, wait: u32) -> Result<Conn, ConnectionError> {
    match address {
        Address::Sqlite(path) => open_sqlite(path, wait).map(Conn::Sqlite),
        #[cfg(feature = "postgres")]
        Address::Postgres(url) => open_postgres(url).map(Conn::Postgres),
        #[cfg(not(feature = "postgres"))]
        Address::Postgres(_) => unreachable!("no such address is read without the feature"),
    }
}

/// A server that answers before a commit has reached its disk is told to wait for it in this session. A node that is
/// cut off in the middle of a change must not keep the others from theirs: PostgreSQL lets go of what it holds. And
/// nobody waits for ever for what another holds.
#[cfg(feature = "postgres")]
fn open_postgres(url: &str) -> Result<PgConnection, ConnectionError> {
    let mut conn = PgConnection::establish(&impatient(url))?;
    let durable = "SELECT set_config('synchronous_commit', 'on', false) \
                   WHERE current_setting('synchronous_commit') = 'off'";
    let patience = "SET idle_in_transaction_session_timeout = '2s'; SET lock_timeout = '5s'";
    let set = conn.batch_execute(durable).and_then(|()| conn.batch_execute(patience));
    set.map_err(|e| ConnectionError::BadConnection(e.to_string()))?;
    Ok(conn)
}

/// The same address, by which a server that has fallen silent is given up after 5 s, where it says nothing else.
#[cfg(feature = "postgres")]
fn impatient(url: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else { return url.to_owned() };
    for (name, value) in [("connect_timeout", "5"), ("tcp_user_timeout", "5000")] {
        if !url.query_pairs().any(|(known, _)| known == name) {
            url.query_pairs_mut().append_pair(name, value);
        }
    }
    url.to_string()
}

/// `wait` is how many milliseconds a locked database is waited for. Commits reach the disk (synchronous=FULL):
/// a token that was shown and a revocation that was answered outlast a power cut.
pub(super) fn open_sqlite(path: &Path, wait: u32) -> Result<SqliteConnection, ConnectionError> {
    let mut conn = SqliteConnection::establish(&existing(path))?;
    // The wait comes first, because switching to WAL can itself meet a lock.
    conn.batch_execute(&format!("PRAGMA busy_timeout = {wait}"))
        .and_then(|()| conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"))
        .and_then(|()| conn.batch_execute("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY"))
        .map_err(|e| ConnectionError::BadConnection(format!("{}: {e}", path.display())))?;
    Ok(conn)
}

/// What stays as it is in a path.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/');

/// The file as a URI that opens it only where it is: one that was taken away must not come back empty.
fn existing(path: &Path) -> String {
    let path = path.to_string_lossy();
    format!("file:{}?mode=rw", utf8_percent_encode(&path, PATH))
}

/// Which file it is, so that another one in its place is noticed.
pub(super) fn identity(address: &Address) -> std::io::Result<Option<(u64, u64)>> {
    let Address::Sqlite(path) = address else { return Ok(None) };
    let file = std::fs::metadata(path)?;
    Ok(Some((file.dev(), file.ino())))
}

/// Makes folder and file of a new SQLite database for their owner alone; its side files get the same mode.
///
/// A file that is there is not even opened: closing it again would drop every lock that this process holds on it
/// (POSIX), and another program would then believe itself alone and delete the write-ahead log under the server.
pub(super) fn prepare(address: &Address) -> std::io::Result<()> {
    let Address::Sqlite(path) = address else { return Ok(()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.exists()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// Makes and checks the connections of a pool.
pub struct Manager {
    address: Address,
    wait: u32,
}

impl Manager {
    pub(super) fn new(address: Address, wait: u32) -> Self {
        Self { address, wait }
    }
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        open(&self.address, self.wait).map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        conn.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        <Conn as Connection>::TransactionManager::is_broken_transaction_manager(conn)
    }
}
