//! `/service-accounts/{account}/deletion`: the end of a service account.

use actix_web::web::Data;
use askama::Template;

use super::deletions::check;
use super::hand_overs::resume;
use super::service_accounts::LIST;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
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
#[template(path = "account_deletions/new.html")]
struct New {
    shell: Shell,
    name: String,
    username: String,
    /// The names of those that work.
    tokens: Vec<String>,
    typed: String,
    problems: Problems,
}

impl New {
    fn of(me: &SignedIn, seen: &Overview, typed: String, problems: Problems, now: Now) -> Self {
        let live = seen.tokens.iter().filter(|token| token.is_live(now));
        Self {
            shell: me.shell(Tab::ServiceAccounts),
            name: seen.account.display_name.as_str().to_owned(),
            username: seen.account.name.as_str().to_owned(),
            tokens: live.map(|token| token.name.as_str().to_owned()).collect(),
            typed,
            problems,
        }
    }
}

pub struct DeletionForm {
    account: String,
    typed: String,
    password: String,
}

impl Typed for DeletionForm {
    fn read(fields: &Fields) -> Self {
        Self {
            account: fields.text("account"),
            typed: fields.text("typed"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        resume(&self.account, "deletion")
    }
}

pub async fn new(manage: Data<Manage>, admin: Administrator, now: Now) -> Result<Page, WebError> {
    let Administrator(me) = admin;
    let seen = manage.service_account_of(&me.actor, me.actor.owner().name.clone()).await?;
    Ok(Page::show(&New::of(&me, &seen, String::new(), Problems::default(), now)))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Ordered<DeletionForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed } = sent;
    let name = me.actor.owner().name.clone();
    let seen = manage.service_account_of(&me.actor, name.clone()).await?;
    let answer = async {
        check(&me, (&typed.typed, &typed.password), ("its", name.as_str()))?;
        let by = Hand::Administrator(Box::new(me.confirm(&manage, &typed.password, now).await?));
        manage.delete_service_account(by, name.clone(), now).await
    };
    match answer.await {
        Ok((account, _)) => {
            let name = account.display_name.as_str();
            me.tell(&format!(
                "“{name}” is deleted. Anything that used its tokens has lost access."
            ))?;
            Ok(Page::see_other(LIST))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = New::of(&me, &seen, typed.typed, again.problems.clone(), now);
            Ok(again.mark(Page::show(&page)))
        }
    }
}
