//! The `password_links` table: links to set a password, by the SHA-256 of their code, one a person.

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::password_links;
use crate::domain::id::UserId;
use crate::domain::password_link::{CodeDigest, PasswordLink};
use crate::domain::refusal::Fault;
use crate::domain::time::Now;

/// Stores a link; the one that this person had before works no more.
pub fn put(c: &mut Conn, digest: &CodeDigest, link: &PasswordLink) -> Result<(), Fault> {
    delete_of(c, &link.user)?;
    let values = (
        password_links::digest.eq(digest.as_bytes()),
        password_links::user_id.eq(link.user.as_str()),
        password_links::ends_at.eq(micros(link.ends)),
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

/// Ends a person's link, if they have one.
pub fn delete_of(c: &mut Conn, user: &UserId) -> Result<(), Fault> {
    let rows = password_links::table.filter(password_links::user_id.eq(user.as_str()));
    diesel::delete(rows).execute(c).map(drop).during("ending a link to set a password")
}

/// Forgets the links that are too late.
pub fn purge(c: &mut Conn, now: Now) -> Result<(), Fault> {
    let late = password_links::table.filter(password_links::ends_at.le(micros(now.at())));
    diesel::delete(late).execute(c).map(drop).during("clearing late links")
}
