//! `/account`: one's profile.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::domain::user::{DisplayName, Email};
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::local;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "account/edit.html")]
struct Edit {
    shell: Shell,
    name: String,
    email: Option<String>,
    role: &'static str,
    problems: Problems,
}

impl Edit {
    fn of(me: &SignedIn, name: String, problems: Problems) -> Self {
        let user = &me.actor.user;
        Self {
            shell: me.shell(Tab::Profile),
            name,
            email: user.email.as_ref().map(Email::as_str).map(str::to_owned),
            role: user.role.as_str(),
            problems,
        }
    }
}

pub struct ProfileForm {
    name: String,
    password: String,
}

impl Typed for ProfileForm {
    fn read(fields: &Fields) -> Self {
        Self { name: fields.text("name"), password: fields.text("password") }
    }

    fn resume(&self) -> String {
        format!("/account?name={}", local::encode(&self.name))
    }
}

impl ProfileForm {
    fn parse(&self) -> Result<DisplayName, Problems> {
        let mut problems = Problems::default();
        let name = problems.keep("name", DisplayName::parse(&self.name));
        if self.password.is_empty() {
            problems.add("password", "Enter your password");
        }
        name.filter(|_| problems.is_empty()).ok_or(problems)
    }
}

#[derive(Deserialize)]
pub struct Prefill {
    name: Option<String>,
}

pub async fn edit(me: SignedIn, prefill: Query<Prefill>) -> Page {
    let name = prefill.into_inner().name;
    let name = name.unwrap_or_else(|| me.actor.user.display_name.as_str().to_owned());
    Page::show(&Edit::of(&me, name, Problems::default()))
}

pub async fn update(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<ProfileForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let answer = async {
        let name = typed.parse()?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.change_profile(by, name, me.actor.user.zone, now).await
    };
    match answer.await {
        Ok(()) => {
            me.tell("Saved your profile.")?;
            Ok(Page::see_other("/account"))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = Page::show(&Edit::of(&me, typed.name, again.problems.clone()));
            Ok(again.mark(page))
        }
    }
}
