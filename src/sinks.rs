//! The activity log handed on as it grows: to a file, to syslog. Each event at least once and in order, after its
//! commit and beside everything else: what can't be written waits, and holds nobody up.

mod file;
pub mod line;
mod syslog;
pub mod syslog_message;

use std::convert::Infallible;
use std::future::{Future, pending};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::config::EventSinks;
use crate::domain::chain::{Head, Kept};
use crate::domain::refusal::{Failure, Fault, Outcome};
use crate::domain::time::Clock;
use crate::store::conn::Conn;
use crate::store::events::{self, Named, Unreadable};
use crate::store::{Db, sinks};
use file::File;
use syslog::Syslog;

/// How often it is looked for events.
const EVERY: Duration = Duration::from_millis(500);
/// How many events are handed on at once.
const BATCH: i64 = 500;

/// Something that the log is handed on to.
trait Sink {
    /// Hands some of what is new on. Answers whether there may be more.
    fn step(&mut self) -> impl Future<Output = Outcome<bool>>;
}

/// The ones that the operator has named.
pub struct Sinks {
    named: EventSinks,
    db: Db,
    clock: Clock,
}

impl Sinks {
    pub fn new(named: EventSinks, db: Db, clock: Clock) -> Self {
        Self { named, db, clock }
    }

    /// Works for as long as the process runs.
    pub async fn run(&self) -> Infallible {
        tokio::select! {
            never = self.to_file() => never,
            never = self.to_syslog() => never,
        }
    }

    async fn to_file(&self) -> Infallible {
        let Some(path) = self.named.file.clone() else { return pending().await };
        keep(file::NAME, File::new(path, self.db.clone())).await
    }

    async fn to_syslog(&self) -> Infallible {
        let Some(target) = self.named.syslog.clone() else { return pending().await };
        keep(syslog::SETTING, Syslog::new(target, self.db.clone(), self.clock.clone())).await
    }
}

/// Says that a sink fails when it begins to, and when it works again.
async fn keep(name: &'static str, mut sink: impl Sink) -> Infallible {
    let mut failing = false;
    loop {
        let step = sink.step().await;
        match &step {
            Ok(_) if failing => tracing::info!("{name} works again, nothing is lost"),
            Ok(_) => {}
            Err(_) if failing => {}
            Err(Failure::Broke(fault)) => {
                tracing::error!("{name}: {fault}; tried again until it works")
            }
            Err(Failure::Refused(refusal)) => tracing::error!("{name}: {refusal:?}"),
        }
        failing = step.is_err();
        if !matches!(step, Ok(true)) {
            tokio::time::sleep(EVERY).await;
        }
    }
}

/// What isn't handed on yet.
struct News {
    /// The entry before it, in the log as it is.
    from: Head,
    /// Each under its own head; what can't be read isn't handed on, and holds up nothing that comes after it.
    events: Vec<(Head, Option<Named>)>,
}

fn place(found: Result<Named, Unreadable>) -> (Head, Option<Named>) {
    match found {
        Ok(named) => (named.entry.head(), Some(named)),
        Err(Unreadable(head)) => (head, None),
    }
}

/// Says what was passed over.
fn say_unreadable<'a, T: 'a>(name: &str, events: impl Iterator<Item = &'a (Head, Option<T>)>) {
    for (head, _) in events.filter(|(_, event)| event.is_none()) {
        tracing::error!("{name}: entry {} can’t be read, and was not handed on", head.number);
    }
}

/// The next events behind the one that was handed on last. Where the log has another one in its place, or none, its end was
/// cut off or it was rewritten: what came since has numbers that were handed on before, so all of it is new.
async fn after(db: &Db, name: &str, reached: Head) -> Outcome<News> {
    let ever = DateTime::<Utc>::MIN_UTC;
    let read = move |c: &mut Conn| {
        let found = events::head_at(c, reached.number)?;
        let from = found.filter(|found| *found == reached).unwrap_or_default();
        let events = events::named_after(c, from.number, ever, BATCH)?;
        Ok((found, News { from, events: events.into_iter().map(place).collect() }))
    };
    let (found, news) = db.read(read).await?;
    if found != Some(reached) {
        let Head { number, hash } = reached;
        let there = found.map_or("no entry of that number".to_owned(), |there| {
            format!("another one with the hash {}", there.hash)
        });
        tracing::error!(
            "{name}: the log was rewritten or its end cut off: entry {number} was handed on with the hash {hash}, and there is {there}; all of the log is handed on from its first entry on"
        );
    }
    Ok(news)
}

/// The entries that the sinks know were there, to compare the log with.
pub async fn known(named: &EventSinks, db: &Db) -> Outcome<Vec<Kept>> {
    let mut all = Vec::new();
    if let Some(path) = named.file.clone() {
        all = apart(move || file::known(&path)).await?;
    }
    let sent = db.read(|c| Ok(sinks::position(c, syslog::NAME)?)).await?;
    all.extend(sent.map(|head| Kept { by: syslog::SETTING.to_owned(), head }));
    Ok(all)
}

/// Runs what may wait for a disk or a socket where it holds nothing up.
async fn apart<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(job).await;
    done.unwrap_or_else(|panic| Err(Fault::new("handing events on", panic)))
}
