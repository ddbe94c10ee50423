//! `/forgotten`: a link to set a new password, by mail. The answer never tells whether there is such a person.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::{WebError, too_many_tries};
use crate::web::form::{Fields, Form, Typed};
use crate::web::local::encode;
use crate::web::page::Page;
use crate::web::session::Visitor;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "forgotten/new.html")]
struct New {
    shell: Shell,
    /// Whether mail is set up.
    mails: bool,
    sent: bool,
    who: String,
    problems: Problems,
}

pub struct ForgottenForm {
    who: String,
}

impl Typed for ForgottenForm {
    fn read(fields: &Fields) -> Self {
        Self { who: fields.text("who") }
    }

    fn resume(&self) -> String {
        format!("/forgotten?who={}", encode(&self.who))
    }
}

#[derive(Deserialize)]
pub struct Way {
    #[serde(default)]
    who: String,
    sent: Option<String>,
}

pub async fn new(manage: Data<Manage>, visitor: Visitor, way: Query<Way>) -> Page {
    let Way { who, sent } = way.into_inner();
    let (shell, mails, sent) = (visitor.shell(), manage.mails(), sent.is_some());
    let page = Page::show(&New { shell, mails, sent, who, problems: Problems::default() });
    page.cookie(visitor.cookie())
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    form: Form<ForgottenForm>,
) -> Result<Page, WebError> {
    let Form { visitor, typed, is_genuine } = form;
    if !is_genuine {
        return Err(WebError::Stale { again: typed.resume() });
    }
    let answer = async {
        if typed.who.trim().is_empty() {
            return Err(Problems::one("who", "Enter your username or mail address").into());
        }
        manage.ask_for_link(&typed.who, &visitor.client, now).await
    };
    match answer.await {
        Ok(()) => Ok(Page::see_other("/forgotten?sent=yes")),
        Err(failure) => {
            let wait = match &failure {
                Failure::Refused(Refusal::TooManyTries { wait }) => Some(*wait),
                _ => None,
            };
            let again = Again::of(failure)?;
            let too_many = wait.map(|wait| Problems::one("who", too_many_tries(wait)));
            let problems = too_many.unwrap_or_else(|| again.problems.clone());
            let (shell, mails) = (visitor.shell(), manage.mails());
            let page = New { shell, mails, sent: false, who: typed.who, problems };
            Ok(again.mark(Page::show(&page).cookie(visitor.cookie())))
        }
    }
}
