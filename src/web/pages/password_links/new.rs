//! `/admin/people/{id}/link`: a link for somebody who lost theirs, or their password.

use actix_web::web::{Data, Path};
use askama::Template;

use super::show;
use crate::domain::id::{Nonce, UserId};
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::people::Entry;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "password_links/new.html")]
struct New {
    shell: Shell,
    id: String,
    name: String,
    joined: bool,
    vouched: bool,
    is_disabled: bool,
    nonce: String,
    problems: Problems,
}

impl New {
    fn of(me: &SignedIn, entry: &Entry, problems: Problems) -> Self {
        Self {
            shell: me.shell(Tab::People),
            id: entry.user.id.as_str().to_owned(),
            name: entry.user.display_name.as_str().to_owned(),
            joined: entry.joined,
            vouched: entry.vouched,
            is_disabled: entry.user.disabled.is_some(),
            nonce: Nonce::random().as_str().to_owned(),
            problems,
        }
    }
}

pub struct LinkForm {
    id: String,
    nonce: String,
    password: String,
}

impl Typed for LinkForm {
    fn read(fields: &Fields) -> Self {
        Self {
            id: fields.text("id"),
            nonce: fields.text("nonce"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        match UserId::parse(&self.id) {
            Some(id) => format!("/admin/people/{}/link", id.as_str()),
            None => "/admin/people".to_owned(),
        }
    }
}

impl LinkForm {
    fn parse(&self, me: &SignedIn) -> Result<Nonce, Problems> {
        let incomplete =
            || Problems::one("form", "This form was incomplete. Check it and send it again");
        me.want_password(&self.password)?;
        Nonce::parse(&self.nonce).ok_or_else(incomplete)
    }
}

pub async fn new(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    id: Path<String>,
) -> Result<Page, WebError> {
    let Administrator(me) = admin;
    let id = UserId::parse(&id).ok_or(WebError::NotFound)?;
    let entry = manage.person_of(&me.actor, id, now).await?;
    Ok(Page::show(&New::of(&me, &entry, Problems::default())))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    id: Path<String>,
    sent: Ordered<LinkForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed } = sent;
    let id = UserId::parse(&id).ok_or(WebError::NotFound)?;
    let answer = async {
        let nonce = typed.parse(&me)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.make_link(by, id.clone(), nonce, now).await
    };
    match answer.await {
        Ok(handed) => Ok(show(&me, &handed)),
        Err(failure) => {
            let again = Again::of(failure)?;
            let entry = manage.person_of(&me.actor, id, now).await?;
            let problems = again.problems.clone();
            Ok(again.mark(Page::show(&New::of(&me, &entry, problems))))
        }
    }
}
