//! `/account/tokens/{id}/overlap`: the end of the time in which a former value works beside the new one.

use actix_web::web::Data;

use super::question::{Question, ask, ask_again, resume};
use super::tokens::form::{read, stamp};
use crate::domain::id::TokenId;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::whose::Id;

pub struct OverlapForm {
    id: String,
    changed: String,
    password: String,
}

impl Typed for OverlapForm {
    fn read(fields: &Fields) -> Self {
        Self {
            id: fields.text("id"),
            changed: fields.text("changed"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        resume(&self.id, "overlap")
    }
}

fn question(token: &Token) -> Question {
    let name = token.name.as_str();
    Question {
        title: format!("End the former value of “{name}”?"),
        sentence: "Anything that still uses it stops working at once. The present value goes on."
            .to_owned(),
        icon: "clock",
        button: "End former value",
        keep: "Let it work",
        id: token.id.as_str().to_owned(),
        noun: "overlap",
        deed: "end",
        changed: stamp(token),
    }
}

pub async fn new(manage: Data<Manage>, me: SignedIn, now: Now, id: Id) -> Result<Page, WebError> {
    let id = TokenId::parse(&id).ok_or(WebError::NotFound)?;
    let token = manage.token(&me.actor, id).await?;
    ask(&me, &manage, question(&token), Problems::default(), now).await
}

pub async fn destroy(
    manage: Data<Manage>,
    now: Now,
    id: Id,
    sent: Sent<OverlapForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let id = TokenId::parse(&id).ok_or(WebError::NotFound)?;
    let answer = async {
        me.want_password(&typed.password)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.end_overlap(by, id.clone(), read(&typed.changed), now).await
    };
    match answer.await {
        Ok(token) => {
            me.tell(&format!("The former value of “{}” no longer works.", token.name.as_str()))?;
            Ok(Page::see_other(&format!("{}/{}", me.list(), id.as_str())))
        }
        Err(failure) => ask_again(&me, &manage, id, question, failure, now).await,
    }
}
