//! Many rows at once, into a database that is being filled.

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::micros;
use super::schema::{feed, tokens, users};
use crate::domain::id::UserId;
use crate::domain::password::PasswordHash;
use crate::domain::refusal::Fault;
use crate::domain::token::{Issued, search_text};
use crate::domain::user::{Email, User};

/// How many rows one statement takes: PostgreSQL has room for 65,535 values.
const ROWS: usize = 500;

#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
struct NewUser<'a> {
    id: &'a str,
    name: &'a str,
    display_name: &'a str,
    email: Option<&'a str>,
    role: &'a str,
    password: &'a str,
    created_at: i64,
}

#[derive(Insertable)]
#[diesel(table_name = tokens, treat_none_as_default_value = false)]
struct NewToken<'a> {
    id: &'a str,
    user_id: &'a str,
    created_by: &'a str,
    name: &'a str,
    digest: Vec<u8>,
    hint: &'a str,
    grants: String,
    created_at: i64,
    renewed_at: i64,
    changed_at: i64,
    expires_at: Option<i64>,
    search_text: String,
}

/// Adds people who share a password.
pub fn add_people(c: &mut Conn, people: &[User], password: &PasswordHash) -> Result<(), Fault> {
    let row = |user| new_user(user, password);
    for some in people.chunks(ROWS) {
        let rows: Vec<NewUser<'_>> = some.iter().map(row).collect();
        let insert = diesel::insert_into(users::table).values(rows);
        let done = match c {
            Conn::Sqlite(c) => insert.execute(c),
            #[cfg(feature = "postgres")]
            Conn::Postgres(c) => insert.execute(c),
        };
        done.during("adding people")?;
    }
    Ok(())
}

/// Adds tokens that have just been made.
pub fn add_tokens(c: &mut Conn, issued: &[Issued]) -> Result<(), Fault> {
    for some in issued.chunks(ROWS) {
        let rows: Vec<NewToken<'_>> = some.iter().map(new_token).collect();
        let insert = diesel::insert_into(tokens::table).values(rows);
        let done = match c {
            Conn::Sqlite(c) => insert.execute(c),
            #[cfg(feature = "postgres")]
            Conn::Postgres(c) => insert.execute(c),
        };
        done.during("adding tokens")?;
    }
    Ok(())
}

/// Has every node forget what it knows, instead of telling of each row.
pub fn announce(c: &mut Conn) -> Result<(), Fault> {
    let nobody = UserId::random();
    for _ in 0..2 {
        let change = crate::domain::change::Change::Person(nobody.clone());
        super::feed::record(c, &change)?;
    }
    let last = super::feed::last(c)?;
    let older = feed::table.filter(feed::id.lt(last));
    diesel::delete(older).execute(c).map(drop).during("announcing new tokens")
}

fn new_user<'a>(user: &'a User, password: &'a PasswordHash) -> NewUser<'a> {
    NewUser {
        id: user.id.as_str(),
        name: user.name.as_str(),
        display_name: user.display_name.as_str(),
        email: user.email.as_ref().map(Email::as_str),
        role: user.role.as_str(),
        password: password.as_str(),
        created_at: micros(user.created),
    }
}

fn new_token(issued: &Issued) -> NewToken<'_> {
    let token = &issued.token;
    NewToken {
        id: token.id.as_str(),
        user_id: token.owner.as_str(),
        created_by: token.created_by.as_str(),
        name: token.name.as_str(),
        digest: issued.secret.digest().as_bytes().to_vec(),
        hint: &token.hint,
        grants: token.grants.to_string(),
        created_at: micros(token.created),
        renewed_at: micros(token.renewed),
        changed_at: micros(token.changed),
        expires_at: token.expiry.at().map(micros),
        search_text: search_text(token.name.as_str(), &token.hint),
    }
}
