//! `/admin/people/{id}/second-factor/reset`: for somebody who has lost the app and the recovery codes.

use actix_web::web::{Data, Path};
use askama::Template;

use super::people::LIST;
use super::people::parts::{self, Whom, page_of};
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::people::Overview;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

/// Where one's own is turned off.
const OWN: &str = "/account/second-factor/removal";

#[derive(Template)]
#[template(path = "resets/new.html")]
struct New {
    shell: Shell,
    whom: Whom,
    problems: Problems,
}

impl New {
    fn of(me: &SignedIn, seen: &Overview, problems: Problems, now: Now) -> Self {
        let whom = Whom::of(seen, me, me.here(now));
        Self { shell: me.shell(Tab::People), whom, problems }
    }
}

pub struct ResetForm {
    id: String,
    password: String,
}

impl Typed for ResetForm {
    fn read(fields: &Fields) -> Self {
        Self { id: fields.text("id"), password: fields.text("password") }
    }

    fn resume(&self) -> String {
        let page = page_of(&self.id);
        if page == LIST { page } else { format!("{page}/second-factor/reset") }
    }
}

pub async fn new(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    id: Path<String>,
) -> Result<Page, WebError> {
    let Administrator(me) = admin;
    let id = parts::id(&id)?;
    if let Some(page) = parts::own(&me, &id, OWN) {
        return Ok(page);
    }
    let seen = manage.overview(&me.actor, id, now).await?;
    if !seen.has_second_factor() {
        return Err(WebError::NotFound);
    }
    Ok(Page::show(&New::of(&me, &seen, Problems::default(), now)))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    id: Path<String>,
    sent: Ordered<ResetForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed } = sent;
    let id = parts::id(&id)?;
    if let Some(page) = parts::own(&me, &id, OWN) {
        return Ok(page);
    }
    let seen = manage.overview(&me.actor, id.clone(), now).await?;
    let answer = async {
        me.want_password(&typed.password)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.reset_second_factor_of(by, id.clone(), now).await
    };
    match answer.await {
        Ok(user) => {
            let name = user.display_name.as_str();
            me.tell(&format!("“{name}” signs in with the password alone now, and is signed out."))?;
            Ok(Page::see_other(&page_of(id.as_str())))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = Page::show(&New::of(&me, &seen, again.problems.clone(), now));
            Ok(again.mark(page))
        }
    }
}
