//! The `nonces` table: forms that have done their work, so that none does it twice.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use super::During;
use super::conn::Conn;
use super::row::micros;
use super::schema::nonces;
use crate::domain::id::{Nonce, TokenId};
use crate::domain::refusal::Fault;
use crate::domain::time::Now;

/// Uses a nonce up for a token, inside the transaction of the work it stands for. `false` when it was used before;
/// the transaction is then good for nothing but rolling back.
pub fn take(c: &mut Conn, nonce: &Nonce, token: &TokenId, now: Now) -> Result<bool, Fault> {
    insert(c, nonce, Some(token), now)
}

/// The same for work that is about no token.
pub fn use_up(c: &mut Conn, nonce: &Nonce, now: Now) -> Result<bool, Fault> {
    insert(c, nonce, None, now)
}

fn insert(c: &mut Conn, nonce: &Nonce, token: Option<&TokenId>, now: Now) -> Result<bool, Fault> {
    let values = (
        nonces::nonce.eq(nonce.as_str()),
        nonces::used_at.eq(micros(now.at())),
        nonces::token_id.eq(token.map(TokenId::as_str)),
    );
    match diesel::insert_into(nonces::table).values(values).execute(c) {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        done => done.map(|_| true).during("using up a form"),
    }
}

/// Whether a form has done its work already.
pub fn is_used(c: &mut Conn, nonce: &Nonce) -> Result<bool, Fault> {
    let count = nonces::table.find(nonce.as_str()).count().get_result::<i64>(c);
    Ok(count.during("looking for a used form")? > 0)
}

/// The token that a form has done its work for.
pub fn token_of(c: &mut Conn, nonce: &Nonce) -> Result<Option<TokenId>, Fault> {
    let row = nonces::table.find(nonce.as_str()).select(nonces::token_id);
    let found = row.get_result::<Option<String>>(c).optional().during("looking for a used form")?;
    Ok(found.flatten().and_then(|id| TokenId::parse(&id)))
}

/// Forgets the nonces of forms that no living session can have.
pub fn purge(c: &mut Conn, before: chrono::DateTime<chrono::Utc>) -> Result<(), Fault> {
    let done = diesel::delete(nonces::table.filter(nonces::used_at.lt(micros(before)))).execute(c);
    done.map(drop).during("clearing used forms")
}
