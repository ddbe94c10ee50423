//! Lists as files, CSV or JSON, sent as they are read: a part is in memory at a time.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use futures_core::future::LocalBoxFuture;
use serde::Serialize;

use super::error::WebError;
use crate::domain::refusal::{Fault, Outcome};
use crate::domain::text::inert;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

impl Format {
    pub fn of(asked: &str) -> Result<Self, WebError> {
        match asked {
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            _ => Err(WebError::bad_request("It is not said whether as CSV or as JSON.")),
        }
    }
}

/// All of it as a file of this name. What can't be read at all gets a page that says so.
pub async fn send(
    name: &str,
    format: Format,
    source: impl Source,
) -> Result<HttpResponse, WebError> {
    let first = Reader { source, format, is_first: true }.next().await.map_err(WebError::from)?;
    let (kind, ending) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Json => ("application/json", "json"),
    };
    let disposition = format!("attachment; filename=\"{name}.{ending}\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .body(Export(Some(Box::pin(async { Ok(first) })))))
}

/// One line of a file: an object in JSON, cells in CSV.
pub trait Record: Serialize {
    const FIELDS: &'static [&'static str];

    /// In the order of the fields; empty for what there isn't.
    fn cells(self) -> Vec<String>;
}

/// What a file is read from.
pub trait Source: 'static {
    type Record: Record;

    /// The next part; empty at the end.
    fn next(&mut self) -> impl Future<Output = Outcome<Vec<Self::Record>>>;
}

/// Reads on from one part to the next.
struct Reader<S> {
    source: S,
    format: Format,
    is_first: bool,
}

/// A part of the file, and who reads on, unless it was the last.
type Part<S> = (Bytes, Option<Reader<S>>);

impl<S: Source> Reader<S> {
    async fn next(mut self) -> Outcome<Part<S>> {
        let records = self.source.next().await?;
        let is_last = records.is_empty();
        let written = match self.format {
            Format::Csv => csv(records, self.is_first),
            Format::Json => json(&records, self.is_first),
        };
        let bytes = Bytes::from(written?);
        self.is_first = false;
        Ok((bytes, (!is_last).then_some(self)))
    }
}

fn csv<R: Record>(records: Vec<R>, is_first: bool) -> Result<Vec<u8>, Fault> {
    let broke = |e: csv::Error| Fault::new("writing CSV", e);
    let mut to =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if is_first {
        to.write_record(R::FIELDS).map_err(broke)?;
    }
    for record in records {
        let cells = record.cells();
        to.write_record(cells.iter().map(|cell| inert(cell))).map_err(broke)?;
    }
    to.into_inner().map_err(|e| Fault::new("writing CSV", e.to_string()))
}

/// One array, whose end comes with the part that is empty.
fn json<R: Record>(records: &[R], is_first: bool) -> Result<Vec<u8>, Fault> {
    let (mut text, mut before) = (String::new(), if is_first { "[\n" } else { ",\n" });
    for record in records {
        let record = serde_json::to_string(record);
        text += before;
        text += &record.map_err(|e| Fault::new("writing JSON", e))?;
        before = ",\n";
    }
    if text.is_empty() {
        text += if is_first { "[]\n" } else { "\n]\n" };
    }
    Ok(text.into_bytes())
}

/// The file on its way. One that can't be read to its end is cut off, so that nobody takes it for the whole.
struct Export<S: Source>(Option<LocalBoxFuture<'static, Outcome<Part<S>>>>);

impl<S: Source> MessageBody for Export<S> {
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
