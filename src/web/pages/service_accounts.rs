//! `/service-accounts`: those that one may look after, and the form that makes one.

mod new;

use actix_web::web::Data;
use askama::Template;

use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::service_accounts::Overview;
use crate::web::error::WebError;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::whose;
use crate::web::words::{Here, Moment};
pub use new::{create, new};

/// Where the list is.
pub const LIST: &str = whose::ACCOUNTS;

#[derive(Template)]
#[template(path = "service_accounts/index.html")]
struct Index {
    shell: Shell,
    rows: Vec<Row>,
    /// Whether the file has a team that one could belong to.
    has_teams: bool,
}

/// One account in the list.
struct Row {
    name: String,
    username: String,
    team: String,
    /// The file has its team no more.
    is_gone: bool,
    is_disabled: bool,
    live: usize,
    last_used: Option<Moment>,
    tokens: String,
    /// Below it are the pages for administrators.
    place: String,
}

impl Row {
    fn of(seen: &Overview, here: Here) -> Self {
        let username = seen.account.name.as_str();
        let gone = || seen.owner.as_str().to_owned();
        Self {
            name: seen.account.display_name.as_str().to_owned(),
            username: username.to_owned(),
            team: seen.team.as_ref().map_or_else(gone, |team| team.name.clone()),
            is_gone: seen.team.is_none(),
            is_disabled: seen.account.disabled.is_some(),
            live: seen.live(here.now),
            last_used: seen.last_use().map(|at| Moment::past(at, here)),
            tokens: whose::list_of(username),
            place: place_of(username),
        }
    }
}

/// Below it are an account's pages.
pub fn place_of(username: &str) -> String {
    format!("{LIST}/{username}")
}

pub async fn index(manage: Data<Manage>, me: SignedIn, now: Now) -> Result<Page, WebError> {
    let all = manage.service_accounts(&me.actor).await?;
    Ok(Page::show(&Index {
        rows: all.iter().map(|seen| Row::of(seen, me.here(now))).collect(),
        has_teams: !manage.rules().catalogue.teams().is_empty(),
        shell: me.shell(Tab::ServiceAccounts),
    }))
}

/// Key and name of each team of the file, and whether it is chosen.
pub fn teams(manage: &Manage, chosen: &str) -> Vec<(String, String, bool)> {
    let rules = manage.rules();
    let teams = rules.catalogue.teams().iter();
    let choice = |key: &str, name: &str| (key.to_owned(), name.to_owned(), key == chosen);
    teams.map(|team| choice(team.key.as_str(), &team.name)).collect()
}
