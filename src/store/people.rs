//! People as an administrator meets them: a page of them, with what there is to know of each at a glance.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment};
use super::schema::{events, sessions, tokens, users};
use super::users::{Account, AccountRow, UserRow, read};
use super::{identities, memberships};
use crate::domain::event::Kind;
use crate::domain::id::UserId;
use crate::domain::refusal::Fault;
use crate::domain::time::Now;
use crate::domain::user::User;

/// One person, and what can be told of them in a row.
#[derive(Clone, Debug)]
pub struct Entry {
    pub user: User,
    /// Whether they have set a password, or sign in with another identity.
    pub joined: bool,
    /// Whether they have no password, and sign in with their identity at the provider alone.
    pub vouched: bool,
    /// Tokens that are neither revoked nor past their last day.
    pub tokens: u64,
    /// When they last did something in a browser, as far as that is still known.
    pub seen: Option<DateTime<Utc>>,
}

/// What people are called, and found by.
#[derive(Clone, Queryable)]
pub struct Names {
    pub id: String,
    pub name: String,
    pub display_name: String,
    pub email: Option<String>,
    /// The team of a service account.
    pub owned_by: Option<String>,
}

/// The columns of that.
const NAMES: (users::id, users::name, users::display_name, users::email, users::owned_by) =
    (users::id, users::name, users::display_name, users::email, users::owned_by);

/// Everybody's names, in the order of usernames.
pub fn names(c: &mut Conn) -> Result<Vec<Names>, Fault> {
    let query = users::table.filter(users::owned_by.is_null()).select(NAMES).order(users::name);
    query.load(c).during("reading everybody’s names")
}

/// The same of everybody who has tokens: of service accounts, too.
pub fn owners(c: &mut Conn) -> Result<Vec<Names>, Fault> {
    let query = users::table.select(NAMES).order(users::name);
    query.load(c).during("reading owners’ names")
}

/// What these people are called, as far as they are still there.
pub fn called(c: &mut Conn, ids: &BTreeSet<UserId>) -> Result<HashMap<UserId, Names>, Fault> {
    let ids = ids.iter().map(UserId::as_str);
    let query = users::table.filter(users::id.eq_any(ids)).select(NAMES);
    let rows = query.load::<Names>(c).during("reading people’s names")?;
    Ok(rows.into_iter().filter_map(|one| Some((UserId::parse(&one.id)?, one))).collect())
}

/// So many people in the order of usernames, after as many others.
pub fn some(c: &mut Conn, skipped: i64, most: i64, now: Now) -> Result<Vec<Entry>, Fault> {
    let people = users::table.filter(users::owned_by.is_null());
    let query = people.order(users::name).offset(skipped).limit(most);
    let query = query.select((UserRow::as_select(), users::password));
    let rows = query.load(c).during("listing people")?;
    entries(c, rows, now)
}

/// These people, in the order of usernames.
pub fn these(c: &mut Conn, ids: &[String], now: Now) -> Result<Vec<Entry>, Fault> {
    let people = users::table.filter(users::owned_by.is_null());
    let query = people.filter(users::id.eq_any(ids)).order(users::name);
    let query = query.select((UserRow::as_select(), users::password));
    let rows = query.load(c).during("listing people")?;
    entries(c, rows, now)
}

fn entries(c: &mut Conn, rows: Vec<AccountRow>, now: Now) -> Result<Vec<Entry>, Fault> {
    let mut people: Vec<Account> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    memberships::tell(c, people.iter_mut().map(|(user, _)| user))?;
    let ids: Vec<String> = people.iter().map(|(user, _)| user.id.as_str().to_owned()).collect();
    let (tokens, seen) = (live_tokens(c, &ids, now)?, last_seen(c, &ids)?);
    let vouched = identities::owners(c, &ids)?;
    let entry = |(user, password): Account| Entry {
        joined: !password.is_none() || vouched.contains(user.id.as_str()),
        vouched: password.is_none() && vouched.contains(user.id.as_str()),
        tokens: tokens.get(&user.id).copied().unwrap_or_default(),
        seen: seen.get(&user.id).copied(),
        user,
    };
    Ok(people.into_iter().map(entry).collect())
}

fn live_tokens(c: &mut Conn, ids: &[String], now: Now) -> Result<HashMap<UserId, u64>, Fault> {
    let query = tokens::table
        .filter(tokens::user_id.eq_any(ids))
        .filter(tokens::revoked_at.is_null())
        .filter(tokens::expires_at.is_null().or(tokens::expires_at.gt(micros(now.at()))))
        .group_by(tokens::user_id)
        .select((tokens::user_id, count_star()));
    let counts = query.load::<(String, i64)>(c).during("counting people’s tokens")?;
    let counts = counts.into_iter();
    Ok(counts.filter_map(|(id, n)| Some((UserId::parse(&id)?, n.unsigned_abs()))).collect())
}

/// By their sessions, and where none is left, by the last time they signed in.
fn last_seen(c: &mut Conn, ids: &[String]) -> Result<HashMap<UserId, DateTime<Utc>>, Fault> {
    let doing = "reading when people were last here";
    let used = sessions::table
        .filter(sessions::user_id.eq_any(ids))
        .group_by(sessions::user_id)
        .select((sessions::user_id, max(sessions::seen_at)));
    let begun = events::table
        .filter(events::person_id.eq_any(ids))
        .filter(events::kind.eq(Kind::SignedIn.as_str()))
        .group_by(events::person_id)
        .select((events::person_id, max(events::at)));
    let used = used.load::<(String, Option<i64>)>(c).during(doing)?;
    let used = used.into_iter().map(|(id, at)| (Some(id), at));
    let begun = begun.load::<(Option<String>, Option<i64>)>(c).during(doing)?;
    let mut seen = HashMap::new();
    for (id, at) in used.chain(begun) {
        if let (Some(id), Some(at)) = (id.and_then(|id| UserId::parse(&id)), at.map(moment)) {
            let known = seen.entry(id).or_insert(at);
            *known = at.max(*known);
        }
    }
    Ok(seen)
}
