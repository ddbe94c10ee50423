//! `/account`: one's profile.

use actix_web::web::{Data, Query};
use askama::Template;
use chrono_tz::{TZ_VARIANTS, Tz};
use serde::Deserialize;

use super::people;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::domain::user::{Dates, DisplayName, Email, Profile, Theme};
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::local;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab, theme_cookie};
use crate::web::words::Here;

#[derive(Template)]
#[template(path = "account/edit.html")]
struct Edit {
    shell: Shell,
    name: String,
    /// The name of the chosen zone, and those of all.
    zone: String,
    zones: Vec<&'static str>,
    /// Value and words of each way to write dates, and whether it is chosen.
    dates: Vec<(&'static str, String, bool)>,
    /// Value and words of each theme, and whether it is chosen.
    themes: Vec<(&'static str, &'static str, bool)>,
    email: Option<String>,
    role: &'static str,
    /// By name, with commas between.
    teams: String,
    problems: Problems,
}

impl Edit {
    fn of(
        me: &SignedIn,
        manage: &Manage,
        typed: ProfileForm,
        problems: Problems,
        now: Now,
    ) -> Self {
        let user = &me.actor.user;
        let ProfileForm { name, zone, dates, theme, .. } = typed;
        let words = ["As the system", "Light", "Dark"];
        let themes = Theme::ALL.into_iter().zip(words);
        let themes = themes.map(|(one, words)| (one.as_str(), words, one.as_str() == theme));
        let today = |one| Here { dates: one, ..me.here(now) }.exact(now.at());
        let ways = Dates::ALL.into_iter();
        let ways = ways.map(|one| (one.as_str(), today(one), one.as_str() == dates));
        Self {
            shell: me.shell(Tab::Profile),
            name,
            zone,
            dates: ways.collect(),
            themes: themes.collect(),
            zones: TZ_VARIANTS.iter().map(|zone| zone.name()).collect(),
            email: user.email.as_ref().map(Email::as_str).map(str::to_owned),
            role: user.role.as_str(),
            teams: people::parts::teams(user, &manage.rules().catalogue).join(", "),
            problems,
        }
    }
}

pub struct ProfileForm {
    name: String,
    zone: String,
    dates: String,
    theme: String,
    password: String,
}

impl Typed for ProfileForm {
    fn read(fields: &Fields) -> Self {
        Self {
            name: fields.text("name"),
            zone: fields.text("zone"),
            dates: fields.text("dates"),
            theme: fields.text("theme"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        let [name, zone, dates, theme] =
            [&self.name, &self.zone, &self.dates, &self.theme].map(|typed| local::encode(typed));
        format!("/account?name={name}&zone={zone}&dates={dates}&theme={theme}")
    }
}

impl ProfileForm {
    fn parse(&self, me: &SignedIn) -> Result<Profile, Problems> {
        let mut problems = Problems::default();
        let name = problems.keep("name", DisplayName::parse(&self.name));
        let unknown = |_| "Choose a time zone of the list".to_owned();
        let zone = problems.keep("zone", self.zone.parse::<Tz>().map_err(unknown));
        let unknown = || "Choose how dates are written".to_owned();
        let dates = problems.keep("dates", Dates::parse(&self.dates).ok_or_else(unknown));
        let unknown = || "Choose a theme of the list".to_owned();
        let theme = problems.keep("theme", Theme::parse(&self.theme).ok_or_else(unknown));
        if let Err(missing) = me.want_password(&self.password) {
            problems = problems.and(missing);
        }
        match (name, zone, dates, theme) {
            (Some(name), Some(zone), Some(dates), Some(theme)) if problems.is_empty() => {
                Ok(Profile { name, zone, dates, theme })
            }
            _ => Err(problems),
        }
    }
}

#[derive(Deserialize)]
pub struct Prefill {
    name: Option<String>,
    zone: Option<String>,
    dates: Option<String>,
    theme: Option<String>,
}

pub async fn edit(manage: Data<Manage>, me: SignedIn, now: Now, prefill: Query<Prefill>) -> Page {
    let (user, prefill) = (&me.actor.user, prefill.into_inner());
    let typed = ProfileForm {
        name: prefill.name.unwrap_or_else(|| user.display_name.as_str().to_owned()),
        zone: prefill.zone.unwrap_or_else(|| user.zone.name().to_owned()),
        dates: prefill.dates.unwrap_or_else(|| user.dates.as_str().to_owned()),
        theme: prefill.theme.unwrap_or_else(|| me.theme().as_str().to_owned()),
        password: String::new(),
    };
    Page::show(&Edit::of(&me, &manage, typed, Problems::default(), now))
}

pub async fn update(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<ProfileForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let answer = async {
        let profile = typed.parse(&me)?;
        let theme = profile.theme;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.change_profile(by, profile, now).await?;
        Ok(theme)
    };
    match answer.await {
        Ok(theme) => {
            me.tell("Saved your profile.")?;
            Ok(Page::see_other("/account").cookie(Some(theme_cookie(theme))))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = Page::show(&Edit::of(&me, &manage, typed, again.problems.clone(), now));
            Ok(again.mark(page))
        }
    }
}
