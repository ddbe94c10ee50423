//! The `password_links` table: links to set a password, by the SHA-256 of their code, one a person and origin.

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::password_links;
use crate::domain::id::UserId;
use crate::domain::password_link::{CodeDigest, Origin, PasswordLink};
use crate::domain::refusal::Fault;
use crate::domain::time::Now;

/// Stores a link; the one of this origin that this person had before works no more.
pub fn put(
    c: &mut Conn,
    digest: &CodeDigest,
    link: &PasswordLink,
    origin: Origin,
) -> Result<(), Fault> {
    let former = password_links::table
        .filter(password_links::user_id.eq(link.user.as_str()))
        .filter(password_links::origin.eq(origin.as_str()));
    diesel::delete(former).execute(c).during("ending a former link to set a password")?;
    let values = (
        password_links::digest.eq(digest.as_bytes()),
        password_links::user_id.eq(link.user.as_str()),
        password_links::ends_at.eq(micros(link.ends)),
        password_links::origin.eq(origin.as_str()),
    );
    let done = diesel::insert_into(password_links::table).values(values).execute(c);
    done.map(drop).during("storing a link to set a password")
}

pub fn find(c: &mut Conn, digest: &CodeDigest) -> Result<Option<PasswordLink>, Fault> {
    let columns = (password_links::user_id, password_links::ends_at);
    let found = password_links::table.find(digest.as_bytes()).select(columns);
    let found = found.get_result::<(String, i64)>(c).optional();
    let Some((user, ends)) = found.during("finding a link to set a password")? else {
        return Ok(None);
    };
    let user = UserId::parse(&user).ok_or_else(|| spoilt("password_links", "user_id"))?;
    Ok(Some(PasswordLink { user, ends: moment(ends) }))
}

/// Ends a person's links, of either origin.
pub fn delete_of(c: &mut Conn, user: &UserId) -> Result<(), Fault> {
    let rows = password_links::table.filter(password_links::user_id.eq(user.as_str()));
    diesel::delete(rows).execute(c).map(drop).during("ending a link to set a password")
}

/// Forgets the links that are too late.
pub fn purge(c: &mut Conn, now: Now) -> Result<(), Fault> {
    let late = password_links::table.filter(password_links::ends_at.le(micros(now.at())));
    diesel::delete(late).execute(c).map(drop).during("clearing late links")
}
