//! `/sign-in` and `/sign-out`.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use super::codes;
use crate::domain::password::Password;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::sessions::Entry;
use crate::web::again::Again;
use crate::web::ceremony::{Asked, ENTER};
use crate::web::error::WebError;
use crate::web::form::{Fields, Form, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::{self, Visitor};
use crate::web::shell::{Shell, theme_cookie};
use crate::web::{local, words};

#[derive(Template)]
#[template(path = "sign_in/new.html")]
struct New {
    shell: Shell,
    username: String,
    next: String,
    /// What people call the provider that they can sign in with, too, and the way there.
    provider: Option<(String, String)>,
    /// Why signing in is asked for (again), if there is more to say than that.
    reason: Option<String>,
    problem: Option<String>,
    /// What a passkey is asked for, where there are any.
    passkey: Option<Asked>,
}

/// The page once more, with what was wrong.
pub fn again(
    visitor: &Visitor,
    manage: &Manage,
    next: String,
    problem: String,
    now: Now,
) -> Result<Page, WebError> {
    let typed = SignInForm { username: String::new(), password: String::new(), next };
    typed.again(visitor, manage, problem, now)
}

fn ask(visitor: &Visitor, manage: &Manage, now: Now) -> Result<Option<Asked>, WebError> {
    let question = manage.ask_stranger(now)?;
    Ok(question.map(|question| visitor.seal().ask(ENTER, question)))
}

pub struct SignInForm {
    username: String,
    password: String,
    next: String,
}

impl Typed for SignInForm {
    fn read(fields: &Fields) -> Self {
        Self {
            username: fields.text("username"),
            password: fields.text("password"),
            next: fields.text("next"),
        }
    }

    fn resume(&self) -> String {
        format!("/sign-in?next={}", local::encode(&self.next))
    }
}

impl SignInForm {
    fn again(
        self,
        visitor: &Visitor,
        manage: &Manage,
        problem: String,
        now: Now,
    ) -> Result<Page, WebError> {
        let page = Page::show(&New {
            shell: visitor.shell(),
            provider: provider(manage, &self.next),
            username: self.username,
            next: self.next,
            reason: None,
            problem: Some(problem),
            passkey: ask(visitor, manage, now)?,
        });
        Ok(page.cookie(visitor.cookie()))
    }
}

fn provider(manage: &Manage, next: &str) -> Option<(String, String)> {
    let way = match local::path(next) {
        Some(next) => format!("/sign-in/identity?next={}", local::encode(next)),
        None => "/sign-in/identity".to_owned(),
    };
    manage.provider().map(|name| (name.to_owned(), way))
}

#[derive(Deserialize)]
pub struct Way {
    #[serde(default)]
    next: String,
    ended: Option<String>,
}

pub async fn new(
    manage: Data<Manage>,
    now: Now,
    visitor: Visitor,
    way: Query<Way>,
) -> Result<Page, WebError> {
    if visitor.is_signed_in {
        return Ok(Page::see_other(local::path(&way.next).unwrap_or("/account/tokens")));
    }
    if !manage.has_people().await? {
        return Ok(Page::see_other("/setup"));
    }
    let limits = manage.rules().sessions;
    let reason = way.ended.as_ref().map(|_| {
        format!(
            "You were signed out: a session ends after {} without use, after {} in any case, and when it is ended elsewhere. Sign in to go on.",
            words::length(limits.idle),
            words::length(limits.lifetime),
        )
    });
    let page = Page::show(&New {
        shell: visitor.shell(),
        username: String::new(),
        provider: provider(&manage, &way.next),
        next: way.next.clone(),
        reason,
        problem: None,
        passkey: ask(&visitor, &manage, now)?,
    });
    Ok(page.cookie(visitor.cookie()))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    form: Form<SignInForm>,
) -> Result<Page, WebError> {
    let Form { visitor, typed, is_genuine } = form;
    if !is_genuine {
        let stale = "This form was open too long. Check it and send it again.".to_owned();
        let page = typed.again(&visitor, &manage, stale, now)?;
        return Ok(page.status(StatusCode::FORBIDDEN));
    }
    let password = Password::typed(&typed.password);
    match manage.sign_in(&typed.username, password, &visitor.client, now).await {
        Ok(Entry::In(user)) => {
            session::begin(&visitor.session, &user.id, &visitor.client)?;
            let page = Page::see_other(local::path(&typed.next).unwrap_or("/account/tokens"));
            Ok(page.cookie(user.theme.map(theme_cookie)))
        }
        Ok(Entry::HalfWay(half)) => Ok(codes::ask(&visitor, &half, typed.next)),
        Err(failure) => {
            let again = Again::of(failure)?;
            let problem = again.problems.iter().next().map(|problem| problem.sentence.clone());
            let page = typed.again(&visitor, &manage, problem.unwrap_or_default(), now)?;
            Ok(again.mark(page))
        }
    }
}

pub struct SignOutForm;

impl Typed for SignOutForm {
    fn read(_: &Fields) -> Self {
        Self
    }

    fn resume(&self) -> String {
        "/account/tokens".to_owned()
    }
}

/// Signing out ends the session in the database first; the cookie is only told of it.
pub async fn destroy(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<SignOutForm>,
) -> Result<Page, WebError> {
    manage.note_sign_out(&sent.me.actor, now).await?;
    sent.me.session.purge();
    Ok(Page::see_other("/sign-in"))
}
