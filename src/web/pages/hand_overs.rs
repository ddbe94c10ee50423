//! `/service-accounts/{account}/hand-over`: to which team an account goes, and what that does to its tokens.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use super::people::Effects;
use super::service_accounts::{LIST, place_of, teams};
use crate::domain::details::Effect;
use crate::domain::refusal::{Problems, Refusal};
use crate::domain::team::TeamKey;
use crate::domain::time::Now;
use crate::domain::user::UserName;
use crate::manage::Manage;
use crate::manage::service_accounts::{Hand, HandOver, Overview};
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Typed};
use crate::web::local::encode;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "hand_overs/new.html")]
struct New {
    shell: Shell,
    name: String,
    username: String,
    /// What its team is called, or was before the file lost it.
    team: String,
    is_gone: bool,
    /// Key and name of each team that it isn't of, and whether it is chosen.
    teams: Vec<(String, String, bool)>,
    asked: Option<Asked>,
    problems: Problems,
}

/// What is asked about one team.
struct Asked {
    key: String,
    name: String,
    /// Whose it is while that is asked, and what was told, so that nothing else is done.
    from: String,
    told: String,
    effects: Effects,
}

impl Asked {
    fn of(seen: &Overview, hand_over: HandOver) -> Self {
        Self {
            key: hand_over.team.key.as_str().to_owned(),
            name: hand_over.team.name,
            from: seen.owner.as_str().to_owned(),
            told: stamp(&hand_over.effects),
            effects: Effects::of(hand_over.effects),
        }
    }
}

/// What of a hand-over is told beforehand.
fn stamp(effects: &[Effect]) -> String {
    let words = effects.iter().map(|effect| {
        format!("{}{}{}", effect.id.as_str(), u8::from(effect.less), u8::from(effect.more))
    });
    words.collect::<Vec<_>>().join(" ")
}

impl New {
    fn of(
        me: &SignedIn,
        manage: &Manage,
        seen: &Overview,
        asked: Option<Asked>,
        problems: Problems,
    ) -> Self {
        let mut teams = teams(manage, asked.as_ref().map_or("", |asked| &asked.key));
        teams.retain(|(key, ..)| key != seen.owner.as_str());
        let gone = || seen.owner.as_str().to_owned();
        Self {
            shell: me.shell(Tab::ServiceAccounts),
            name: seen.account.display_name.as_str().to_owned(),
            username: seen.account.name.as_str().to_owned(),
            team: seen.team.as_ref().map_or_else(gone, |team| team.name.clone()),
            is_gone: seen.team.is_none(),
            teams,
            asked,
            problems,
        }
    }
}

/// The form as typed; in an address the team alone.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct HandOverForm {
    team: String,
    #[serde(skip)]
    account: String,
    #[serde(skip)]
    from: String,
    #[serde(skip)]
    told: String,
    #[serde(skip)]
    password: String,
}

impl Typed for HandOverForm {
    fn read(fields: &Fields) -> Self {
        Self {
            team: fields.text("team"),
            account: fields.text("account"),
            from: fields.text("from"),
            told: fields.text("told"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        resume(&self.account, &format!("hand-over?team={}", encode(&self.team)))
    }
}

/// A page below an account's, or the list where nothing says whose.
pub fn resume(account: &str, below: &str) -> String {
    match UserName::parse(account) {
        Ok(name) => format!("{}/{below}", place_of(name.as_str())),
        Err(_) => LIST.to_owned(),
    }
}

pub async fn new(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    asked: Query<HandOverForm>,
) -> Result<Page, WebError> {
    let Administrator(me) = admin;
    let name = me.actor.owner().name.clone();
    let seen = manage.service_account_of(&me.actor, name.clone()).await?;
    let team = asked.into_inner().team;
    if team.is_empty() || team == seen.owner.as_str() {
        return Ok(Page::show(&New::of(&me, &manage, &seen, None, Problems::default())));
    }
    match manage.check_hand_over(name, team, now).await {
        Ok(hand_over) => {
            let asked = Some(Asked::of(&seen, hand_over));
            Ok(Page::show(&New::of(&me, &manage, &seen, asked, Problems::default())))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = New::of(&me, &manage, &seen, None, again.problems.clone());
            Ok(again.mark(Page::show(&page)))
        }
    }
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Ordered<HandOverForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed } = sent;
    let name = me.actor.owner().name.clone();
    let seen = manage.service_account_of(&me.actor, name.clone()).await?;
    let mut asked = None;
    let answer = async {
        let hand_over = manage.check_hand_over(name.clone(), typed.team.clone(), now).await?;
        let is_told = stamp(&hand_over.effects) == typed.told;
        asked = Some(Asked::of(&seen, hand_over));
        if !is_told {
            let since = vec!["Other tokens would do something else now.".to_owned()];
            return Err(Refusal::Changed { since }.into());
        }
        me.want_password(&typed.password)?;
        let by = Hand::Administrator(Box::new(me.confirm(&manage, &typed.password, now).await?));
        manage.hand_over(by, name, TeamKey::parse(&typed.from).ok(), typed.team, now).await
    };
    match answer.await {
        Ok(done) => {
            let name = seen.account.display_name.as_str();
            match done.and(asked) {
                Some(asked) => {
                    me.tell(&format!("“{name}” is in the hands of “{}”.", asked.name))?
                }
                None => me.note("Nothing was changed.")?,
            }
            Ok(Page::see_other(LIST))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = New::of(&me, &manage, &seen, asked, again.problems.clone());
            Ok(again.mark(Page::show(&page)))
        }
    }
}
