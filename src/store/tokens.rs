//! The `tokens` table.

mod takeover;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::During;
use super::conn::Conn;
use super::feed;
use super::row::{micros, moment, spoilt};
use super::schema::tokens;
use super::uses;
use crate::domain::change::Change;
use crate::domain::expiry::Expiry;
use crate::domain::grants::Grants;
use crate::domain::id::{TokenId, UserId};
use crate::domain::limit::PerMinute;
use crate::domain::networks::Networks;
use crate::domain::refusal::Fault;
use crate::domain::secret::{Digest, HINT};
use crate::domain::time::Now;
use crate::domain::token::{Called, Description, Token, TokenName, search_text};
pub(super) use takeover::take_over;

/// Not the value's digest, and not the text that searches read: verification has no use for them.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
pub(super) struct TokenRow {
    id: String,
    pub(super) user_id: String,
    name: String,
    hint: String,
    grants: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    created_by: Option<String>,
    description: String,
    networks: String,
    renewed_at: i64,
    changed_at: i64,
    pub(super) unused_days: Option<i64>,
    paused_at: Option<i64>,
    per_minute: Option<i64>,
}

pub(super) fn limit(stored: i64) -> Result<PerMinute, Fault> {
    let limit = u32::try_from(stored).ok().and_then(PerMinute::new);
    limit.ok_or_else(|| spoilt("tokens", "per_minute"))
}

impl TryFrom<TokenRow> for Token {
    type Error = Fault;

    /// Its last use is told by `uses::tell`.
    fn try_from(row: TokenRow) -> Result<Self, Fault> {
        let wrong = |what| spoilt("tokens", what);
        let owner = UserId::parse(&row.user_id).ok_or_else(|| wrong("user_id"))?;
        Ok(Self {
            id: TokenId::parse(&row.id).ok_or_else(|| wrong("id"))?,
            created_by: row.created_by.and_then(|id| UserId::parse(&id)).unwrap_or(owner.clone()),
            owner,
            name: TokenName::from_stored(row.name),
            description: Description::from_stored(row.description),
            hint: row.hint,
            grants: Grants::parse(&row.grants).ok_or_else(|| wrong("grants"))?,
            networks: Networks::parse(&row.networks).map_err(|_| wrong("networks"))?,
            per_minute: row.per_minute.map(limit).transpose()?,
            created: moment(row.created_at),
            renewed: moment(row.renewed_at),
            changed: moment(row.changed_at),
            expiry: row.expires_at.map_or(Expiry::Never, |end| Expiry::At(moment(end))),
            unused_days: row.unused_days.and_then(|days| u32::try_from(days).ok()),
            paused: row.paused_at.map(moment),
            revoked: row.revoked_at.map(moment),
            last_use: None,
        })
    }
}

pub fn insert(c: &mut Conn, token: &Token, digest: &Digest) -> Result<(), Fault> {
    let values = (
        tokens::id.eq(token.id.as_str()),
        tokens::user_id.eq(token.owner.as_str()),
        tokens::created_by.eq(token.created_by.as_str()),
        tokens::name.eq(token.name.as_str()),
        tokens::description.eq(token.description.as_str()),
        tokens::digest.eq(digest.as_bytes()),
        tokens::hint.eq(&token.hint),
        tokens::grants.eq(token.grants.to_string()),
        tokens::networks.eq(token.networks.to_string()),
        tokens::per_minute.eq(token.per_minute.map(|limit| i64::from(limit.get()))),
        tokens::created_at.eq(micros(token.created)),
        tokens::renewed_at.eq(micros(token.renewed)),
        tokens::changed_at.eq(micros(token.changed)),
        tokens::expires_at.eq(token.expiry.at().map(micros)),
        tokens::unused_days.eq(token.unused_days.map(i64::from)),
        tokens::paused_at.eq(token.paused.map(micros)),
        tokens::revoked_at.eq(token.revoked.map(micros)),
        tokens::search_text.eq(search_text(token.name.as_str(), &token.hint)),
    );
    let done = diesel::insert_into(tokens::table).values(values).execute(c);
    done.map(drop).during("storing a token")?;
    feed::record(c, &Change::Value(*digest))
}

/// Stores what can be changed of a token that isn't revoked. `false` when it was changed or revoked since `read`,
/// which is what this change was decided on.
pub fn update(c: &mut Conn, token: &Token, read: &Token) -> Result<bool, Fault> {
    let row = tokens::table
        .find(token.id.as_str())
        .filter(tokens::changed_at.eq(micros(read.changed)))
        .filter(tokens::revoked_at.is_null());
    let change = (
        tokens::name.eq(token.name.as_str()),
        tokens::description.eq(token.description.as_str()),
        tokens::hint.eq(&token.hint),
        tokens::grants.eq(token.grants.to_string()),
        tokens::networks.eq(token.networks.to_string()),
        tokens::per_minute.eq(token.per_minute.map(|limit| i64::from(limit.get()))),
        tokens::renewed_at.eq(micros(token.renewed)),
        tokens::changed_at.eq(micros(token.changed)),
        tokens::expires_at.eq(token.expiry.at().map(micros)),
        tokens::unused_days.eq(token.unused_days.map(i64::from)),
        tokens::paused_at.eq(token.paused.map(micros)),
        tokens::search_text.eq(search_text(token.name.as_str(), &token.hint)),
    );
    let done = diesel::update(row).set(change).execute(c);
    feed::record_token(c, &token.id)?;
    Ok(done.during("changing a token")? == 1)
}

