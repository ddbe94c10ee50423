//! The `identities` table: who somebody is at the provider that people sign in with.

use std::collections::HashSet;

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, spoilt};
use super::schema::identities;
use crate::domain::id::UserId;
use crate::domain::identity::Identity;
use crate::domain::refusal::Fault;
use crate::domain::time::Now;

/// Whose identity this is.
pub fn find(c: &mut Conn, identity: &Identity) -> Result<Option<UserId>, Fault> {
    let row = identities::table.find((&identity.issuer, &identity.subject));
    let found = row.select(identities::user_id).get_result::<String>(c).optional();
    let found = found.during("finding an identity")?;
    found.map(|id| UserId::parse(&id).ok_or_else(|| spoilt("identities", "user_id"))).transpose()
}

/// A person's identities, at whichever provider.
pub fn of(c: &mut Conn, user: &UserId) -> Result<Vec<Identity>, Fault> {
    let query = identities::table
        .filter(identities::user_id.eq(user.as_str()))
        .order((identities::issuer, identities::subject))
        .select((identities::issuer, identities::subject));
    let rows = query.load::<(String, String)>(c).during("reading a person’s identities")?;
    Ok(rows.into_iter().map(|(issuer, subject)| Identity { issuer, subject }).collect())
}

/// Which of these people have one.
pub fn owners(c: &mut Conn, people: &[String]) -> Result<HashSet<String>, Fault> {
    let query = identities::table.filter(identities::user_id.eq_any(people));
    let ids = query.select(identities::user_id).load(c).during("looking for identities")?;
    Ok(ids.into_iter().collect())
}

pub fn insert(c: &mut Conn, identity: &Identity, user: &UserId, now: Now) -> Result<(), Fault> {
    let values = (
        identities::issuer.eq(&identity.issuer),
        identities::subject.eq(&identity.subject),
        identities::user_id.eq(user.as_str()),
        identities::linked_at.eq(micros(now.at())),
    );
    let done = diesel::insert_into(identities::table).values(values).execute(c);
    done.map(drop).during("linking an identity")
}

/// Takes a person's identities away. Answers how many there were.
pub fn delete_of(c: &mut Conn, user: &UserId) -> Result<usize, Fault> {
    let rows = identities::table.filter(identities::user_id.eq(user.as_str()));
    diesel::delete(rows).execute(c).during("taking identities away")
}
