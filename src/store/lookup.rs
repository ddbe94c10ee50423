//! The one question that verification asks: whose token has this digest, and how do both stand now?

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tokio::sync::Semaphore;

use super::conn::{Conn, open_sqlite};
use super::memberships::keys;
use super::row::moment;
use super::schema::{former_secrets, memberships, tokens, users, uses};
use super::tokens::TokenRow;
use super::users::UserRow;
use super::uses::tell_of;
use super::{Db, During, IN_PLACE};
use crate::domain::address::Address;
use crate::domain::refusal::{Failure, Fault};
use crate::domain::secret::Digest;
use crate::domain::token::Token;
use crate::domain::user::User;
use crate::domain::verdict::Known;

/// Up to 32 MiB of pages at each worker: to ask Linux for one takes longer than all else of a look-up. They fill only
/// while memory for tokens doesn't hold what is asked for.
const CACHE: &str = "PRAGMA cache_size = -32768";
/// How many look-ups of one worker PostgreSQL is asked for at once.
const TURNS: usize = 4;
/// How long PostgreSQL may take.
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);

/// One worker's way to the answer. On SQLite a connection of its own, read in place: the read is cheaper than
/// the way to another thread and back. On PostgreSQL the pool.
pub enum Lookup {
    Inline(RefCell<SqliteConnection>),
    Pooled(Pooled),
}

/// The pool, and a bound on how many threads of this worker wait for a database that may not answer at all.
pub struct Pooled {
    db: Db,
    turns: Arc<Semaphore>,
}

impl Lookup {
    pub fn new(db: &Db) -> Result<Self, Fault> {
        match db.address() {
            Address::Sqlite(path) => {
                let doing = "opening the database for verification";
                let mut conn = open_sqlite(path, IN_PLACE).map_err(|e| Fault::new(doing, e))?;
                conn.batch_execute(CACHE).during(doing)?;
                Ok(Self::Inline(RefCell::new(conn)))
            }
            Address::Postgres(_) => {
                Ok(Self::Pooled(Pooled { db: db.clone(), turns: Arc::new(Semaphore::new(TURNS)) }))
            }
        }
    }

    pub async fn find(&self, digest: Digest) -> Result<Option<Known>, Fault> {
        let row = match self {
            Self::Inline(conn) => query_sqlite(&mut conn.borrow_mut(), &digest)?,
            Self::Pooled(pooled) => pooled.find(digest).await?,
        };
        row.map(known).transpose()
    }
}

impl Pooled {
    /// In time, or not at all: a connection through which nothing comes any more is noticed far too late.
    async fn find(&self, digest: Digest) -> Result<Option<Row>, Fault> {
        let doing = "looking a token up";
        let looked = async {
            let turn = self.turns.clone().acquire_owned().await;
            let job = move |c: &mut Conn| {
                let row = query(c, &digest)?;
                // Held until the database has answered, not until somebody has lost patience.
                drop(turn);
                Ok(row)
            };
            self.db.read(job).await
        };
        match tokio::time::timeout(ANSWERED_WITHIN, looked).await {
            Ok(Ok(row)) => Ok(row),
            Ok(Err(Failure::Broke(fault))) => Err(fault),
            Ok(Err(Failure::Refused(_))) | Err(_) => Err(Fault::busy(doing)),
        }
    }
}

/// What is read of a value.
struct Row {
    token: TokenRow,
    owner: UserRow,
    teams: Vec<String>,
    /// The end of a former value.
    until: Option<i64>,
    /// The uses of the owner's tokens, where the token's end hangs on them.
    used: Option<Vec<u8>>,
}

type TokenAndOwner = (TokenRow, UserRow);

/// One statement reads all of it, with a row for each of the owner's teams: a statement more costs more than these rows.
fn together<T>(rows: Vec<(T, Option<String>)>) -> Option<(T, Vec<String>)> {
    let mut rows = rows.into_iter();
    let (found, team) = rows.next()?;
    let teams = team.into_iter().chain(rows.filter_map(|(_, team)| team));
    Some((found, teams.collect()))
}

/// The token that is meant, its owner, and the owner's teams. No `first`: a bound LIMIT makes SQLite compile the statement
/// anew each time.
macro_rules! load {
    ($c:expr, $is_meant:expr) => {
        tokens::table
            .inner_join(users::table.left_join(memberships::table))
            .filter($is_meant)
            .select((<TokenAndOwner>::as_select(), memberships::team.nullable()))
            .load::<(TokenAndOwner, Option<String>)>($c)
    };
}

/// By the present value, else by a former one. A macro, because the two kinds of connection have no common type to be
/// generic over.
macro_rules! look_up {
    ($name:ident, $uses:ident, $conn:ty) => {
        fn $name(c: &mut $conn, digest: &Digest) -> Result<Option<Row>, Fault> {
            let doing = "looking a token up";
            let rows = load!(c, tokens::digest.eq(digest.as_bytes())).during(doing)?;
            if let Some(((token, owner), teams)) = together(rows) {
                let used = $uses(c, &token)?;
                return Ok(Some(Row { token, owner, teams, until: None, used }));
            }
            // Read first, so that what the token says is newer than what is said of its former value. A statement of
            // its own, as rustc takes minutes over the type of a join of four tables.
            let former = former_secrets::table
                .filter(former_secrets::digest.eq(digest.as_bytes()))
                .select((former_secrets::token_id, former_secrets::ends_at));
            let former = former.load::<(String, i64)>(c).during(doing)?;
            let Some((id, ends)) = former.into_iter().next() else { return Ok(None) };
            let rows = load!(c, tokens::id.eq(id)).during(doing)?;
            let Some(((token, owner), teams)) = together(rows) else { return Ok(None) };
            let used = $uses(c, &token)?;
            Ok(Some(Row { token, owner, teams, until: Some(ends), used }))
        }

        fn $uses(c: &mut $conn, token: &TokenRow) -> Result<Option<Vec<u8>>, Fault> {
            if token.unused_days.is_none() {
                return Ok(None);
            }
            let query = uses::table.find(&token.user_id).select(uses::body);
            query.get_result::<Vec<u8>>(c).optional().during("looking a token’s last use up")
        }
    };
}

look_up!(query_sqlite, uses_sqlite, SqliteConnection);
look_up!(query, uses_of, Conn);

/// The same on any connection.
pub fn find(c: &mut Conn, digest: &Digest) -> Result<Option<Known>, Fault> {
    query(c, digest)?.map(known).transpose()
}

fn known(row: Row) -> Result<Known, Fault> {
    let mut owner: User = row.owner.try_into()?;
    if !row.teams.is_empty() {
        owner.teams = keys(row.teams)?.into();
    }
    let mut token: Token = row.token.try_into()?;
    if let Some(used) = row.used {
        tell_of(&used, [&mut token])?;
    }
    Ok(Known { token, owner, until: row.until.map(moment) })
}
