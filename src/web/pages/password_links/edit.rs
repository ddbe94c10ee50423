//! `/join/{code}`: whoever was given the link sets their password.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use actix_web::web::{Data, Path};
use askama::Template;

use crate::domain::password::NewPassword;
use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::password_links::{Holder, Set};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Form, Typed};
use crate::web::page::Page;
use crate::web::pages::codes;
use crate::web::session::{self, Visitor};
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "password_links/edit.html")]
struct Edit {
    shell: Shell,
    code: String,
    holder: Holder,
    shortest: usize,
    problems: Problems,
}

/// A link that is wrong, used up or too late: which of these is nobody's business.
#[derive(Template)]
#[template(path = "password_links/gone.html")]
struct Gone {
    shell: Shell,
}

pub struct JoinForm {
    new: String,
}

impl Typed for JoinForm {
    fn read(fields: &Fields) -> Self {
        Self { new: fields.text("new") }
    }

    /// The link itself is in the address of the form, which knows better where it goes on.
    fn resume(&self) -> String {
        "/sign-in".to_owned()
    }
}

/// The code stands in the address of these pages: not even this site is told of it with the next request. With
/// "no-referrer" browsers would send `Origin: null` with the form.
fn discreet(page: Page, visitor: &Visitor) -> Page {
    let page = page.header(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    page.cookie(visitor.cookie())
}

fn show(visitor: &Visitor, code: String, holder: Holder, problems: Problems) -> Page {
    let shortest = NewPassword::SHORTEST;
    let page = Page::show(&Edit { shell: visitor.shell(), code, holder, shortest, problems });
    discreet(page, visitor)
}

fn gone(visitor: &Visitor) -> Page {
    let page = Page::show(&Gone { shell: visitor.shell() });
    discreet(page.status(StatusCode::NOT_FOUND), visitor)
}

pub async fn edit(
    manage: Data<Manage>,
    visitor: Visitor,
    now: Now,
    code: Path<String>,
) -> Result<Page, WebError> {
    match manage.link_holder(&code, &visitor.client, now).await {
        Ok(holder) => Ok(show(&visitor, code.into_inner(), holder, Problems::default())),
        Err(Failure::Refused(Refusal::NotFound)) => Ok(gone(&visitor)),
        Err(failure) => Err(failure.into()),
    }
}

pub async fn update(
    manage: Data<Manage>,
    now: Now,
    code: Path<String>,
    form: Form<JoinForm>,
) -> Result<Page, WebError> {
    let Form { visitor, typed, is_genuine } = form;
    if !is_genuine {
        return Err(WebError::Stale {
            again: format!("/join/{}", crate::web::local::encode(&code)),
        });
    }
    let holder = match manage.link_holder(&code, &visitor.client, now).await {
        Err(Failure::Refused(Refusal::NotFound)) => return Ok(gone(&visitor)),
        found => found?,
    };
    let answer = async {
        let user = &holder.user;
        let names = (user.name.as_str(), user.display_name.as_str());
        let chosen = manage.choose_password(names.0, names.1, &typed.new).await?;
        manage.set_password(&code, chosen, &visitor.client, now).await
    };
    match answer.await {
        Ok(Set { half: Some(half), .. }) => Ok(codes::ask(&visitor, &half, String::new())),
        Ok(Set { holder: Holder { user, joins }, half: None, passkeys }) => {
            session::begin(&visitor.session, &user.id, &visitor.client)?;
            session::tell(&visitor.session, if joins { JOINED } else { RESET })?;
            if passkeys > 0 {
                session::note(&visitor.session, PASSKEYS)?;
            }
            Ok(Page::see_other("/account/tokens"))
        }
        Err(Failure::Refused(Refusal::NotFound)) => Ok(gone(&visitor)),
        Err(failure) => {
            let again = Again::of(failure)?;
            let problems = again.problems.clone();
            Ok(again.mark(show(&visitor, code.into_inner(), holder, problems)))
        }
    }
}

const JOINED: &str = "Your password is set. You’re in.";
const PASSKEYS: &str =
    "Your passkeys still sign you in. Remove any that you don’t know, under Password.";
const RESET: &str = "Your password is set, and your other devices are signed out. Your tokens keep working: revoke any that you don’t know.";
