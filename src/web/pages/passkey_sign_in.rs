//! `/sign-in/passkey`: signing in with a passkey, which is both factors at once.

use actix_web::http::StatusCode;
use actix_web::web::Data;

use super::sign_in;
use crate::domain::refusal::Failure;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::ceremony::{Answered, ENTER};
use crate::web::error::WebError;
use crate::web::form::{Fields, Form, Typed};
use crate::web::local;
use crate::web::page::Page;
use crate::web::session;

pub struct PasskeyForm {
    answered: Option<Answered>,
    next: String,
}

impl Typed for PasskeyForm {
    fn read(fields: &Fields) -> Self {
        let answered = Answered::read(fields, "ceremony", "answer");
        Self { answered, next: fields.text("next") }
    }

    fn resume(&self) -> String {
        format!("/sign-in?next={}", local::encode(&self.next))
    }
}

/// The address alone leads to the beginning.
pub async fn show() -> Page {
    Page::see_other("/sign-in")
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    form: Form<PasskeyForm>,
) -> Result<Page, WebError> {
    let Form { visitor, typed, is_genuine } = form;
    if !is_genuine {
        let stale = "This form was open too long. Try again.".to_owned();
        let page = sign_in::again(&visitor, &manage, typed.next, stale, now)?;
        return Ok(page.status(StatusCode::FORBIDDEN));
    }
    let answer = async {
        let answer = typed.answered.as_ref().map(|answered| answered.open(&visitor.seal(), ENTER));
        manage.sign_in_with_passkey(answer.transpose()?, &visitor.client, now).await
    };
    match answer.await {
        Ok(user) => {
            session::begin(&visitor.session, &user.id, &visitor.client)?;
            Ok(Page::see_other(local::path(&typed.next).unwrap_or("/account/tokens")))
        }
        Err(failure) => refused(&visitor, &manage, typed.next, failure, now),
    }
}

fn refused(
    visitor: &session::Visitor,
    manage: &Manage,
    next: String,
    failure: Failure,
    now: Now,
) -> Result<Page, WebError> {
    let again = Again::of(failure)?;
    let problem = again.problems.iter().next().map(|problem| problem.sentence.clone());
    let page = sign_in::again(visitor, manage, next, problem.unwrap_or_default(), now)?;
    Ok(again.mark(page))
}
