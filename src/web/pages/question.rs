//! A dialog that asks before a deed on one token, over the list: what it means, the password, yes or no.

use askama::Template;

use super::tokens::list::List;
use crate::domain::id::TokenId;
use crate::domain::refusal::{Failure, Problems};
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::whose::OWN;

/// What is asked, in words.
pub struct Question {
    pub title: String,
    pub sentence: String,
    pub icon: &'static str,
    pub button: &'static str,
    pub keep: &'static str,
    /// The token, whose own page is where "no" leads.
    pub id: String,
    /// Below that page: where the form is sent.
    pub noun: &'static str,
    /// What the form sends besides the password: the deed, and the state of the token it is decided on.
    pub deed: &'static str,
    pub changed: String,
}

/// Where a question that was cut off by the end of a session is asked again.
pub fn resume(id: &str, noun: &str) -> String {
    match TokenId::parse(id) {
        Some(id) => format!("{OWN}/{}/{noun}", id.as_str()),
        None => OWN.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "question.html")]
struct Show {
    shell: Shell,
    list: List,
    asked: Question,
    problems: Problems,
}

pub async fn ask(
    me: &SignedIn,
    manage: &Manage,
    asked: Question,
    problems: Problems,
    now: Now,
) -> Result<Page, WebError> {
    let list = List::of(me, manage, now).await?;
    Ok(Page::show(&Show { shell: me.shell(Tab::Tokens).modal(), list, asked, problems }))
}

/// The question once more, with why the answer to it was refused.
pub async fn ask_again(
    me: &SignedIn,
    manage: &Manage,
    id: TokenId,
    question: impl FnOnce(&Token) -> Question,
    failure: Failure,
    now: Now,
) -> Result<Page, WebError> {
    let again = Again::of(failure)?;
    let token = manage.token(&me.actor, id).await?;
    let page = ask(me, manage, question(&token), again.problems.clone(), now).await?;
    Ok(again.mark(page))
}
