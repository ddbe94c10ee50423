//! `/service-accounts/{account}/standing`: whether an account's tokens may do anything. To enable it again is to choose
//! which of them come back.

use actix_web::web::Data;
use askama::Template;

use super::hand_overs::resume;
use super::people::parts;
use super::service_accounts::LIST;
use super::standings::ids;
use super::tokens::list::TokenRow;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::domain::user::User;
use crate::manage::Manage;
use crate::manage::service_accounts::{Hand, Overview};
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "account_standings/edit.html")]
struct Edit {
    shell: Shell,
    name: String,
    username: String,
    is_disabled: bool,
    /// Those that are refused from then on, or come back.
    tokens: Vec<TokenRow>,
    /// The ids of those that are to be revoked instead.
    ended: Vec<String>,
    problems: Problems,
}

impl Edit {
    fn of(
        me: &SignedIn,
        manage: &Manage,
        seen: &Overview,
        ended: Vec<String>,
        problems: Problems,
        now: Now,
    ) -> Self {
        let (here, account) = (me.here(now), &seen.account);
        let is_disabled = account.disabled.is_some();
        let tokens = seen.tokens.iter();
        let meant = tokens.filter(|t| t.is_live(now) || (is_disabled && !t.has_ended(now)));
        Self {
            shell: me.shell(Tab::ServiceAccounts),
            name: account.display_name.as_str().to_owned(),
            username: account.name.as_str().to_owned(),
            is_disabled,
            tokens: meant.map(|token| parts::row(token, account, manage, here)).collect(),
            ended,
            problems,
        }
    }
}

pub struct StandingForm {
    account: String,
    deed: String,
    /// The tokens that the form has named as coming back.
    named: Vec<String>,
    ended: Vec<String>,
    password: String,
}

impl Typed for StandingForm {
    const REPEATED: &'static [&'static str] = &["named", "revoke"];

    fn read(fields: &Fields) -> Self {
        Self {
            account: fields.text("account"),
            deed: fields.text("deed"),
            named: fields.each("named"),
            ended: fields.each("revoke"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        resume(&self.account, "standing")
    }
}

pub async fn edit(manage: Data<Manage>, admin: Administrator, now: Now) -> Result<Page, WebError> {
    let Administrator(me) = admin;
    let seen = manage.service_account_of(&me.actor, me.actor.owner().name.clone()).await?;
    Ok(Page::show(&Edit::of(&me, &manage, &seen, Vec::new(), Problems::default(), now)))
}

pub async fn update(
    manage: Data<Manage>,
    now: Now,
    sent: Ordered<StandingForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed } = sent;
    let name = me.actor.owner().name.clone();
    let seen = manage.service_account_of(&me.actor, name.clone()).await?;
    let (named, ended) = (ids(&typed.named), ids(&typed.ended));
    let answer = async {
        me.want_password(&typed.password)?;
        let by = Hand::Administrator(Box::new(me.confirm(&manage, &typed.password, now).await?));
        match typed.deed.as_str() {
            "enable" => {
                let enabled = manage.enable_account(by, name, named, ended, now).await?;
                Ok(enabled.map(|(account, _)| account))
            }
            "disable" => manage.disable_account(by, name, now).await,
            _ => Ok(None),
        }
    };
    match answer.await {
        Ok(done) => tell(&me, &typed.deed, done),
        Err(failure) => {
            let again = Again::of(failure)?;
            let problems = again.problems.clone();
            let page = Edit::of(&me, &manage, &seen, typed.ended, problems, now);
            Ok(again.mark(Page::show(&page)))
        }
    }
}

fn tell(me: &SignedIn, deed: &str, done: Option<User>) -> Result<Page, WebError> {
    match done {
        None => me.note("Nothing was changed.")?,
        Some(account) => {
            let name = account.display_name.as_str();
            me.tell(&if deed == "disable" {
                format!("“{name}” is disabled. Its tokens are refused.")
            } else {
                format!("“{name}” is enabled.")
            })?;
        }
    }
    Ok(Page::see_other(LIST))
}
