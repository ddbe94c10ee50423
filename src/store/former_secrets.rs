//! The `former_secrets` table: values that tokens had before they were regenerated, as digests.

use std::collections::HashMap;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::feed;
use super::row::{micros, moment, spoilt};
use super::schema::{former_secrets, tokens};
use super::tokens::TokenRow;
use super::uses;
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::Fault;
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::token::{FormerSecret, LastUse, Token};

#[derive(Queryable, Selectable)]
#[diesel(table_name = former_secrets)]
struct FormerSecretRow {
    token_id: String,
    hint: String,
    ends_at: i64,
    used_at: Option<i64>,
    used_address: Option<String>,
    used_agent: Option<String>,
}

impl From<FormerSecretRow> for FormerSecret {
    fn from(row: FormerSecretRow) -> Self {
        Self {
            hint: row.hint,
            ends: moment(row.ends_at),
            last_use: last_use(row.used_at, row.used_address, row.used_agent),
        }
    }
}

/// A last use as its three columns.
fn last_use(at: Option<i64>, address: Option<String>, agent: Option<String>) -> Option<LastUse> {
    let address = address.and_then(|text| text.parse::<IpAddr>().ok());
    Some(LastUse { at: moment(at?), address, agent: agent.unwrap_or_default() })
}

/// Keeps a value that has just been replaced, until `ends`.
pub fn insert(
    c: &mut Conn,
    digest: &Digest,
    token: &Token,
    ends: DateTime<Utc>,
) -> Result<(), Fault> {
    let used = token.last_use.as_ref();
    let values = (
        former_secrets::digest.eq(digest.as_bytes()),
        former_secrets::token_id.eq(token.id.as_str()),
        former_secrets::hint.eq(&token.hint),
        former_secrets::ends_at.eq(micros(ends)),
        former_secrets::used_at.eq(used.map(|last| micros(last.at))),
        former_secrets::used_address.eq(used.and_then(|last| last.address).map(|a| a.to_string())),
        former_secrets::used_agent.eq(used.map(|last| last.agent.as_str())),
    );
    let done = diesel::insert_into(former_secrets::table).values(values).execute(c);
    done.map(drop).during("keeping a former value")
}

/// The former values of this person's tokens that still work, by token; of several the one that works longest.
pub fn working_of_owner(
    c: &mut Conn,
    owner: &UserId,
    now: Now,
) -> Result<HashMap<TokenId, FormerSecret>, Fault> {
    let query = former_secrets::table
        .inner_join(tokens::table)
        .filter(tokens::user_id.eq(owner.as_str()))
        .filter(former_secrets::ends_at.gt(micros(now.at())))
        .order(former_secrets::ends_at)
        .select(FormerSecretRow::as_select());
    let rows = query.load::<FormerSecretRow>(c).during("listing former values")?;
    let by_token = |row: FormerSecretRow| {
        let id = TokenId::parse(&row.token_id);
        Ok((id.ok_or_else(|| spoilt("former_secrets", "token_id"))?, row.into()))
    };
    rows.into_iter().map(by_token).collect()
}

/// A former value of one of this person's tokens, and the token it was of.
pub fn find_own(
    c: &mut Conn,
    owner: &UserId,
    digest: &Digest,
) -> Result<Option<(FormerSecret, Token)>, Fault> {
    let query = former_secrets::table
        .inner_join(tokens::table)
        .filter(former_secrets::digest.eq(digest.as_bytes()))
        .filter(tokens::user_id.eq(owner.as_str()))
        .select((FormerSecretRow::as_select(), TokenRow::as_select()));
    let found = query.get_result::<(FormerSecretRow, TokenRow)>(c).optional();
    let Some((former, token)) = found.during("finding a former value")? else { return Ok(None) };
    let mut token: Token = token.try_into()?;
    uses::tell(c, owner, [&mut token])?;
    Ok(Some((former.into(), token)))
}

/// The token that has this former value, while that goes on and the token isn't revoked, whoever's it is.
pub fn find_unrevoked(c: &mut Conn, digest: &Digest, now: Now) -> Result<Option<Token>, Fault> {
    let query = former_secrets::table
        .inner_join(tokens::table)
        .filter(former_secrets::digest.eq(digest.as_bytes()))
        .filter(former_secrets::ends_at.gt(micros(now.at())))
        .filter(tokens::revoked_at.is_null())
        .select(TokenRow::as_select());
    let found = query.get_result::<TokenRow>(c).optional();
    found.during("finding a token by a former value")?.map(TryInto::try_into).transpose()
}

/// Ends the former values of a token that still work. Answers how many there were.
pub fn end_all(c: &mut Conn, token: &TokenId, now: Now) -> Result<usize, Fault> {
    let at = micros(now.at());
    let rows = former_secrets::table
        .filter(former_secrets::token_id.eq(token.as_str()))
        .filter(former_secrets::ends_at.gt(at));
    let done = diesel::update(rows).set(former_secrets::ends_at.eq(at)).execute(c);
    feed::record_token(c, token)?;
    done.during("ending former values")
}

/// Notes a use, unless a later one is noted already.
pub fn mark_used(c: &mut Conn, digest: &Digest, last: &LastUse) -> Result<(), Fault> {
    let at = micros(last.at);
    let older = former_secrets::used_at.is_null().or(former_secrets::used_at.lt(at));
    let row = former_secrets::table.find(digest.as_bytes()).filter(older.assume_not_null());
    let change = (
        former_secrets::used_at.eq(at),
        former_secrets::used_address.eq(last.address.map(|address| address.to_string())),
        former_secrets::used_agent.eq(&last.agent),
    );
    diesel::update(row).set(change).execute(c).map(drop).during("noting a former value’s use")
}
