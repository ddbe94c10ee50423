//! `/account/tokens`: the list, and the form that generates one.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use super::secrets;
use super::token_form::{ExpiryOption, Row, TokenForm};
use super::token_list::List;
use crate::domain::grants::Summary;
use crate::domain::id::Nonce;
use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::Sent;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "tokens/index.html")]
struct Index {
    shell: Shell,
    list: List,
}

pub async fn index(manage: Data<Manage>, me: SignedIn, now: Now) -> Result<Page, WebError> {
    let list = List::of(&me, &manage, now).await?;
    Ok(Page::show(&Index { shell: me.shell(Tab::Tokens), list }))
}

#[derive(Template)]
#[template(path = "tokens/new.html")]
struct New {
    shell: Shell,
    typed: TokenForm,
    nonce: String,
    choices: Vec<ExpiryOption>,
    first_day: String,
    last_day: String,
    rows: Vec<Row>,
    summary: Summary,
    works_until: Option<String>,
    problems: Problems,
    can_generate: bool,
}

impl New {
    fn of(me: &SignedIn, manage: &Manage, typed: TokenForm, problems: Problems, now: Now) -> Self {
        let rules = manage.rules();
        let (first, last) = rules.policy.days(now);
        Self {
            shell: me.shell(Tab::Tokens),
            nonce: Nonce::random().as_str().to_owned(),
            choices: typed.choices(&rules.policy, now),
            first_day: first.to_string(),
            last_day: last.to_string(),
            rows: typed.rows(&rules.catalogue),
            summary: typed.summary(&rules.catalogue),
            works_until: typed.works_until(&rules.policy, now),
            problems,
            can_generate: rules.policy.may_generate(me.actor.user.role),
            typed,
        }
    }
}

/// What a link may fill the form in with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Prefill {
    name: String,
    expires: String,
    read: String,
    write: String,
}

impl Prefill {
    fn form(self, manage: &Manage) -> TokenForm {
        let policy = &manage.rules().policy;
        let default = policy.default_days.to_string();
        let known = |value: &str| {
            let preset = policy.presets().iter().any(|days| days.to_string() == value);
            preset || (value == "never" && policy.never_allowed)
        };
        let (expires, until) = match self.expires.as_str() {
            "" => (default, String::new()),
            value if known(value) => (self.expires, String::new()),
            _ => ("custom".to_owned(), self.expires),
        };
        let level = |keys: &str, level: &str| -> Vec<(String, String)> {
            let keys = keys.split(',').filter(|key| !key.is_empty());
            keys.map(|key| (key.to_owned(), level.to_owned())).collect()
        };
        let levels = level(&self.read, "read").into_iter().chain(level(&self.write, "write"));
        let levels = levels.collect();
        TokenForm { name: self.name, expires, until, levels, ..TokenForm::default() }
    }
}

pub async fn new(manage: Data<Manage>, me: SignedIn, now: Now, prefill: Query<Prefill>) -> Page {
    let typed = prefill.into_inner().form(&manage);
    Page::show(&New::of(&me, &manage, typed, Problems::default(), now))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<TokenForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let rules = manage.rules();
    let answer = async {
        let draft = typed.draft(&rules.catalogue, &rules.policy, now)?;
        let nonce = typed.nonce()?;
        manage.check_draft(&me.actor, &draft, &nonce, now).await?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.generate(by, draft, nonce, now).await
    };
    match answer.await {
        Ok(issued) => secrets::show(&me, &manage, issued, now).await,
        Err(Failure::Refused(Refusal::AlreadyDone)) => secrets::gone(&me, &manage, now).await,
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = Page::show(&New::of(&me, &manage, typed, again.problems.clone(), now));
            Ok(again.mark(page))
        }
    }
}
