//! `/admin/callers/{service}/removal`: the end of a service's secrets.

use actix_web::web::{Data, Path};
use askama::Template;

use super::caller_secrets::named;
use super::callers::LIST;
use crate::domain::caller::Caller;
use crate::domain::refusal::Problems;
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

#[derive(Template)]
#[template(path = "callers/removal.html")]
struct New {
    shell: Shell,
    service: String,
    problems: Problems,
}

impl New {
    fn of(me: &SignedIn, caller: &Caller, problems: Problems) -> Self {
        let service = caller.service.as_str().to_owned();
        Self { shell: me.shell(Tab::Callers), service, problems }
    }
}

pub struct RemovalForm {
    service: String,
    password: String,
}

impl Typed for RemovalForm {
    fn read(fields: &Fields) -> Self {
        Self { service: fields.text("service"), password: fields.text("password") }
    }

    fn resume(&self) -> String {
        format!("{LIST}/{}/removal", encode(&self.service))
    }
}

pub async fn new(
    manage: Data<Manage>,
    admin: Administrator,
    service: Path<String>,
) -> Result<Page, WebError> {
    let Administrator(me) = admin;
    let caller = named(&me, &manage, &service).await?;
    Ok(Page::show(&New::of(&me, &caller, Problems::default())))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    service: Path<String>,
    sent: Ordered<RemovalForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed: form } = sent;
    let caller = named(&me, &manage, &service).await?;
    let answer = async {
        me.want_password(&form.password)?;
        let by = me.confirm(&manage, &form.password, now).await?;
        manage.remove_caller_by(by, &service, now).await
    };
    match answer.await {
        Ok(_) => {
            me.tell(&format!("{} can ask no more. Its secret stopped working.", service.as_str()))?;
            Ok(Page::see_other(LIST))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = New::of(&me, &caller, again.problems.clone());
            Ok(again.mark(Page::show(&page)))
        }
    }
}
