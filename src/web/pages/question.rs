//! A dialog that asks before a deed on one token, over the list: what it means, the password, yes or no.

use askama::Template;

use super::tokens::list::List;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

/// What is asked, in words.
pub struct Question {
    pub title: String,
    pub sentence: String,
    pub icon: &'static str,
    pub button: &'static str,
    pub keep: &'static str,
    /// Where the form is sent, and where "no" leads.
    pub action: String,
    pub back: String,
    /// What the form sends besides the password.
    pub deed: &'static str,
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
