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
use crate::domain::refusal::{Failure, Fault, Outcome};
use crate::domain::time::Clock;
use crate::store::Db;
use crate::store::events::{self, Named};
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
        keep("events_file", File::new(path, self.db.clone())).await
    }

    async fn to_syslog(&self) -> Infallible {
        let Some(target) = self.named.syslog.clone() else { return pending().await };
        keep("events_syslog", Syslog::new(target, self.db.clone(), self.clock.clone())).await
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

/// The next events behind this number.
async fn after(db: &Db, number: i64) -> Outcome<Vec<Named>> {
    let ever = DateTime::<Utc>::MIN_UTC;
    db.read(move |c| Ok(events::named_after(c, number, ever, BATCH)?)).await
}

/// Runs what may wait for a disk or a socket where it holds nothing up.
async fn apart<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(job).await;
    done.unwrap_or_else(|panic| Err(Fault::new("handing events on", panic)))
}
