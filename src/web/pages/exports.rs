//! `/account/activity/export`: the activity as a file, sent as it is read.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::activity::line::who;
use super::activity::query::ActivityQuery;
use crate::domain::event::Event;
use crate::domain::refusal::Outcome;
use crate::domain::time::exact_time;
use crate::manage::Manage;
use crate::manage::activity::{Asked as Filter, Place};
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
    token: Option<String>,
    detail: String,
    by: &'static str,
    address: Option<String>,
    agent: String,
}

impl Row {
    fn of(number: i64, event: &Event, me: &SignedIn) -> Self {
        Self {
            number,
            time: exact_time(event.at),
            kind: event.kind.as_str(),
            event: event.kind.words(),
            token: event.token.as_ref().map(|id| id.as_str().to_owned()),
            detail: event.detail.clone(),
            by: who(event, me).1,
            address: event.client.address.map(|address| address.to_string()),
            agent: event.client.agent().to_owned(),
        }
    }
}

impl Record for Row {
    const FIELDS: &'static [&'static str] =
        &["number", "time", "kind", "event", "token", "detail", "by", "address", "agent"];

    fn cells(self) -> Vec<String> {
        let (kind, event, by) = (self.kind.to_owned(), self.event.to_owned(), self.by.to_owned());
        let (token, address) = (self.token.unwrap_or_default(), self.address.unwrap_or_default());
        let number = self.number.to_string();
        vec![number, self.time, kind, event, token, self.detail, by, address, self.agent]
    }
}

pub async fn show(
    manage: Data<Manage>,
    me: SignedIn,
    asked: Asked<ActivityQuery>,
) -> Result<HttpResponse, WebError> {
    let format = Format::of(&asked.0.format)?;
    let (filter, _, notes) = asked.0.parse();
    if !notes.is_empty() {
        return Err(WebError::NotFound);
    }
    download::send("activity", format, Lines { manage, me, filter, place: Place::Newest }).await
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
        let (manage, filter) = (&self.manage, self.filter.clone());
        let lines = manage.activity_before(&self.me.actor, filter, self.place).await?;
        if let Some((number, _)) = lines.last() {
            self.place = Place::Before(*number);
        }
        Ok(lines.iter().map(|(number, event)| Row::of(*number, event, &self.me)).collect())
    }
}
