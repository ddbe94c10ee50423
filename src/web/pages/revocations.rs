//! `/account/tokens/revocation`: the dialog that names what stops, and the end of a token.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use super::tokens::list::{List, TokenRow};
use crate::domain::id::TokenId;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::revocations::Which;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "revocations/new.html")]
struct New {
    shell: Shell,
    list: List,
    token: TokenRow,
    problems: Problems,
}

impl New {
    async fn of(
        me: &SignedIn,
        manage: &Manage,
        id: TokenId,
        problems: Problems,
        now: Now,
    ) -> Result<Self, WebError> {
        let token = manage.token(&me.actor, id).await?;
        Ok(Self {
            shell: me.shell(Tab::Tokens).modal(),
            list: List::of(me, manage, now).await?,
            token: TokenRow::new(&token, &manage.rules().catalogue, me, now),
            problems,
        })
    }
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    id: String,
}

pub async fn new(
    manage: Data<Manage>,
    me: SignedIn,
    now: Now,
    asked: Query<Asked>,
) -> Result<Page, WebError> {
    let id = TokenId::parse(&asked.id).ok_or(WebError::NotFound)?;
    Ok(Page::show(&New::of(&me, &manage, id, Problems::default(), now).await?))
}

pub struct RevocationForm {
    id: String,
    password: String,
}

impl Typed for RevocationForm {
    fn read(fields: &Fields) -> Self {
        Self { id: fields.text("id"), password: fields.text("password") }
    }

    fn resume(&self) -> String {
        format!("/account/tokens/revocation?id={}", crate::web::local::encode(&self.id))
    }
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<RevocationForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let id = TokenId::parse(&typed.id).ok_or(WebError::NotFound)?;
    let answer = async {
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.revoke(by, Which::These(vec![id.clone()]), now).await
    };
    match answer.await {
        Ok(tokens) => {
            if let [token] = tokens.as_slice() {
                let name = token.name.as_str();
                me.tell(&format!("“{name}” was revoked. Anything that used it has lost access."))?;
            }
            Ok(Page::see_other("/account/tokens"))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = New::of(&me, &manage, id, again.problems.clone(), now).await?;
            Ok(again.mark(Page::show(&page)))
        }
    }
}
