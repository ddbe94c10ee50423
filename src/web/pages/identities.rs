//! `/sign-in/identity`: to the company's own provider, and back from there.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::{Data, Query};
use actix_web::{FromRequest, HttpRequest};
use askama::Template;
use serde::Deserialize;

use super::codes;
use crate::domain::authorization_request::{AuthorizationRequest, Purpose};
use crate::domain::refusal::{Failure, Refusal};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::identities::{AWAY, Answer};
use crate::manage::sessions::Entry;
use crate::web::error::WebError;
use crate::web::page::Page;
use crate::web::session::{self, SignedIn, Visitor};
use crate::web::shell::{Shell, theme_cookie};
use crate::web::site::Site;
use crate::web::{local, way_back};

#[derive(Template)]
#[template(path = "identities/show.html")]
struct Show {
    shell: Shell,
    sentence: String,
    /// Where one begins again.
    again: String,
    confirms: bool,
}

#[derive(Deserialize)]
pub struct Way {
    #[serde(default)]
    next: String,
}

/// What the provider sends people back with.
#[derive(Deserialize)]
pub struct Back {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    iss: Option<String>,
    error: Option<String>,
}

/// What is told where this browser holds nothing that goes with the address.
const NOT_BEGUN: &str = "This was begun in another browser, took more than 10 minutes, or was done already. Nothing was changed";

pub async fn new(
    manage: Data<Manage>,
    visitor: Visitor,
    way: Query<Way>,
    now: Now,
) -> Result<Page, WebError> {
    let next = local::path(&way.next).unwrap_or_default();
    if manage.provider().is_none() {
        return Err(WebError::NotFound);
    }
    if visitor.is_signed_in {
        return Ok(Page::see_other(local::path(next).unwrap_or("/account/tokens")));
    }
    if !manage.has_people().await? {
        return Ok(Page::see_other("/setup"));
    }
    match manage.send_to_provider(Purpose::SignIn, next, now).await {
        Ok((request, address)) => {
            let page = Page::see_other(address.as_str());
            Ok(page.cookie(Some(way_back::keep(&visitor.site, &request))))
        }
        Err(failure) => explain(visitor.bare_shell(), failure, &Purpose::SignIn, next),
    }
}

pub async fn show(
    req: HttpRequest,
    manage: Data<Manage>,
    visitor: Visitor,
    back: Query<Back>,
    now: Now,
) -> Result<Page, WebError> {
    let name = manage.provider().ok_or(WebError::NotFound)?;
    let Back { state, code, iss: issuer, error } = back.into_inner();
    let shell = visitor.bare_shell();
    let Some(request) = way_back::find(&req, &visitor.site, &state) else {
        return Ok(told(shell, NOT_BEGUN.to_owned(), &Purpose::SignIn, ""));
    };
    let (purpose, next) = (request.purpose.clone(), request.next.clone());
    let forget = way_back::forget(&visitor.site, &request);
    // An error's name is the provider's, and shown nowhere.
    let page = if error.is_some() || code.is_empty() {
        let sentence = format!("{name} didn’t let you on. Nothing was changed");
        Ok(told(shell, sentence, &purpose, &next))
    } else {
        let answer = Answer { code, issuer };
        match &purpose {
            Purpose::SignIn => sign_in(&manage, &visitor, request, answer, now).await,
            Purpose::Confirm(_) => {
                confirm(&req, &manage, &visitor.site, request, answer, now).await
            }
        }
    };
    page.map(|page| page.cookie(Some(forget)))
}

async fn sign_in(
    manage: &Manage,
    visitor: &Visitor,
    request: AuthorizationRequest,
    answer: Answer,
    now: Now,
) -> Result<Page, WebError> {
    let next = request.next.clone();
    match manage.sign_in_with(request, answer, &visitor.client, now).await {
        Ok(Entry::In(user)) => {
            session::begin(&visitor.session, &user.id, &visitor.client)?;
            let page = Page::see_other(local::path(&next).unwrap_or("/account/tokens"));
            Ok(page.cookie(user.theme.map(theme_cookie)))
        }
        // The cookie that this form is bound to is Strict, so it did not come along from the provider's site.
        Ok(Entry::HalfWay(half)) => Ok(codes::ask(visitor, &half, next).cookie(visitor.cookie())),
        Err(failure) => explain(visitor.bare_shell(), failure, &Purpose::SignIn, &next),
    }
}

async fn confirm(
    req: &HttpRequest,
    manage: &Manage,
    site: &Site,
    request: AuthorizationRequest,
    answer: Answer,
    now: Now,
) -> Result<Page, WebError> {
    let purpose = request.purpose.clone();
    let me = SignedIn::extract(req).await;
    let me = me.ok().filter(|me| purpose == Purpose::Confirm(me.session_id.clone()));
    let Some(me) = me else {
        let shell = Shell::bare(site, crate::web::shell::theme(req));
        return Ok(told(shell, NOT_BEGUN.to_owned(), &Purpose::SignIn, ""));
    };
    match manage.confirm_with(&me.actor, request, answer, now).await {
        Ok(fresh) => {
            me.keep(&fresh)?;
            Ok(Page::see_other("/account/confirmation"))
        }
        Err(failure) => explain(me.bare_shell(), failure, &purpose, ""),
    }
}

/// Says what went wrong, and where to begin again.
pub fn explain(
    shell: Shell,
    failure: Failure,
    purpose: &Purpose,
    next: &str,
) -> Result<Page, WebError> {
    let Failure::Refused(Refusal::Invalid(problems)) = failure else {
        return Err(failure.into());
    };
    let sentence = problems.iter().map(|problem| problem.sentence.clone()).next();
    let page = told(shell, sentence.unwrap_or_default(), purpose, next);
    if problems.of(AWAY).is_none() {
        return Ok(page);
    }
    let page = page.status(StatusCode::SERVICE_UNAVAILABLE);
    Ok(page.header(RETRY_AFTER, HeaderValue::from_static("10")))
}

fn told(shell: Shell, sentence: String, purpose: &Purpose, next: &str) -> Page {
    let confirms = *purpose != Purpose::SignIn;
    let again = if confirms {
        "/account/confirmation".to_owned()
    } else if next.is_empty() {
        "/sign-in".to_owned()
    } else {
        format!("/sign-in?next={}", local::encode(next))
    };
    Page::show(&Show { shell, sentence, again, confirms }).status(StatusCode::FORBIDDEN)
}
