//! A person's tokens as rows: on their own page, and behind the dialogs that lie over it.

use crate::domain::catalogue::Catalogue;
use crate::domain::policy::text_day;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::session::SignedIn;
use crate::web::words::{AccessLine, Moment, access};

/// All of a person's tokens.
#[derive(Default)]
pub struct List {
    pub rows: Vec<TokenRow>,
    /// Viewers have no button that would only refuse them.
    pub can_generate: bool,
}

/// One row of the list.
pub struct TokenRow {
    pub id: String,
    pub name: String,
    pub hint: String,
    pub access: Vec<AccessLine>,
    pub last_used: Option<Moment>,
    pub from: Option<String>,
    pub agent: String,
    pub ends: Option<Moment>,
    pub is_expired: bool,
    pub expires_soon: bool,
}

impl List {
    pub async fn of(me: &SignedIn, manage: &Manage, now: Now) -> Result<Self, WebError> {
        let tokens = manage.tokens(&me.actor, now).await?;
        let catalogue = &manage.rules().catalogue;
        Ok(Self {
            rows: tokens
                .iter()
                .map(|listed| TokenRow::new(&listed.token, catalogue, me, now))
                .collect(),
            can_generate: manage.rules().policy.may_generate(me.actor.user.role),
        })
    }
}

impl TokenRow {
    pub fn new(token: &Token, catalogue: &Catalogue, me: &SignedIn, now: Now) -> Self {
        let here = me.here(now);
        let last_use = token.last_use.as_ref();
        let address = last_use.and_then(|last| last.address);
        Self {
            id: token.id.as_str().to_owned(),
            name: token.name.as_str().to_owned(),
            hint: token.hint.clone(),
            access: access(&token.grants.within(catalogue, me.actor.user.role).summary(catalogue)),
            last_used: last_use.map(|last| Moment::past(last.at, here)),
            agent: last_use.map(|last| last.agent.clone()).unwrap_or_default(),
            from: address.map(|address| address.to_string()),
            ends: token.end().map(|end| Moment::end(end, here)),
            is_expired: token.has_ended(now),
            expires_soon: token.expires_soon(now),
        }
    }
}

/// The words of a token's last day, for the pages that name it.
pub fn last_day(token: &Token) -> Option<String> {
    token.expiry.last_day().map(text_day)
}
