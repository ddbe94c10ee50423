//! `/admin/callers/{service}/secret`: another secret for a service that asks.

use std::time::Duration;

use actix_web::web::{Data, Path};
use askama::Template;

use super::callers::{LIST, gone, show};
use crate::domain::caller::Caller;
use crate::domain::id::Nonce;
use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Typed};
use crate::web::local::encode;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

/// How long the present secret may go on, in hours, and in words.
const OVERLAPS: [(u64, &str); 4] =
    [(0, "At once"), (1, "In 1 hour"), (24, "In 1 day"), (168, "In 7 days")];

#[derive(Template)]
#[template(path = "callers/secret.html")]
struct New {
    shell: Shell,
    service: String,
    hint: String,
    /// Value, words, and whether it is chosen.
    overlaps: Vec<(u64, &'static str, bool)>,
    nonce: String,
    problems: Problems,
}

impl New {
    fn of(me: &SignedIn, caller: &Caller, overlap: &str, problems: Problems) -> Self {
        let choice =
            |(hours, words): (u64, &'static str)| (hours, words, hours.to_string() == overlap);
        Self {
            shell: me.shell(Tab::Callers),
            service: caller.service.as_str().to_owned(),
            hint: caller.hint.clone(),
            overlaps: OVERLAPS.into_iter().map(choice).collect(),
            nonce: Nonce::random().as_str().to_owned(),
            problems,
        }
    }
}

/// The form as typed.
pub struct SecretForm {
    service: String,
    overlap: String,
    nonce: String,
    password: String,
}

impl Typed for SecretForm {
    fn read(fields: &Fields) -> Self {
        let [service, overlap, nonce, password] =
            ["service", "overlap", "nonce", "password"].map(|name| fields.text(name));
        Self { service, overlap, nonce, password }
    }

    fn resume(&self) -> String {
        format!("{LIST}/{}/secret", encode(&self.service))
    }
}

/// The caller that an address names.
pub async fn named(me: &SignedIn, manage: &Manage, service: &str) -> Result<Caller, WebError> {
    let callers = manage.callers_for(&me.actor).await?;
    let found = callers.into_iter().find(|caller| caller.service.as_str() == service);
    found.ok_or(WebError::NotFound)
}

pub async fn new(
    manage: Data<Manage>,
    admin: Administrator,
    service: Path<String>,
) -> Result<Page, WebError> {
    let Administrator(me) = admin;
    let caller = named(&me, &manage, &service).await?;
    Ok(Page::show(&New::of(&me, &caller, "0", Problems::default())))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    service: Path<String>,
    sent: Ordered<SecretForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed: form } = sent;
    let caller = named(&me, &manage, &service).await?;
    let answer = async {
        me.want_password(&form.password)?;
        let hours = OVERLAPS.into_iter().find(|(hours, _)| hours.to_string() == form.overlap);
        let missing = || Problems::one("overlap", "Choose when the present secret stops");
        let (hours, _) = hours.ok_or_else(missing)?;
        let nonce = Nonce::parse(&form.nonce).ok_or(Refusal::NotFound)?;
        let by = me.confirm(&manage, &form.password, now).await?;
        let overlap = Duration::from_secs(hours * 3_600);
        manage.rotate_caller_by(by, &service, overlap, nonce, now).await
    };
    match answer.await {
        Ok(enrolled) => Ok(show(&me, &enrolled, true, now)),
        Err(Failure::Refused(Refusal::AlreadyDone)) => Ok(gone(&me, &service)),
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = New::of(&me, &caller, &form.overlap, again.problems.clone());
            Ok(again.mark(Page::show(&page)))
        }
    }
}
