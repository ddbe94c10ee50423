//! `/account/second-factor/removal`: back to the password alone.

use actix_web::web::Data;
use askama::Template;

use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "second_factors/removal.html")]
struct New {
    shell: Shell,
    /// Without it they generate no more tokens, as the operator asks for a second factor.
    is_last: bool,
    problems: Problems,
}

impl New {
    async fn of(me: &SignedIn, manage: &Manage, problems: Problems) -> Result<Self, WebError> {
        let is_last = manage.has_last_factor(&me.actor).await?;
        Ok(Self { shell: me.shell(Tab::Password), is_last, problems })
    }
}

pub struct RemovalForm {
    password: String,
}

impl Typed for RemovalForm {
    fn read(fields: &Fields) -> Self {
        Self { password: fields.text("password") }
    }

    fn resume(&self) -> String {
        "/account/second-factor/removal".to_owned()
    }
}

pub async fn new(manage: Data<Manage>, me: SignedIn) -> Result<Page, WebError> {
    manage.second_factor(&me.actor).await?.ok_or(WebError::NotFound)?;
    Ok(Page::show(&New::of(&me, &manage, Problems::default()).await?))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<RemovalForm>,
) -> Result<Page, WebError> {
    let Sent { mut me, typed } = sent;
    let answer = async {
        me.want_password(&typed.password)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.remove_second_factor(by, now).await
    };
    match answer.await {
        Ok(()) => {
            me.begin_anew()?;
            me.tell("Your second factor is off. Your other devices are signed out.")?;
            Ok(Page::see_other("/account/password"))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = New::of(&me, &manage, again.problems.clone()).await?;
            Ok(again.mark(Page::show(&page)))
        }
    }
}
