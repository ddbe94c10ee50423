//! `/admin/people/{id}/standing`: whether somebody may do anything here. To enable them again is to choose which of
//! their tokens come back.

use actix_web::web::{Data, Path};
use askama::Template;

use super::people::LIST;
use super::people::parts::{self, Whom, page_of};
use super::tokens::list::TokenRow;
use crate::domain::id::TokenId;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::domain::user::User;
use crate::manage::Manage;
use crate::manage::people::Overview;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::words::plural;

/// In how many days a token was used with which something is taken to run.
pub(super) const LATELY: i64 = 30;

#[derive(Template)]
#[template(path = "standings/edit.html")]
struct Edit {
    shell: Shell,
    whom: Whom,
    /// What is over from the next request on, in words; none where nothing is.
    toll: Option<String>,
    /// Those that are refused from then on, or come back.
    tokens: Vec<TokenRow>,
    /// How many of them something runs with.
    in_use: usize,
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
        let (here, user) = (me.here(now), &seen.entry.user);
        let is_disabled = user.disabled.is_some();
        let meant = seen
            .tokens
            .iter()
            .filter(|token| token.is_live(now) || (is_disabled && !token.has_ended(now)));
        let tokens: Vec<TokenRow> =
            meant.map(|token| parts::row(token, user, manage, here)).collect();
        Self {
            shell: me.shell(Tab::People),
            whom: Whom::of(seen, me, here),
            toll: toll(seen.sessions.len(), tokens.len()),
            tokens,
            in_use: seen.used_lately(LATELY, now),
            ended,
            problems,
        }
    }
}

/// Where somebody is signed in nowhere, or has no token, nothing is said of that.
fn toll(sessions: usize, tokens: usize) -> Option<String> {
    let part = |count: usize, unit, end| {
        let are = if count == 1 { "is" } else { "are" };
        (count > 0).then(|| format!("{} {are} {end}", plural(count as u64, unit)))
    };
    let parts = [part(sessions, "session", "over"), part(tokens, "token", "refused")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

pub struct StandingForm {
    id: String,
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
            id: fields.text("id"),
            deed: fields.text("deed"),
            named: fields.each("named"),
            ended: fields.each("revoke"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        let page = page_of(&self.id);
        if page == LIST { page } else { format!("{page}/standing") }
    }
}

pub(super) fn ids(typed: &[String]) -> Vec<TokenId> {
    typed.iter().filter_map(|id| TokenId::parse(id)).collect()
}

pub async fn edit(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    id: Path<String>,
) -> Result<Page, WebError> {
    let Administrator(me) = admin;
    let seen = manage.overview(&me.actor, parts::id(&id)?, now).await?;
    Ok(Page::show(&Edit::of(&me, &manage, &seen, Vec::new(), Problems::default(), now)))
}

pub async fn update(
    manage: Data<Manage>,
    now: Now,
    id: Path<String>,
    sent: Ordered<StandingForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed } = sent;
    let seen = manage.overview(&me.actor, parts::id(&id)?, now).await?;
    let id = seen.entry.user.id.clone();
    let (named, ended) = (ids(&typed.named), ids(&typed.ended));
    let answer = async {
        me.want_password(&typed.password)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        match typed.deed.as_str() {
            "enable" => manage.enable_person(by, id.clone(), named, ended, now).await,
            "disable" => manage.disable_person(by, id.clone(), now).await,
            _ => Ok(None),
        }
    };
    match answer.await {
        Ok(done) => tell(&me, &typed.deed, done, &page_of(id.as_str())),
        Err(failure) => {
            let again = Again::of(failure)?;
            let problems = again.problems.clone();
            let page = Edit::of(&me, &manage, &seen, typed.ended, problems, now);
            Ok(again.mark(Page::show(&page)))
        }
    }
}

fn tell(me: &SignedIn, deed: &str, done: Option<User>, place: &str) -> Result<Page, WebError> {
    let Some(user) = done else {
        me.note("Nothing was changed.")?;
        return Ok(Page::see_other(place));
    };
    if deed == "disable" && user.id == *me.actor.id() {
        me.session.purge();
        return Ok(Page::see_other("/sign-in"));
    }
    let name = user.display_name.as_str();
    me.tell(&if deed == "disable" {
        format!("“{name}” is disabled. They can’t sign in, and no token of theirs works.")
    } else {
        format!("“{name}” is enabled.")
    })?;
    Ok(Page::see_other(place))
}
