//! `/admin/tokens/export`: everybody's tokens as a file, the newest first.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::all_tokens::query::ListQuery;
use crate::domain::all_tokens::Query;
use crate::domain::policy::Policy;
use crate::domain::refusal::Outcome;
use crate::domain::secret::Pasted;
use crate::domain::time::{Now, exact_time};
use crate::manage::Manage;
use crate::manage::all_tokens::{Owned, Place};
use crate::web::administrator::Administrator;
use crate::web::download::{self, Format, Record, Source};
use crate::web::error::WebError;
use crate::web::form::Asked;
use crate::web::session::SignedIn;

/// One token. The names of its fields are documented, and stay.
#[derive(Serialize)]
struct Row {
    token: String,
    name: String,
    hint: String,
    owner: String,
    owner_name: String,
    owner_disabled: bool,
    owned_by: Option<String>,
    granted: String,
    state: &'static str,
    generated: String,
    renewed: String,
    expires: Option<String>,
    revoked: Option<String>,
    last_used: Option<String>,
    last_address: Option<String>,
    last_agent: Option<String>,
    outside_policy: String,
}

impl Row {
    fn of(owned: &Owned, policy: &Policy, now: Now) -> Self {
        let Owned { token, owner } = owned;
        let time = |at: Option<DateTime<Utc>>| at.map(exact_time);
        let last = token.last_use.as_ref();
        let has_ended = token.revoked.is_some() || token.has_ended(now);
        Self {
            token: token.id.as_str().to_owned(),
            name: token.name.as_str().to_owned(),
            hint: token.hint.clone(),
            owner: owner.name.as_str().to_owned(),
            owner_name: owner.display_name.as_str().to_owned(),
            owner_disabled: owner.disabled.is_some(),
            owned_by: owner.owned_by.as_ref().map(|team| team.as_str().to_owned()),
            granted: token.grants.to_string(),
            state: match (token.revoked.is_some(), has_ended, token.paused.is_some()) {
                (true, ..) => "revoked",
                (_, true, _) => "expired",
                (.., true) => "paused",
                _ => "live",
            },
            generated: exact_time(token.created),
            renewed: exact_time(token.renewed),
            expires: time(token.end()),
            revoked: time(token.revoked),
            last_used: time(last.map(|last| last.at)),
            last_address: last.and_then(|last| last.address).map(|address| address.to_string()),
            last_agent: last.map(|last| last.agent.clone()),
            outside_policy: if has_ended {
                String::new()
            } else {
                policy.breaches(token, now).join("; ")
            },
        }
    }
}

impl Record for Row {
    const FIELDS: &'static [&'static str] = &[
        "token",
        "name",
        "hint",
        "owner",
        "owner_name",
        "owner_disabled",
        "owned_by",
        "granted",
        "state",
        "generated",
        "renewed",
        "expires",
        "revoked",
        "last_used",
        "last_address",
        "last_agent",
        "outside_policy",
    ];

    fn cells(self) -> Vec<String> {
        vec![
            self.token,
            self.name,
            self.hint,
            self.owner,
            self.owner_name,
            self.owner_disabled.to_string(),
            self.owned_by.unwrap_or_default(),
            self.granted,
            self.state.to_owned(),
            self.generated,
            self.renewed,
            self.expires.unwrap_or_default(),
            self.revoked.unwrap_or_default(),
            self.last_used.unwrap_or_default(),
            self.last_address.unwrap_or_default(),
            self.last_agent.unwrap_or_default(),
            self.outside_policy,
        ]
    }
}

pub async fn show(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    asked: Asked<ListQuery>,
) -> Result<HttpResponse, WebError> {
    let (Administrator(me), Asked(asked)) = (admin, asked);
    let format = Format::of(&asked.format)?;
    let (query, notes) = asked.parse();
    let is_value = !matches!(Pasted::read(&asked.words, &manage.rules().prefix), Pasted::Words);
    if !notes.is_empty() || is_value || asked.token().is_some() {
        return Err(WebError::NotFound);
    }
    download::send("tokens", format, Tokens { manage, me, query, last: None, now }).await
}

/// Where reading on begins.
struct Tokens {
    manage: Data<Manage>,
    me: SignedIn,
    query: Query,
    last: Option<Place>,
    now: Now,
}

impl Source for Tokens {
    type Record = Row;

    async fn next(&mut self) -> Outcome<Vec<Row>> {
        let (query, last) = (self.query.clone(), self.last.take());
        let owned = self.manage.all_tokens_after(&self.me.actor, query, last, self.now).await?;
        self.last = owned.last().map(|one| (one.token.created, one.token.id.clone()));
        let policy = &self.manage.rules().policy;
        Ok(owned.iter().map(|one| Row::of(one, policy, self.now)).collect())
    }
}
