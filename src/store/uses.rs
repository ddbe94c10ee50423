//! The `uses` and `daily_uses` tables: the last use of each token, and how many uses it had on each day.
//!
//! Kept by person, as they are read, so that a minute's uses of a million tokens are some thousand rows to write. A
//! person's row in `uses` holds the counts of its one day, too; when another day begins, they move to `daily_uses`.

mod body;
mod days;
mod takeover;

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::During;
use super::conn::Conn;
use super::row::moment;
use super::schema::{tokens, users, uses};
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::Fault;
use crate::domain::token::{LastUse, Token};
use crate::domain::usage::{Day, Uses};
use body::Body;
pub use days::purge;
pub(super) use takeover::take_over;

/// Counts by token, as `daily_uses` keeps them.
type Counts = BTreeMap<String, u64>;

/// What was gathered of one person: each token once a day, in any order.
pub type OfPerson = (UserId, Vec<Uses>);

#[derive(Queryable, Insertable)]
#[diesel(table_name = uses, treat_none_as_default_value = false)]
struct Row {
    user_id: String,
    day: i64,
    body: Vec<u8>,
}

/// To come first in a transaction that adds what was gathered: nodes that do so at the same time wait for each other.
pub fn take_turns(c: &mut Conn) -> Result<(), Fault> {
    c.take_turns(7_812_637).during("waiting to note uses")
}

/// Adds what was gathered to what is known: counts to counts, and a use that is later than the last one known takes
/// its place. What is of people who are gone is dropped.
pub fn add(c: &mut Conn, gathered: &[OfPerson]) -> Result<(), Fault> {
    let ids: Vec<&str> = gathered.iter().map(|(person, _)| person.as_str()).collect();
    let known = uses::table.filter(uses::user_id.eq_any(&ids)).load::<Row>(c);
    let known = known.during("reading uses")?;
    let known: HashMap<&str, &Row> = known.iter().map(|row| (&*row.user_id, row)).collect();
    let new: Vec<&str> = ids.into_iter().filter(|id| !known.contains_key(*id)).collect();
    let there = people(c, &new)?;
    let mut rows: Vec<Row> = Vec::with_capacity(gathered.len());
    for (person, uses) in gathered {
        let id = person.as_str();
        let mut body = match known.get(id) {
            Some(row) => Body::read(Day::from_number(row.day), &row.body)?,
            None if there.contains(id) => Body::default(),
            None => continue,
        };
        let former = body.add(uses);
        if !former.is_empty() && body.has_idle() {
            let live = live(c, person)?;
            body.forget_idle(|token| live.contains(token));
        }
        for (day, counts) in former {
            days::add(c, person, day, counts)?;
        }
        let (user_id, day, body) = (id.to_owned(), body.day().number(), body.write()?);
        rows.push(Row { user_id, day, body });
    }
    put(c, &rows)
}

/// The ones of these that there are.
fn people(c: &mut Conn, ids: &[&str]) -> Result<HashSet<String>, Fault> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let query = users::table.filter(users::id.eq_any(ids)).select(users::id);
    let there = query.load::<String>(c).during("looking for whose uses these are")?;
    Ok(there.into_iter().collect())
}

/// The tokens of a person that aren't revoked.
fn live(c: &mut Conn, person: &UserId) -> Result<HashSet<String>, Fault> {
    let query = tokens::table
        .filter(tokens::user_id.eq(person.as_str()))
        .filter(tokens::revoked_at.is_null())
        .select(tokens::id);
    let live = query.load::<String>(c).during("looking for tokens that are still there")?;
    Ok(live.into_iter().collect())
}

/// A macro, because the two kinds of connection have no common type to be generic over.
macro_rules! upsert {
    ($conn:expr, $rows:expr) => {{
        let new = (uses::day.eq(excluded(uses::day)), uses::body.eq(excluded(uses::body)));
        let rows = diesel::insert_into(uses::table).values($rows);
        rows.on_conflict(uses::user_id).do_update().set(new).execute($conn)
    }};
}

