//! `/service-accounts/new`: an account to be.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use super::teams;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::domain::user::{DisplayName, UserName};
use crate::manage::Manage;
use crate::manage::service_accounts::{Hand, NewAccount};
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Typed};
use crate::web::local::encode;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::whose;

#[derive(Template)]
#[template(path = "service_accounts/new.html")]
struct New {
    shell: Shell,
    typed: AccountForm,
    /// Key and name of each, and whether it is chosen.
    teams: Vec<(String, String, bool)>,
    problems: Problems,
}

impl New {
    fn of(me: &SignedIn, manage: &Manage, typed: AccountForm, problems: Problems) -> Self {
        let teams = teams(manage, &typed.team);
        Self { shell: me.shell(Tab::ServiceAccounts), teams, typed, problems }
    }
}

/// The form as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    name: String,
    username: String,
    team: String,
    #[serde(skip)]
    password: String,
}

impl Typed for AccountForm {
    fn read(fields: &Fields) -> Self {
        Self {
            name: fields.text("name"),
            username: fields.text("username"),
            team: fields.text("team"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        let [name, username, team] =
            [&self.name, &self.username, &self.team].map(|typed| encode(typed));
        format!("/service-accounts/new?name={name}&username={username}&team={team}")
    }
}

impl AccountForm {
    /// The account to be, or every problem of the form at once.
    fn parse(&self, me: &SignedIn) -> Result<NewAccount, Problems> {
        let mut problems = Problems::default();
        let display_name = problems.keep("name", DisplayName::parse(&self.name));
        let name = problems.keep("username", UserName::parse(&self.username));
        if self.team.is_empty() {
            problems.add("team", "Choose the team that it belongs to");
        }
        if let Err(missing) = me.want_password(&self.password) {
            problems = problems.and(missing);
        }
        match (name, display_name) {
            (Some(name), Some(display_name)) if problems.is_empty() => {
                Ok(NewAccount { name, display_name, team: self.team.clone() })
            }
            _ => Err(problems),
        }
    }
}

pub async fn new(manage: Data<Manage>, admin: Administrator, prefill: Query<AccountForm>) -> Page {
    let Administrator(me) = admin;
    Page::show(&New::of(&me, &manage, prefill.into_inner(), Problems::default()))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Ordered<AccountForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed } = sent;
    let answer = async {
        let account = typed.parse(&me)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.add_service_account(Hand::Administrator(Box::new(by)), account, now).await
    };
    match answer.await {
        Ok(account) => {
            let name = account.display_name.as_str();
            me.tell(&format!("“{name}” is there. Its team generates its tokens here."))?;
            Ok(Page::see_other(&whose::list_of(account.name.as_str())))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let problems = again.problems.clone();
            Ok(again.mark(Page::show(&New::of(&me, &manage, typed, problems))))
        }
    }
}
