//! What verification keeps in memory, read page by page, and one by one.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{moment, spoilt};
use super::schema::{former_secrets, tokens};
use super::tokens::limit;
use crate::domain::expiry::Expiry;
use crate::domain::grants::Grants;
use crate::domain::id::{TokenId, UserId};
use crate::domain::networks::Networks;
use crate::domain::refusal::Fault;
use crate::domain::secret::Digest;
use crate::domain::standing::{Standing, Unused};
use crate::domain::token::TokenName;

/// The columns of a token that a verification needs.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
struct StandingRow {
    id: String,
    user_id: String,
    digest: Vec<u8>,
    name: String,
    grants: String,
    networks: String,
    per_minute: Option<i64>,
    expires_at: Option<i64>,
    unused_days: Option<i64>,
    renewed_at: i64,
    paused_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TryFrom<StandingRow> for (UserId, Standing) {
    type Error = Fault;

    /// Its last use isn't read: one that seems to have ended for want of use is to be looked up.
    fn try_from(row: StandingRow) -> Result<Self, Fault> {
        let wrong = |what| spoilt("tokens", what);
        let networks = Networks::parse(&row.networks).map_err(|_| wrong("networks"))?;
        let days = row.unused_days.and_then(|days| u32::try_from(days).ok());
        let since = moment(row.renewed_at);
        let owner = UserId::parse(&row.user_id).ok_or_else(|| wrong("user_id"))?;
        let token = Standing {
            digest: Digest::from_stored(&row.digest).ok_or_else(|| wrong("digest"))?,
            id: TokenId::parse(&row.id).ok_or_else(|| wrong("id"))?,
            name: TokenName::from_stored(row.name),
            grants: Arc::new(Grants::parse(&row.grants).ok_or_else(|| wrong("grants"))?),
            networks: Some(networks).filter(|n| !n.is_anywhere()).map(Arc::new),
            per_minute: row.per_minute.map(limit).transpose()?,
            expiry: row.expires_at.map_or(Expiry::Never, |end| Expiry::At(moment(end))),
            unused: days.map(|days| Box::new(Unused { days, since })),
            former: false,
            paused: row.paused_at.is_some(),
            revoked: row.revoked_at.is_some(),
        };
        Ok((owner, token))
    }
}

/// Tokens by id from after this one on, so many of them, without the revoked ones, and whose each is.
pub fn after(c: &mut Conn, last: &str, most: i64) -> Result<Vec<(UserId, Standing)>, Fault> {
    let query = tokens::table
        .filter(tokens::id.gt(last))
        .filter(tokens::revoked_at.is_null())
        .order(tokens::id)
        .limit(most)
        .select(StandingRow::as_select());
    let rows = query.load::<StandingRow>(c).during("reading tokens for verification")?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The former values that work at this time, and whose each is.
pub fn former(c: &mut Conn, now: DateTime<Utc>) -> Result<Vec<(UserId, Standing)>, Fault> {
    let query = former_secrets::table
        .inner_join(tokens::table)
        .filter(former_secrets::ends_at.gt(now.timestamp_micros()))
        .filter(tokens::revoked_at.is_null())
        .select((former_secrets::digest, former_secrets::ends_at, StandingRow::as_select()));
    let rows = query.load::<(Vec<u8>, i64, StandingRow)>(c);
    let rows = rows.during("reading former values for verification")?;
    let former = |(digest, ends, row): (Vec<u8>, i64, StandingRow)| {
        let (owner, token) = row.try_into()?;
        let digest = Digest::from_stored(&digest);
        let digest = digest.ok_or_else(|| spoilt("former_secrets", "digest"))?;
        let expiry = token.expiry.no_later_than(moment(ends));
        Ok((owner, Standing { digest, expiry, former: true, ..token }))
    };
    rows.into_iter().map(former).collect()
}