/// Puts a new value in the place of a token's, and answers the former one's digest.
pub fn replace_digest(c: &mut Conn, id: &TokenId, new: &Digest) -> Result<Digest, Fault> {
    let row = tokens::table.find(id.as_str());
    let former =
        row.select(tokens::digest).get_result::<Vec<u8>>(c).during("reading a token’s value")?;
    let done = diesel::update(row).set(tokens::digest.eq(new.as_bytes())).execute(c);
    done.during("giving a token a new value")?;
    let gone = Digest::from_stored(&former).ok_or_else(|| spoilt("tokens", "digest"))?;
    feed::record(c, &Change::Value(gone))?;
    feed::record(c, &Change::Value(*new))?;
    Ok(gone)
}

/// One token of this person by its value, revoked or not.
pub fn find_own_by_digest(
    c: &mut Conn,
    owner: &UserId,
    digest: &Digest,
) -> Result<Option<Token>, Fault> {
    let query = tokens::table
        .filter(tokens::digest.eq(digest.as_bytes()))
        .filter(tokens::user_id.eq(owner.as_str()));
    let found = query
        .select(TokenRow::as_select())
        .get_result(c)
        .optional()
        .during("finding a token by its value")?;
    Ok(used(c, owner, found)?.pop())
}

/// The token with this value that isn't revoked, whoever's it is.
pub fn find_unrevoked_by_digest(c: &mut Conn, digest: &Digest) -> Result<Option<Token>, Fault> {
    let query = tokens::table
        .filter(tokens::digest.eq(digest.as_bytes()))
        .filter(tokens::revoked_at.is_null());
    let found = query.select(TokenRow::as_select()).get_result(c).optional();
    found.during("finding a token by its value")?.map(TryInto::try_into).transpose()
}

/// A person's tokens, newest first, without the revoked ones.
pub fn of_owner(c: &mut Conn, owner: &UserId) -> Result<Vec<Token>, Fault> {
    let query = tokens::table
        .filter(tokens::user_id.eq(owner.as_str()))
        .filter(tokens::revoked_at.is_null())
        .order((tokens::created_at.desc(), tokens::id));
    let rows = query.select(TokenRow::as_select()).load(c).during("listing tokens")?;
    used(c, owner, rows)
}

/// Ids and names of a person's tokens, revoked ones too, the newest first; or of one of them.
pub fn names_of_owner(
    c: &mut Conn,
    owner: &UserId,
    only: Option<&TokenId>,
    most: i64,
) -> Result<Vec<Called>, Fault> {
    let columns = (tokens::id, tokens::name, tokens::revoked_at.is_null());
    let all = tokens::table.filter(tokens::user_id.eq(owner.as_str()));
    let mut query = all.order((tokens::created_at.desc(), tokens::id)).limit(most).into_boxed();
    if let Some(id) = only {
        query = query.filter(tokens::id.eq(id.as_str()));
    }
    let rows = query.select(columns).load::<(String, String, bool)>(c);
    let read = |(id, name, is_listed): (String, String, bool)| {
        let id = TokenId::parse(&id).ok_or_else(|| spoilt("tokens", "id"))?;
        Ok(Called { id, name, is_listed })
    };
    rows.during("reading names of tokens")?.into_iter().map(read).collect()
}

/// Tokens of one person, with their last uses.
fn used(
    c: &mut Conn,
    owner: &UserId,
    rows: impl IntoIterator<Item = TokenRow>,
) -> Result<Vec<Token>, Fault> {
    let tokens = rows.into_iter().map(Token::try_from);
    let mut tokens = tokens.collect::<Result<Vec<_>, _>>()?;
    uses::tell(c, owner, &mut tokens)?;
    Ok(tokens)
}

/// One token of this person; another's is not found, as if it weren't there.
pub fn find_own(c: &mut Conn, owner: &UserId, id: &TokenId) -> Result<Option<Token>, Fault> {
    let query = tokens::table.find(id.as_str()).filter(tokens::user_id.eq(owner.as_str()));
    let found =
        query.select(TokenRow::as_select()).get_result(c).optional().during("finding a token")?;
    Ok(used(c, owner, found)?.pop())
}

/// One token of anybody's, revoked or not.
pub fn find(c: &mut Conn, id: &TokenId) -> Result<Option<Token>, Fault> {
    let found =
        tokens::table.find(id.as_str()).select(TokenRow::as_select()).get_result(c).optional();
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

/// Whether another of this person's tokens that hasn't ended has this name.
pub fn name_is_taken(
    c: &mut Conn,
    owner: &UserId,
    name: &TokenName,
    but: Option<&TokenId>,
    now: Now,
) -> Result<bool, Fault> {
    let query = tokens::table
        .filter(tokens::user_id.eq(owner.as_str()))
        .filter(tokens::name.eq(name.as_str()))
        .filter(tokens::revoked_at.is_null());
    let rows = query.select(TokenRow::as_select()).load(c).during("looking for a token’s name")?;
    let named = used(c, owner, rows)?;
    Ok(named.iter().any(|token| Some(&token.id) != but && !token.has_ended(now)))
}

/// Marks a token as revoked. `false` when it already was.
pub fn revoke(c: &mut Conn, id: &TokenId, now: Now) -> Result<bool, Fault> {
    let row = tokens::table.find(id.as_str()).filter(tokens::revoked_at.is_null());
    let change = tokens::revoked_at.eq(micros(now.at()));
    let done = diesel::update(row).set(change).execute(c).during("revoking a token")?;
    feed::record_token(c, id)?;
    Ok(done == 1)
}

/// What the values of unrevoked tokens start with, before the underscore, each once.
pub fn prefixes(c: &mut Conn) -> Result<Vec<String>, Fault> {
    let behind = HINT + 1;
    let prefix = format!("DISTINCT substr(hint, 1, length(hint) - {behind})");
    let unrevoked = tokens::table.filter(tokens::revoked_at.is_null());
    unrevoked.select(sql::<Text>(&prefix)).load(c).during("listing the prefixes of tokens")
}
