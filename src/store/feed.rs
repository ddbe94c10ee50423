//! The `feed` table: what verification has to read anew, on every node. Written in the transaction of the change.
//!
//! Changes come one after the other (`Conn::begin`), so numbers are given in the order of commits, and whoever has read
//! up to one has missed nothing before it.

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::spoilt;
use super::schema::{feed, former_secrets, tokens};
use crate::domain::change::Change;
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::Fault;
use crate::domain::secret::Digest;

/// What waiting nodes listen to on PostgreSQL.
#[cfg(feature = "postgres")]
pub(super) const CHANNEL: &str = "latchkey_feed";
/// How many of the newest entries are kept. A node that has missed more reads everything anew.
const KEPT: i64 = 10_000;

/// One entry as it is stored.
#[derive(Queryable)]
struct FeedRow {
    id: i64,
    value: Option<Vec<u8>>,
    person_id: Option<String>,
}

/// What a node that has read up to some number has yet to learn.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// What came after, and the number of the last.
    Since(Vec<Change>, i64),
    /// Entries that this node hasn't read are gone already: nothing that it knows can be relied on.
    Missed(i64),
}

/// To be called in a change (`Db::write`).
pub fn record(c: &mut Conn, change: &Change) -> Result<(), Fault> {
    let doing = "recording a change for verification";
    let (value, person) = match change {
        Change::Value(digest) => (Some(digest.as_bytes()), None),
        Change::Person(id) => (None, Some(id.as_str())),
    };
    let values = (feed::value.eq(value), feed::person_id.eq(person));
    let done = match c {
        Conn::Sqlite(c) => {
            let last = feed::table.select(diesel::dsl::max(feed::id));
            let last = last.get_result::<Option<i64>>(c).during(doing)?.unwrap_or(0);
            diesel::insert_into(feed::table).values((feed::id.eq(last + 1), values)).execute(c)
        }
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => {
            use diesel::connection::SimpleConnection;
            c.batch_execute(&format!("NOTIFY {CHANNEL}")).during(doing)?;
            diesel::insert_into(feed::table).values(values).execute(c)
        }
    };
    done.map(drop).during(doing)
}

/// Records that a token is no longer as it was, under each value that opens it.
pub fn record_token(c: &mut Conn, id: &TokenId) -> Result<(), Fault> {
    let doing = "finding the values of a token";
    let present = tokens::table.find(id.as_str()).select(tokens::digest);
    let former = former_secrets::table.filter(former_secrets::token_id.eq(id.as_str()));
    let mut values = present.load::<Vec<u8>>(c).during(doing)?;
    values.extend(former.select(former_secrets::digest).load::<Vec<u8>>(c).during(doing)?);
    for value in values {
        let digest = Digest::from_stored(&value).ok_or_else(|| spoilt("tokens", "digest"))?;
        record(c, &Change::Value(digest))?;
    }
    Ok(())
}

/// The number of the newest entry; 0 before the first.
pub fn last(c: &mut Conn) -> Result<i64, Fault> {
    let last = feed::table.select(diesel::dsl::max(feed::id)).get_result::<Option<i64>>(c);
    Ok(last.during("reading how far the feed has come")?.unwrap_or(0))
}

/// What has come since the entry of this number. That one is read again, as the proof that none after it is gone.
pub fn since(c: &mut Conn, seen: i64) -> Result<News, Fault> {
    let query = feed::table.filter(feed::id.ge(seen)).order(feed::id);
    let rows = query.load::<FeedRow>(c).during("reading the feed")?;
    let last = rows.last().map_or(0, |row| row.id);
    // Before the first entry there is nothing to read again: then the first of all has to be there.
    let complete = match rows.first() {
        Some(first) => first.id == seen.max(1),
        None => seen == 0,
    };
    if !complete {
        return Ok(News::Missed(last));
    }
    let news = rows.into_iter().filter(|row| row.id > seen).map(TryInto::try_into);
    Ok(News::Since(news.collect::<Result<_, _>>()?, last))
}

/// Drops what every node has read long ago.
pub fn prune(c: &mut Conn) -> Result<(), Fault> {
    let oldest = last(c)? - KEPT;
    let done = diesel::delete(feed::table.filter(feed::id.lt(oldest))).execute(c);
    done.map(drop).during("dropping old entries of the feed")
}

impl TryFrom<FeedRow> for Change {
    type Error = Fault;

    fn try_from(row: FeedRow) -> Result<Self, Fault> {
        let value = row.value.and_then(|value| Digest::from_stored(&value)).map(Self::Value);
        let person = || row.person_id.and_then(|id| UserId::parse(&id)).map(Self::Person);
        value.or_else(person).ok_or_else(|| spoilt("feed", "entry"))
    }
}
