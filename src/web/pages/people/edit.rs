//! `/admin/people/{id}`: one person, as administrators look after them.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;

use super::form::{DetailsForm, Was};
use super::new::roles;
use super::parts::{self, TeamChoice, Tokens, Whom, page_of};
use crate::domain::details::{Details, Effect};
use crate::domain::id::UserId;
use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::user::Role;
use crate::manage::Manage;
use crate::manage::people::Overview;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::Asked;
use crate::web::page::Page;
use crate::web::pages::activity::line::Line;
use crate::web::pages::sessions;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "people/edit.html")]
struct Edit {
    shell: Shell,
    whom: Whom,
    typed: DetailsForm,
    roles: Vec<(&'static str, &'static str, bool)>,
    teams: Vec<TeamChoice>,
    /// What the change that was asked about does to tokens; none where nothing was asked.
    effects: Option<Effects>,
    tokens: Tokens,
    sessions: Vec<sessions::Row>,
    activity: Vec<Line>,
    problems: Problems,
}

impl Edit {
    fn of(me: &SignedIn, manage: &Manage, seen: &Overview, typed: DetailsForm, now: Now) -> Self {
        let here = me.here(now);
        let line = |event| Line::alone(event, me, &seen.people, here);
        Self {
            shell: me.shell(Tab::People),
            whom: Whom::of(seen, me, here),
            roles: roles(&typed.role),
            teams: TeamChoice::all(&seen.entry.user, &typed.teams, &manage.rules().catalogue),
            effects: None,
            tokens: Tokens::of(seen, typed.page, manage, here),
            sessions: parts::rows(seen, me, here),
            activity: seen.events.iter().map(line).collect(),
            problems: Problems::default(),
            typed,
        }
    }
}

/// What is said of a change beforehand.
pub struct Effects {
    pub list: Vec<Effect>,
    pub summary: String,
}

impl Effects {
    pub fn of(list: Vec<Effect>) -> Self {
        let count = |is_meant: fn(&Effect) -> bool| list.iter().filter(|e| is_meant(e)).count();
        let parts = [
            (count(|e| e.less && !e.more), "will do less"),
            (count(|e| e.more && !e.less), "will do more"),
            (count(|e| e.more && e.less), "will do less of one thing and more of another"),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let words = |(count, words)| match count {
            1 => format!("1 token {words}"),
            count => format!("{count} tokens {words}"),
        };
        let summary = parts.map(words).collect::<Vec<_>>().join(", ");
        Self { list, summary }
    }
}

pub async fn edit(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    id: Path<String>,
    asked: Asked<DetailsForm>,
) -> Result<Page, WebError> {
    let (Administrator(me), Asked(asked)) = (admin, asked);
    let seen = manage.overview(&me.actor, parts::id(&id)?, now).await?;
    let shown = DetailsForm::of(&seen.entry.user, asked.page);
    // Filled in by somebody whose session or form had run out.
    let typed = if asked.role.is_empty() {
        shown
    } else {
        DetailsForm { id: shown.id, was: shown.was, look: false, told: String::new(), ..asked }
    };
    Ok(Page::show(&Edit::of(&me, &manage, &seen, typed, now)))
}

/// What comes of a form that holds no mistake.
enum Answer {
    /// Nothing is changed before they have seen what that does.
    Look,
    Saved(Option<Details>),
}

pub async fn update(
    manage: Data<Manage>,
    now: Now,
    id: Path<String>,
    sent: Ordered<DetailsForm>,
) -> Result<Page, WebError> {
    let Ordered { me, mut typed } = sent;
    let seen = manage.overview(&me.actor, parts::id(&id)?, now).await?;
    let id = seen.entry.user.id.clone();
    let mut effects = Vec::new();
    let answer = async {
        let (read, wanted) = typed.parse(&me)?;
        let checked =
            manage.check_details(&me.actor, id.clone(), read.clone(), wanted.clone(), now);
        effects = checked.await?;
        if typed.look || (!effects.is_empty() && typed.told != typed.stamp(&effects)) {
            return Ok(Answer::Look);
        }
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.change_details(by, id.clone(), read, wanted, now).await.map(Answer::Saved)
    };
    match answer.await {
        Ok(Answer::Saved(saved)) => told(&me, &id, saved),
        Ok(Answer::Look) => Ok(look(&me, &manage, &seen, typed, effects, now)),
        Err(failure) => {
            if let Failure::Refused(Refusal::Changed { .. }) = &failure {
                // Seen now, so that the same form sent again goes through.
                typed.was = Was::of(&seen.entry.user);
            }
            let again = Again::of(failure)?;
            let page = Edit::of(&me, &manage, &seen, typed, now);
            let effects = (!effects.is_empty()).then(|| Effects::of(effects));
            let problems = again.problems.clone();
            Ok(again.mark(Page::show(&Edit { problems, effects, ..page })))
        }
    }
}

/// The form with what it would do. Who wanted it saved without having seen that hears why it is not.
fn look(
    me: &SignedIn,
    manage: &Manage,
    seen: &Overview,
    mut typed: DetailsForm,
    effects: Vec<Effect>,
    now: Now,
) -> Page {
    let wants_it_saved = !typed.look;
    typed.told = typed.stamp(&effects);
    let effects = Effects::of(effects);
    let mut problems = Problems::default();
    if wants_it_saved {
        let sentence = format!("{} with this. Look at that, then save again", effects.summary);
        problems.add("effects", sentence);
    }
    let page = Edit::of(me, manage, seen, typed, now);
    let page = Page::show(&Edit { effects: Some(effects), problems, ..page });
    if wants_it_saved { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page }
}

fn told(me: &SignedIn, id: &UserId, saved: Option<Details>) -> Result<Page, WebError> {
    let Some(saved) = saved else {
        me.note("Nothing was changed.")?;
        return Ok(Page::see_other(&page_of(id.as_str())));
    };
    me.tell(&format!("Saved “{}”.", saved.name.as_str()))?;
    let stays = me.actor.id() != id || saved.role == Role::Admin;
    // Who is no administrator any more has no page of people either.
    Ok(Page::see_other(&if stays { page_of(id.as_str()) } else { "/account".to_owned() }))
}
