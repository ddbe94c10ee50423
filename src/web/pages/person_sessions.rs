//! `/admin/people/{id}/sessions`: signing somebody out, of one device or of all, by an administrator.

use actix_web::web::{Data, Path};
use askama::Template;

use super::people::parts::{self, Whom, page_of};
use super::sessions::Row;
use crate::domain::id::SessionId;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::people::Overview;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Asked, Fields, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::words::plural;

/// Where one's own sessions end.
const OWN: &str = "/account/sessions";

#[derive(Template)]
#[template(path = "person_sessions/new.html")]
struct New {
    shell: Shell,
    whom: Whom,
    sessions: Vec<Row>,
    end: String,
    title: String,
    sentence: String,
    button: &'static str,
    keep: &'static str,
    problems: Problems,
}

impl New {
    /// `None` where there is nothing to end any more.
    fn of(me: &SignedIn, seen: &Overview, form: &EndForm, now: Now) -> Option<Self> {
        let here = me.here(now);
        let (whom, sessions) = (Whom::of(seen, me, here), parts::rows(seen, me, here));
        let (title, sentence, button, keep) = if form.end == ALL {
            let title = format!("Sign “{}” out everywhere?", whom.name);
            let count = plural(sessions.len() as u64, "session");
            let verb = if sessions.len() == 1 { "ends" } else { "end" };
            let button = "Sign out everywhere";
            (title, format!("{count} {verb} at once."), button, "Keep them signed in")
        } else {
            let row = sessions.iter().find(|row| row.id == form.end)?;
            let title = format!("Sign “{}” out of {}?", whom.name, row.device);
            let place = row.address.as_ref().map(|address| format!(", {address}"));
            let (seen, place) = (row.seen.within(), place.unwrap_or_default());
            let sentence = format!("It was last seen {seen}{place}.");
            (title, sentence, "Sign out device", "Keep it signed in")
        };
        let (shell, end) = (me.shell(Tab::People).modal(), form.end.clone());
        let problems = Problems::default();
        let is_any = !sessions.is_empty();
        is_any.then_some(Self {
            shell,
            whom,
            sessions,
            end,
            title,
            sentence,
            button,
            keep,
            problems,
        })
    }
}

const ALL: &str = "all";

/// The id of a session, or `all`.
pub struct EndForm {
    person: String,
    end: String,
    password: String,
}

impl Typed for EndForm {
    fn read(fields: &Fields) -> Self {
        Self {
            person: fields.text("person"),
            end: fields.text("end"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        page_of(&self.person)
    }
}

impl EndForm {
    /// The one session that is meant, or all.
    fn only(&self) -> Result<Option<SessionId>, WebError> {
        let unsaid = || WebError::bad_request("It is not said which session to end.");
        if self.end == ALL {
            return Ok(None);
        }
        SessionId::parse(&self.end).map(Some).ok_or_else(unsaid)
    }
}

pub async fn new(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    id: Path<String>,
    asked: Asked<EndForm>,
) -> Result<Page, WebError> {
    let (Administrator(me), Asked(mut form)) = (admin, asked);
    let id = parts::id(&id)?;
    if let Some(page) = parts::own(&me, &id, OWN) {
        return Ok(page);
    }
    let seen = manage.overview(&me.actor, id.clone(), now).await?;
    if form.end.is_empty() {
        ALL.clone_into(&mut form.end);
    }
    match New::of(&me, &seen, &form, now) {
        Some(page) => Ok(Page::show(&page)),
        None => ended(&me, &page_of(id.as_str())),
    }
}

pub async fn destroy(
    manage: Data<Manage>,
    now: Now,
    id: Path<String>,
    sent: Ordered<EndForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed: form } = sent;
    let id = parts::id(&id)?;
    if let Some(page) = parts::own(&me, &id, OWN) {
        return Ok(page);
    }
    let seen = manage.overview(&me.actor, id.clone(), now).await?;
    let place = page_of(id.as_str());
    let only = form.only()?;
    let answer = async {
        me.want_password(&form.password)?;
        let by = me.confirm(&manage, &form.password, now).await?;
        manage.end_of(by, id, only, now).await
    };
    match answer.await {
        Ok(list) if list.is_empty() => ended(&me, &place),
        Ok(list) => {
            let verb = if list.len() == 1 { "has" } else { "have" };
            me.tell(&format!("{} {verb} ended.", plural(list.len() as u64, "session")))?;
            Ok(Page::see_other(&place))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let Some(page) = New::of(&me, &seen, &form, now) else { return ended(&me, &place) };
            let problems = again.problems.clone();
            Ok(again.mark(Page::show(&New { problems, ..page })))
        }
    }
}

fn ended(me: &SignedIn, place: &str) -> Result<Page, WebError> {
    me.note("That session has ended already. Nothing was changed.")?;
    Ok(Page::see_other(place))
}
