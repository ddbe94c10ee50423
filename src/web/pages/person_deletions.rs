//! `/admin/people/{id}/deletion`: the end of somebody's account by an administrator.

use actix_web::web::{Data, Path};
use askama::Template;

use super::deletions::check;
use super::people::LIST;
use super::people::parts::{self, Whom, page_of};
use super::standings::LATELY;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::people::Overview;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

/// Where one's own account ends.
const OWN: &str = "/account/deletion";

#[derive(Template)]
#[template(path = "person_deletions/new.html")]
struct New {
    shell: Shell,
    whom: Whom,
    tokens: Vec<String>,
    /// How many of them something runs with.
    in_use: usize,
    typed: String,
    problems: Problems,
}

impl New {
    fn of(me: &SignedIn, seen: &Overview, typed: String, problems: Problems, now: Now) -> Self {
        let live = seen.tokens.iter().filter(|token| token.is_live(now));
        Self {
            shell: me.shell(Tab::People),
            whom: Whom::of(seen, me, me.here(now)),
            tokens: live.map(|token| token.name.as_str().to_owned()).collect(),
            in_use: seen.used_lately(LATELY, now),
            typed,
            problems,
        }
    }
}

pub struct DeletionForm {
    id: String,
    typed: String,
    password: String,
}

impl Typed for DeletionForm {
    fn read(fields: &Fields) -> Self {
        Self {
            id: fields.text("id"),
            typed: fields.text("typed"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        let page = page_of(&self.id);
        if page == LIST { page } else { format!("{page}/deletion") }
    }
}

pub async fn new(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    id: Path<String>,
) -> Result<Page, WebError> {
    let Administrator(me) = admin;
    let id = parts::id(&id)?;
    if let Some(page) = parts::own(&me, &id, OWN) {
        return Ok(page);
    }
    let seen = manage.overview(&me.actor, id, now).await?;
    Ok(Page::show(&New::of(&me, &seen, String::new(), Problems::default(), now)))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    id: Path<String>,
    sent: Ordered<DeletionForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed } = sent;
    let id = parts::id(&id)?;
    if let Some(page) = parts::own(&me, &id, OWN) {
        return Ok(page);
    }
    let seen = manage.overview(&me.actor, id.clone(), now).await?;
    let answer = async {
        check(&me, (&typed.typed, &typed.password), ("their", seen.entry.user.name.as_str()))?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.delete_account_of(by, id, now).await
    };
    match answer.await {
        Ok(user) => {
            let name = user.display_name.as_str();
            me.tell(&format!(
                "“{name}” is deleted. Anything that used their tokens has lost access."
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
