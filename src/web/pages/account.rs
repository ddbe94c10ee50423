//! `/account`: one's profile.

use actix_web::web::{Data, Query};
use askama::Template;
use chrono_tz::{TZ_VARIANTS, Tz};
use serde::Deserialize;

use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Problems;
use crate::domain::team::TeamKey;
use crate::domain::time::Now;
use crate::domain::user::{DisplayName, Email, User};
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
    /// The name of the chosen zone, and those of all.
    zone: String,
    zones: Vec<&'static str>,
    email: Option<String>,
    role: &'static str,
    /// By name, with commas between.
    teams: String,
    problems: Problems,
}

impl Edit {
    fn of(me: &SignedIn, manage: &Manage, name: String, zone: String, problems: Problems) -> Self {
        let user = &me.actor.user;
        Self {
            shell: me.shell(Tab::Profile),
            name,
            zone,
            zones: TZ_VARIANTS.iter().map(|zone| zone.name()).collect(),
            email: user.email.as_ref().map(Email::as_str).map(str::to_owned),
            role: user.role.as_str(),
            teams: teams(user, &manage.rules().catalogue),
            problems,
        }
    }
}

/// Those that the file has by name, others by the key that it had.
fn teams(user: &User, catalogue: &Catalogue) -> String {
    let named = |key: &TeamKey| match catalogue.team(key.as_str()) {
        Some(team) => team.name.clone(),
        None => format!("{} (gone)", key.as_str()),
    };
    user.teams.iter().map(named).collect::<Vec<_>>().join(", ")
}

pub struct ProfileForm {
    name: String,
    zone: String,
    password: String,
}

impl Typed for ProfileForm {
    fn read(fields: &Fields) -> Self {
        Self {
            name: fields.text("name"),
            zone: fields.text("zone"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        format!("/account?name={}&zone={}", local::encode(&self.name), local::encode(&self.zone))
    }
}

impl ProfileForm {
    fn parse(&self, me: &SignedIn) -> Result<(DisplayName, Tz), Problems> {
        let mut problems = Problems::default();
        let name = problems.keep("name", DisplayName::parse(&self.name));
        let unknown = |_| "Choose a time zone of the list".to_owned();
        let zone = problems.keep("zone", self.zone.parse::<Tz>().map_err(unknown));
        if let Err(missing) = me.want_password(&self.password) {
            problems = problems.and(missing);
        }
        name.zip(zone).filter(|_| problems.is_empty()).ok_or(problems)
    }
}

#[derive(Deserialize)]
pub struct Prefill {
    name: Option<String>,
    zone: Option<String>,
}

pub async fn edit(manage: Data<Manage>, me: SignedIn, prefill: Query<Prefill>) -> Page {
    let (user, prefill) = (&me.actor.user, prefill.into_inner());
    let name = prefill.name.unwrap_or_else(|| user.display_name.as_str().to_owned());
    let zone = prefill.zone.unwrap_or_else(|| user.zone.name().to_owned());
    Page::show(&Edit::of(&me, &manage, name, zone, Problems::default()))
}

pub async fn update(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<ProfileForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let answer = async {
        let (name, zone) = typed.parse(&me)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.change_profile(by, name, zone, now).await
    };
    match answer.await {
        Ok(()) => {
            me.tell("Saved your profile.")?;
            Ok(Page::see_other("/account"))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page =
                Page::show(&Edit::of(&me, &manage, typed.name, typed.zone, again.problems.clone()));
            Ok(again.mark(page))
        }
    }
}