fn put(c: &mut Conn, rows: &[Row]) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    let done = match c {
        Conn::Sqlite(c) => upsert!(c, rows),
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => upsert!(c, rows),
    };
    done.map(drop).during("noting uses")
}

fn row_of(c: &mut Conn, person: &UserId) -> Result<Option<Row>, Fault> {
    let row = uses::table.find(person.as_str()).get_result::<Row>(c).optional();
    row.during("reading the uses of a person’s tokens")
}

/// Tells these tokens of one person when they were last used.
pub fn tell<'a>(
    c: &mut Conn,
    person: &UserId,
    tokens: impl IntoIterator<Item = &'a mut Token>,
) -> Result<(), Fault> {
    let mut tokens = tokens.into_iter().peekable();
    if tokens.peek().is_some()
        && let Some(row) = row_of(c, person)?
    {
        tell_of(&row.body, tokens)?;
    }
    Ok(())
}

/// The same of tokens of several people.
pub fn tell_all(c: &mut Conn, tokens: &mut [Token]) -> Result<(), Fault> {
    let mut by_owner: HashMap<String, Vec<&mut Token>> = HashMap::new();
    for token in tokens {
        by_owner.entry(token.owner.as_str().to_owned()).or_default().push(token);
    }
    let rows = uses::table.filter(uses::user_id.eq_any(by_owner.keys()));
    let rows = rows.load::<Row>(c).during("reading the uses of tokens")?;
    for row in rows {
        tell_of(&row.body, by_owner.remove(&row.user_id).unwrap_or_default())?;
    }
    Ok(())
}

/// When tokens were last used, in microseconds, by their ids; they come with whose they are. Of so many that reading
/// them whole would take long.
pub(super) fn moments<'a>(
    c: &mut Conn,
    tokens: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<HashMap<&'a str, i64>, Fault> {
    const STEP: usize = 1_000;
    let mut by_owner: HashMap<&str, Vec<&'a str>> = HashMap::new();
    for (owner, token) in tokens {
        by_owner.entry(owner).or_default().push(token);
    }
    let owners: Vec<&str> = by_owner.keys().copied().collect();
    let mut moments = HashMap::new();
    for some in owners.chunks(STEP) {
        let rows = uses::table.filter(uses::user_id.eq_any(some));
        for row in rows.load::<Row>(c).during("reading the uses of tokens")? {
            let body = Body::read(Day::from_number(0), &row.body)?;
            let used = |id: &&'a str| Some((*id, body.find(id)?.at));
            moments.extend(by_owner[&*row.user_id].iter().filter_map(used));
        }
    }
    Ok(moments)
}

/// The same as `tell`, with the row's `body` at hand.
pub(super) fn tell_of<'a>(
    bytes: &[u8],
    tokens: impl IntoIterator<Item = &'a mut Token>,
) -> Result<(), Fault> {
    // The day matters to counts alone.
    let body = Body::read(Day::from_number(0), bytes)?;
    for token in tokens {
        token.last_use = body.find(token.id.as_str()).map(|last| LastUse {
            at: moment(last.at),
            address: last.address,
            agent: last.agent.to_owned(),
        });
    }
    Ok(())
}

/// How many uses a token had on each day from `first` on; days without any are left out.
pub fn counts(
    c: &mut Conn,
    person: &UserId,
    token: &TokenId,
    first: Day,
) -> Result<Vec<(Day, u64)>, Fault> {
    let mut counts = days::of_token(c, person, token, first)?;
    if let Some(row) = row_of(c, person)? {
        let body = Body::read(Day::from_number(row.day), &row.body)?;
        let today = body.find(token.as_str()).map(|last| (body.day(), last.count));
        counts.extend(today.filter(|(day, count)| *day >= first && *count > 0));
    }
    Ok(counts)
}
