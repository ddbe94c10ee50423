//! The `tokens` table.

use std::net::IpAddr;

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::tokens;
use crate::domain::expiry::Expiry;
use crate::domain::grants::Grants;
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::Fault;
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::token::{LastUse, Token, TokenName};

#[derive(Queryable)]
pub(super) struct TokenRow {
    id: String,
    user_id: String,
    name: String,
    _digest: Vec<u8>,
    hint: String,
    grants: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    used_at: Option<i64>,
    used_address: Option<String>,
    used_agent: Option<String>,
}

impl TryFrom<TokenRow> for Token {
    type Error = Fault;

    fn try_from(row: TokenRow) -> Result<Self, Fault> {
        let wrong = |what| spoilt("tokens", what);
        let used = |at| LastUse {
            at: moment(at),
            address: row.used_address.as_ref().and_then(|text| text.parse::<IpAddr>().ok()),
            agent: row.used_agent.clone().unwrap_or_default(),
        };
        Ok(Self {
            id: TokenId::parse(&row.id).ok_or_else(|| wrong("id"))?,
            owner: UserId::parse(&row.user_id).ok_or_else(|| wrong("user_id"))?,
            name: TokenName::from_stored(row.name),
            last_use: row.used_at.map(used),
            hint: row.hint,
            grants: Grants::parse(&row.grants).ok_or_else(|| wrong("grants"))?,
            created: moment(row.created_at),
            expiry: row.expires_at.map_or(Expiry::Never, |end| Expiry::At(moment(end))),
            revoked: row.revoked_at.map(moment),
        })
    }
}

pub fn insert(c: &mut Conn, token: &Token, digest: &Digest) -> Result<(), Fault> {
    let values = (
        tokens::id.eq(token.id.as_str()),
        tokens::user_id.eq(token.owner.as_str()),
        tokens::name.eq(token.name.as_str()),
        tokens::digest.eq(digest.as_bytes()),
        tokens::hint.eq(&token.hint),
        tokens::grants.eq(token.grants.to_string()),
        tokens::created_at.eq(micros(token.created)),
        tokens::expires_at.eq(token.expiry.at().map(micros)),
        tokens::revoked_at.eq(token.revoked.map(micros)),
    );
    let done = diesel::insert_into(tokens::table).values(values).execute(c);
    done.map(drop).during("storing a token")
}

/// A person's tokens, newest first, without the revoked ones.
pub fn of_owner(c: &mut Conn, owner: &UserId) -> Result<Vec<Token>, Fault> {
    let query = tokens::table
        .filter(tokens::user_id.eq(owner.as_str()))
        .filter(tokens::revoked_at.is_null())
        .order((tokens::created_at.desc(), tokens::id));
    let rows = query.load::<TokenRow>(c).during("listing tokens")?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// One token of this person; another's is not found, as if it weren't there.
pub fn find_own(c: &mut Conn, owner: &UserId, id: &TokenId) -> Result<Option<Token>, Fault> {
    let query = tokens::table.find(id.as_str()).filter(tokens::user_id.eq(owner.as_str()));
    let found = query.get_result::<TokenRow>(c).optional();
    found.during("finding a token")?.map(TryInto::try_into).transpose()
}

/// How many tokens a person has in the list: all but the revoked ones.
pub fn count_listed(c: &mut Conn, owner: &UserId) -> Result<u64, Fault> {
    let query = tokens::table
        .filter(tokens::user_id.eq(owner.as_str()))
        .filter(tokens::revoked_at.is_null());
    let count = query.count().get_result::<i64>(c).during("counting tokens")?;
    Ok(count.unsigned_abs())
}

/// Whether one of this person's live tokens has this name.
pub fn name_is_taken(
    c: &mut Conn,
    owner: &UserId,
    name: &TokenName,
    now: Now,
) -> Result<bool, Fault> {
    let live = tokens::expires_at.is_null().or(tokens::expires_at.gt(micros(now.at())));
    let query = tokens::table
        .filter(tokens::user_id.eq(owner.as_str()))
        .filter(tokens::name.eq(name.as_str()))
        .filter(tokens::revoked_at.is_null())
        .filter(live.assume_not_null());
    let count = query.count().get_result::<i64>(c).during("looking for a token's name")?;
    Ok(count > 0)
}

/// Marks a token as revoked. `false` when it already was.
pub fn revoke(c: &mut Conn, id: &TokenId, now: Now) -> Result<bool, Fault> {
    let row = tokens::table.find(id.as_str()).filter(tokens::revoked_at.is_null());
    let change = tokens::revoked_at.eq(micros(now.at()));
    let done = diesel::update(row).set(change).execute(c);
    Ok(done.during("revoking a token")? == 1)
}

/// Notes a use, unless a later one is noted already.
pub fn mark_used(c: &mut Conn, id: &TokenId, last: &LastUse) -> Result<(), Fault> {
    let at = micros(last.at);
    let older = tokens::used_at.is_null().or(tokens::used_at.lt(at));
    let row = tokens::table.find(id.as_str()).filter(older.assume_not_null());
    let change = (
        tokens::used_at.eq(at),
        tokens::used_address.eq(last.address.map(|address| address.to_string())),
        tokens::used_agent.eq(&last.agent),
    );
    diesel::update(row).set(change).execute(c).map(drop).during("noting a token's use")
}
