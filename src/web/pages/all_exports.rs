//! `/admin/activity/export`: everybody's activity as a file.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::activity::line::who;
use super::all_activity::{AllQuery, Known};
use crate::domain::event::Event;
use crate::domain::id::UserId;
use crate::domain::refusal::Outcome;
use crate::domain::time::exact_time;
use crate::manage::Manage;
use crate::manage::activity::{Asked as Filter, People, Place};
use crate::web::administrator::Administrator;
use crate::web::download::{self, Format, Record, Source};
use crate::web::error::WebError;
use crate::web::form::Asked;
use crate::web::session::SignedIn;

/// One line. The names of its fields are documented, and stay.
#[derive(Serialize)]
struct Row {
    number: i64,
    time: String,
    kind: &'static str,
    event: &'static str,
    person: Option<String>,
    person_id: Option<String>,
    owned_by: Option<String>,
    token: Option<String>,
    detail: String,
    by: String,
    by_id: Option<String>,
    address: Option<String>,
    agent: String,
}

impl Row {
    fn of(number: i64, event: &Event, people: &People, me: &SignedIn) -> Self {
        let id = |id: &Option<UserId>| id.as_ref().map(|id| id.as_str().to_owned());
        let name = |id: &Option<UserId>| Some(people.get(id.as_ref()?)?.name.clone());
        let person = event.person.as_ref().and_then(|id| people.get(id));
        let by = match &event.actor {
            Some(_) => name(&event.actor).unwrap_or_default(),
            None => who(event, me).1.to_owned(),
        };
        Self {
            number,
            time: exact_time(event.at),
            kind: event.kind.as_str(),
            event: event.kind.words(),
            person: person.map(|one| one.name.clone()),
            person_id: id(&event.person),
            owned_by: person.and_then(|one| one.owned_by.clone()),
            token: event.token.as_ref().map(|id| id.as_str().to_owned()),
            detail: event.detail.clone(),
            by,
            by_id: id(&event.actor),
            address: event.client.address.map(|address| address.to_string()),
            agent: event.client.agent().to_owned(),
        }
    }
}

impl Record for Row {
    const FIELDS: &'static [&'static str] = &[
        "number",
        "time",
        "kind",
        "event",
        "person",
        "person_id",
        "owned_by",
        "token",
        "detail",
        "by",
        "by_id",
        "address",
        "agent",
    ];

    fn cells(self) -> Vec<String> {
        let or_empty = Option::unwrap_or_default;
        vec![
            self.number.to_string(),
            self.time,
            self.kind.to_owned(),
            self.event.to_owned(),
            or_empty(self.person),
            or_empty(self.person_id),
            or_empty(self.owned_by),
            or_empty(self.token),
            self.detail,
            self.by,
            or_empty(self.by_id),
            or_empty(self.address),
            self.agent,
        ]
    }
}

pub async fn show(
    manage: Data<Manage>,
    admin: Administrator,
    asked: Asked<AllQuery>,
) -> Result<HttpResponse, WebError> {
    let (Administrator(me), Asked(query)) = (admin, asked);
    let format = Format::of(query.format())?;
    let Known { filter, notes, .. } = query.known(&me, &manage).await?;
    if !notes.is_empty() {
        return Err(WebError::NotFound);
    }
    let lines = Lines { manage, me, filter, place: Place::Newest };
    download::send("everybodys-activity", format, lines).await
}

/// Where reading on begins.
struct Lines {
    manage: Data<Manage>,
    me: SignedIn,
    filter: Filter,
    place: Place,
}

impl Source for Lines {
    type Record = Row;

    async fn next(&mut self) -> Outcome<Vec<Row>> {
        let (me, filter) = (&self.me, self.filter.clone());
        let (lines, people) =
            self.manage.all_activity_before(&me.actor, filter, self.place).await?;
        if let Some((number, _)) = lines.last() {
            self.place = Place::Before(*number);
        }
        Ok(lines.iter().map(|(number, event)| Row::of(*number, event, &people, me)).collect())
    }
}
