//! `/account/activity/export`: the activity as a file, sent as it is read.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Bytes, Data};
use futures_core::future::LocalBoxFuture;
use serde::Serialize;

use super::activity::line::who;
use super::activity::query::ActivityQuery;
use crate::domain::event::Event;
use crate::domain::refusal::{Fault, Outcome};
use crate::domain::text::inert;
use crate::domain::time::exact_time;
use crate::manage::Manage;
use crate::manage::activity::{Asked as Filter, Place};
use crate::web::error::WebError;
use crate::web::form::Asked;
use crate::web::session::SignedIn;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

/// One line. The names of its fields are documented, and stay.
#[derive(Serialize)]
struct Row<'a> {
    number: i64,
    time: String,
    kind: &'a str,
    event: &'a str,
    token: Option<&'a str>,
    detail: &'a str,
    by: &'a str,
    address: Option<String>,
    agent: &'a str,
}

const FIELDS: [&str; 9] =
    ["number", "time", "kind", "event", "token", "detail", "by", "address", "agent"];

impl<'a> Row<'a> {
    fn of(number: i64, event: &'a Event, me: &SignedIn) -> Self {
        Self {
            number,
            time: exact_time(event.at),
            kind: event.kind.as_str(),
            event: event.kind.words(),
            token: event.token.as_ref().map(|id| id.as_str()),
            detail: &event.detail,
            by: who(event, me).1,
            address: event.client.address.map(|address| address.to_string()),
            agent: event.client.agent(),
        }
    }
}

pub async fn show(
    manage: Data<Manage>,
    me: SignedIn,
    asked: Asked<ActivityQuery>,
) -> Result<HttpResponse, WebError> {
    let format = match asked.0.format.as_str() {
        "csv" => Format::Csv,
        "json" => Format::Json,
        _ => return Err(WebError::bad_request("It is not said whether as CSV or as JSON.")),
    };
    let (filter, _, notes) = asked.0.parse();
    if !notes.is_empty() {
        return Err(WebError::NotFound);
    }
    let reader = Reader { manage, me, filter, format, place: Place::Newest, is_first: true };
    // What can't be read at all gets a page that says so.
    let first = reader.next().await.map_err(WebError::from)?;
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "activity.csv"),
        Format::Json => ("application/json", "activity.json"),
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(Export(Some(Box::pin(async { Ok(first) })))))
}

/// Reads on from one part to the next.
struct Reader {
    manage: Data<Manage>,
    me: SignedIn,
    filter: Filter,
    format: Format,
    place: Place,
    is_first: bool,
}

/// A part of the file, and who reads on, unless it was the last.
type Part = (Bytes, Option<Reader>);

impl Reader {
    async fn next(mut self) -> Outcome<Part> {
        let (manage, filter) = (self.manage.clone(), self.filter.clone());
        let lines = manage.activity_before(&self.me.actor, filter, self.place).await?;
        let rows = lines.iter().map(|(number, event)| Row::of(*number, event, &self.me));
        let written = match self.format {
            Format::Csv => csv(rows, self.is_first),
            Format::Json => json(rows, self.is_first),
        };
        let bytes = Bytes::from(written?);
        self.is_first = false;
        let Some((number, _)) = lines.last() else { return Ok((bytes, None)) };
        self.place = Place::Before(*number);
        Ok((bytes, Some(self)))
    }
}

fn csv<'a>(rows: impl Iterator<Item = Row<'a>>, is_first: bool) -> Result<Vec<u8>, Fault> {
    let broke = |e: csv::Error| Fault::new("writing the activity as CSV", e);
    let mut to =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if is_first {
        to.write_record(FIELDS).map_err(broke)?;
    }
    for row in rows {
        let number = row.number.to_string();
        let address = row.address.unwrap_or_default();
        let token = row.token.unwrap_or_default();
        let cells = [
            &*number, &row.time, row.kind, row.event, token, row.detail, row.by, &address,
            row.agent,
        ];
        to.write_record(cells.map(inert)).map_err(broke)?;
    }
    to.into_inner().map_err(|e| Fault::new("writing the activity as CSV", e.to_string()))
}

/// One array, whose end comes with the part that is empty.
fn json<'a>(rows: impl Iterator<Item = Row<'a>>, is_first: bool) -> Result<Vec<u8>, Fault> {
    let (mut text, mut before) = (String::new(), if is_first { "[\n" } else { ",\n" });
    for row in rows {
        let row = serde_json::to_string(&row);
        text += before;
        text += &row.map_err(|e| Fault::new("writing the activity as JSON", e))?;
        before = ",\n";
    }
    if text.is_empty() {
        text += if is_first { "[]\n" } else { "\n]\n" };
    }
    Ok(text.into_bytes())
}

/// The file on its way. One that can't be read to its end is cut off, so that nobody takes it for the whole.
struct Export(Option<LocalBoxFuture<'static, Outcome<Part>>>);

impl MessageBody for Export {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        loop {
            let Some(part) = self.0.as_mut() else { return Poll::Ready(None) };
            match ready!(part.as_mut().poll(cx)) {
                Ok((bytes, rest)) => {
                    self.0 = rest.map(|reader| Box::pin(reader.next()) as _);
                    // An empty part would end the transfer.
                    if !bytes.is_empty() {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
                Err(failure) => {
                    self.0 = None;
                    let error = format!("{:?}", WebError::from(failure));
                    tracing::error!("an export was cut off: {error}");
                    return Poll::Ready(Some(Err(error.into())));
                }
            }
        }
    }
}
