//! `/admin/activity`: everything that happened to anybody, for administrators.

use actix_web::web::Data;
use askama::Template;

use super::activity::line::{self, About, Day, Line, who, with_origin};
use super::activity::query::ActivityQuery;
use super::activity::{Choice, kinds, ways};
use crate::domain::catalogue::Catalogue;
use crate::domain::event::{Event, Subject};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::activity::{Asked as Filter, Names, People, Place, Sought};
use crate::web::administrator::Administrator;
use crate::web::error::WebError;
use crate::web::form::{Asked, Fields, Typed};
use crate::web::local;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::words::Here;

#[derive(Template)]
#[template(path = "all_activity/index.html")]
struct Index {
    shell: Shell,
    notes: Vec<String>,
    person: String,
    kinds: [(&'static str, Vec<Choice>); 3],
    /// The one token that is shown: its id, and what it is called.
    token: Option<(String, String)>,
    is_filtered: bool,
    days: Vec<Day>,
    newer: Option<String>,
    older: Option<String>,
    csv: String,
    json: String,
}

/// `?person=` beside what one's own activity is asked for.
pub struct AllQuery(ActivityQuery);

impl Typed for AllQuery {
    const REPEATED: &'static [&'static str] =
        &["person", "token", "kind", "before", "after", "format"];

    fn read(fields: &Fields) -> Self {
        let person = fields.text("person").trim().to_owned();
        Self(ActivityQuery::read(fields).of_all(person))
    }

    fn resume(&self) -> String {
        self.0.resume()
    }
}

impl AllQuery {
    pub fn format(&self) -> &str {
        &self.0.format
    }

    /// What is asked for, and in words what of it there isn't.
    pub async fn known(&self, me: &SignedIn, manage: &Manage) -> Result<Known, WebError> {
        let (mut filter, place, notes) = self.0.parse();
        let mut notes: Vec<String> = notes.into_iter().map(str::to_owned).collect();
        let (name, token) = (self.0.person.clone(), filter.token.clone());
        let Sought { person, deleted, called } =
            manage.activity_filters(&me.actor, name, token).await?;
        if person.is_none() && !self.0.person.is_empty() {
            let name = &self.0.person;
            notes.push(format!(
                "There is no person with the username “{name}”: this is everybody’s."
            ));
        }
        if called.is_none() && filter.token.take().is_some() {
            notes.push(super::activity::query::NO_TOKEN.to_owned());
        }
        filter.person = person;
        Ok(Known { filter, place, called, notes, gone: gone(&deleted) })
    }
}

/// An administrator's question, as far as there is what it asks for.
pub struct Known {
    pub filter: Filter,
    pub place: Place,
    /// What the token in it is called.
    pub called: Option<String>,
    pub notes: Vec<String>,
    /// That the account was deleted.
    pub gone: Option<String>,
}

/// Said of accounts that are there no more.
fn gone(deleted: &[Event]) -> Option<String> {
    let name = deleted.first()?.deleted_name()?;
    Some(match deleted.len() {
        1 => format!("The account “{name}” has been deleted. This is what happened to it."),
        count => format!(
            "{count} accounts “{name}” have been deleted. This is what happened to the last one; the lines “Account deleted” of everybody lead to the others."
        ),
    })
}

pub async fn index(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    asked: Asked<AllQuery>,
) -> Result<Page, WebError> {
    let (Administrator(me), Asked(query)) = (admin, asked);
    let Known { filter, place, called, mut notes, gone } = query.known(&me, &manage).await?;
    notes.extend(gone);
    let found = manage.all_activity(&me.actor, filter.clone(), place).await?;
    let (newer, older) = ways(&query.0, &found);
    let (here, links) = (me.here(now), filter.token.is_none());
    let catalogue = &manage.rules().catalogue;
    let page = Index {
        shell: me.shell(Tab::AllActivity),
        kinds: [
            ("Tokens", Subject::Token),
            ("Account", Subject::Account),
            ("Callers", Subject::Caller),
        ]
        .map(|(label, subject)| (label, kinds(subject, filter.kind))),
        is_filtered: filter.token.is_some() || filter.kind.is_some() || filter.person.is_some(),
        days: line::by_day(&found.lines, here, |event| {
            drawn(event, &me, here, &found.people, catalogue, links)
        }),
        token: filter.token.as_ref().map(|id| id.as_str().to_owned()).zip(called),
        person: query.0.person.clone(),
        csv: query.0.export("csv"),
        json: query.0.export("json"),
        notes,
        newer,
        older,
    };
    Ok(Page::show(&page))
}

fn drawn(
    event: &Event,
    me: &SignedIn,
    here: Here,
    people: &People,
    catalogue: &Catalogue,
    links: bool,
) -> Line {
    let about = event.person.as_ref().and_then(|id| people.get(id));
    let called = |key: &str| catalogue.team(key).map_or(key, |team| &team.name).to_owned();
    let way = |one: &Names| About {
        name: one.name.clone(),
        link: format!("/admin/activity?person={}", local::encode(&one.name)),
        team: one.owned_by.as_deref().map(called),
    };
    let token = event.token.as_ref().filter(|_| links && event.told().0.is_some());
    Line {
        about: about.map(way).or_else(|| of_the_deleted(event)),
        link: token.map(|id| format!("/admin/activity?token={}", id.as_str())),
        by: with_origin(doer(event, me, people), event),
        ..Line::of(event, me, people, here, false)
    }
}

/// The end of an account leads to what happened to that one, be the name another's by now.
fn of_the_deleted(event: &Event) -> Option<About> {
    let (name, id) = (event.deleted_name()?, event.person.as_ref()?);
    let link = format!("/admin/activity?person={}", id.as_str());
    Some(About { name: name.to_owned(), link, team: None })
}

/// Who did it, by name.
fn doer(event: &Event, me: &SignedIn, people: &People) -> String {
    match &event.actor {
        Some(id) if id != me.actor.id() => match people.get(id) {
            Some(one) => format!("By {}", one.name),
            None => "By somebody who is gone".to_owned(),
        },
        _ => who(event, me).0.to_owned(),
    }
}
