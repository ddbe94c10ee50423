//! `/admin/people`: everybody, for administrators; and the way in for somebody new.

mod edit;
mod form;
mod new;
pub(super) mod parts;

use actix_web::web::Data;
use askama::Template;

use super::tokens::list::Pager;
use crate::domain::catalogue::Catalogue;
use crate::domain::time::Now;
use crate::domain::user::Email;
use crate::manage::Manage;
use crate::manage::people::{Entry, People};
use crate::web::administrator::Administrator;
use crate::web::error::WebError;
use crate::web::form::{Asked, Fields, Typed};
use crate::web::local::encode;
use crate::web::page::Page;
use crate::web::shell::{Shell, Tab};
use crate::web::words::{Here, Moment, number};
pub(super) use edit::Effects;
pub use edit::{edit, update};
pub use new::{create, new};

/// Where the list is.
pub const LIST: &str = "/admin/people";

#[derive(Template)]
#[template(path = "people/index.html")]
struct Index {
    shell: Shell,
    rows: Vec<Row>,
    words: String,
    /// How many there are, found or not.
    total: usize,
    found: String,
    pager: Option<Pager>,
    /// What was asked for and isn't there.
    note: Option<String>,
}

struct Row {
    id: String,
    name: String,
    username: String,
    email: Option<String>,
    role: &'static str,
    /// The first few by name, and how many more there are.
    teams: String,
    is_me: bool,
    is_disabled: bool,
    joined: bool,
    vouched: bool,
    tokens: String,
    seen: Option<Moment>,
}

impl Row {
    fn of(entry: &Entry, me: &str, catalogue: &Catalogue, here: Here) -> Self {
        let user = &entry.user;
        Self {
            id: user.id.as_str().to_owned(),
            name: user.display_name.as_str().to_owned(),
            username: user.name.as_str().to_owned(),
            email: user.email.as_ref().map(Email::as_str).map(str::to_owned),
            role: role(user.role),
            teams: few(&parts::teams(user, catalogue)),
            is_me: user.id.as_str() == me,
            is_disabled: user.disabled.is_some(),
            joined: entry.joined,
            vouched: entry.vouched,
            tokens: number(entry.tokens),
            seen: entry.seen.map(|at| Moment::past(at, here)),
        }
    }
}

/// How many teams a row names.
const NAMED: usize = 2;

fn few(teams: &[String]) -> String {
    let named = teams[..teams.len().min(NAMED)].join(", ");
    match teams.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// A role as people read it.
fn role(role: crate::domain::user::Role) -> &'static str {
    use crate::domain::user::Role;
    match role {
        Role::Viewer => "Viewer",
        Role::Member => "Member",
        Role::Admin => "Admin",
    }
}

/// `?q=&page=`.
pub struct PeopleQuery {
    words: String,
    page: String,
}

impl Typed for PeopleQuery {
    /// Of one that is named twice the first counts: an address typed by hand is no reason for an error.
    const REPEATED: &'static [&'static str] = &["q", "page"];

    fn read(fields: &Fields) -> Self {
        Self { words: fields.text("q").trim().to_owned(), page: fields.text("page") }
    }

    fn resume(&self) -> String {
        address(&self.words, 1)
    }
}

fn address(words: &str, page: usize) -> String {
    let words = (!words.is_empty()).then(|| format!("q={}", encode(words)));
    let page = (page > 1).then(|| format!("page={page}"));
    let parts: Vec<String> = words.into_iter().chain(page).collect();
    if parts.is_empty() { LIST.to_owned() } else { format!("{LIST}?{}", parts.join("&")) }
}

fn pager(people: &People, words: &str) -> Option<Pager> {
    let (page, pages) = (people.page, people.pages);
    (pages > 1).then(|| Pager {
        page,
        pages,
        found: people.found,
        previous: (page > 1).then(|| address(words, page - 1)),
        next: (page < pages).then(|| address(words, page + 1)),
    })
}

pub async fn index(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    asked: Asked<PeopleQuery>,
) -> Result<Page, WebError> {
    let (Administrator(me), Asked(PeopleQuery { words, page })) = (admin, asked);
    let wanted = if page.is_empty() { Some(1) } else { page.parse().ok().filter(|page| *page > 0) };
    let people = manage.people(&me.actor, &words, wanted.unwrap_or(1), now).await?;
    let is_there = wanted == Some(people.page);
    let catalogue = &manage.rules().catalogue;
    let row = |entry| Row::of(entry, me.actor.id().as_str(), catalogue, me.here(now));
    let page = Index {
        shell: me.shell(Tab::People),
        rows: people.entries.iter().map(row).collect(),
        total: people.total,
        found: number(people.found as u64),
        pager: pager(&people, &words),
        words,
        note: (!is_there).then(|| format!("There is no such page: this is page {}.", people.page)),
    };
    Ok(Page::show(&page))
}
