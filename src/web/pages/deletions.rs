//! `/account/deletion`: the end of one's own account.

use actix_web::web::Data;
use askama::Template;

use crate::domain::refusal::{Failure, Outcome, Problems};
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "deletions/new.html")]
struct New {
    shell: Shell,
    tokens: Vec<String>,
    typed: String,
    problems: Problems,
}

impl New {
    async fn of(
        me: &SignedIn,
        manage: &Manage,
        typed: String,
        problems: Problems,
        now: Now,
    ) -> Outcome<Self> {
        let tokens = manage.tokens(&me.actor, now).await?.into_iter().map(|listed| listed.token);
        let tokens = tokens.filter(|token| token.is_live(now));
        let tokens = tokens.map(|token: Token| token.name.as_str().to_owned()).collect();
        Ok(Self { shell: me.shell(Tab::Profile), tokens, typed, problems })
    }
}

/// The account is gone, and the session with it.
#[derive(Template)]
#[template(path = "deletions/show.html")]
struct Show {
    shell: Shell,
}

pub struct DeletionForm {
    typed: String,
    password: String,
}

impl Typed for DeletionForm {
    fn read(fields: &Fields) -> Self {
        Self { typed: fields.text("typed"), password: fields.text("password") }
    }

    fn resume(&self) -> String {
        "/account/deletion".to_owned()
    }
}

/// Whoever ends an account types its username, and confirms it whatever window the operator allows for other changes.
pub(super) fn check(
    me: &SignedIn,
    (typed, password): (&str, &str),
    (whose, username): (&str, &str),
) -> Result<(), Problems> {
    let mut problems = Problems::default();
    if typed.trim().to_ascii_lowercase() != username {
        problems.add("typed", format!("Type {whose} username, {username}"));
    }
    if let Some(sentence) = me.missing_anew().filter(|_| password.is_empty()) {
        problems.add("password", sentence);
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

pub async fn new(manage: Data<Manage>, me: SignedIn, now: Now) -> Result<Page, WebError> {
    let page = New::of(&me, &manage, String::new(), Problems::default(), now).await?;
    Ok(Page::show(&page))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<DeletionForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let answer = async {
        check(&me, (&typed.typed, &typed.password), ("your", me.actor.user.name.as_str()))?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.delete_account(by, now).await
    };
    match answer.await {
        Ok(()) => {
            me.session.purge();
            let page = Page::show(&Show { shell: me.bare_shell() });
            Ok(page)
        }
        Err(failure) => again(&me, &manage, typed, failure, now).await,
    }
}

async fn again(
    me: &SignedIn,
    manage: &Manage,
    typed: DeletionForm,
    failure: Failure,
    now: Now,
) -> Result<Page, WebError> {
    let again = Again::of(failure)?;
    let page = New::of(me, manage, typed.typed, again.problems.clone(), now).await?;
    Ok(again.mark(Page::show(&page)))
}
