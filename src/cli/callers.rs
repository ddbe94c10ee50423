//! `latchkey caller`: the services that ask about tokens themselves.

use std::io::Write;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Subcommand;
use serde::Serialize;

use super::{Stop, block_on, clock, database};
use crate::config::{Config, duration};
use crate::domain::caller::{Caller, Enrolled};
use crate::domain::time::{Now, text_time};
use crate::server;

#[derive(Subcommand)]
pub enum Command {
    /// Give a service of the catalogue a secret to ask with, printed once
    Add {
        /// The service's key
        service: String,
    },
    /// List the services that have a secret
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Give a service another secret, printed once
    Rotate {
        /// The service's key
        service: String,
        /// How long the present secret goes on, such as 1h; at once it stops when this is left out
        #[arg(long, value_name = "TIME", value_parser = overlap)]
        overlap: Option<Duration>,
    },
    /// Take a service's secret away
    Remove {
        /// The service's key
        service: String,
    },
}

/// One caller. The names of its fields are documented, and stay.
#[derive(Serialize)]
struct Row<'a> {
    service: &'a str,
    hint: &'a str,
    added: String,
    renewed: String,
    /// The start of a former secret that still works, and until when.
    former: Option<Former<'a>>,
    /// Whether the catalogue has this service; one that is gone is told nothing.
    known: bool,
}

#[derive(Serialize)]
struct Former<'a> {
    hint: &'a str,
    ends: String,
}

impl<'a> Row<'a> {
    fn of(caller: &'a Caller, config: &Config, now: Now) -> Self {
        let former = caller.former(now);
        Self {
            service: caller.service.as_str(),
            hint: &caller.hint,
            added: rfc3339(caller.added),
            renewed: rfc3339(caller.renewed),
            former: former.map(|one| Former { hint: &one.hint, ends: rfc3339(one.ends) }),
            known: config.catalogue.service(caller.service.as_str()).is_some(),
        }
    }
}

pub fn run(config: &Config, command: Command) -> Result<(), Stop> {
    let manage = match command {
        Command::Add { .. } => server::manage(config, server::open_database(config)?)?,
        Command::List { .. } | Command::Rotate { .. } | Command::Remove { .. } => {
            database::existing(config)?
        }
    };
    let now = clock().now();
    match command {
        Command::Add { service } => {
            let enrolled = block_on(manage.add_caller(&service, now))?;
            hand_over(&enrolled, None)
        }
        Command::Rotate { service, overlap } => {
            let overlap = overlap.unwrap_or_default();
            let enrolled = block_on(manage.rotate_caller(&service, overlap, now))?;
            let former = enrolled.caller.former(now);
            let goes_on = former.map(|former| text_time(former.ends));
            hand_over(&enrolled, Some(goes_on))
        }
        Command::Remove { service } => {
            let caller = block_on(manage.remove_caller(&service, now))?;
            println!("{} can ask no more. Its secret stopped working.", caller.service.as_str());
            Ok(())
        }
        Command::List { json } => {
            let callers = block_on(manage.callers())?;
            let rows: Vec<Row<'_>> = callers.iter().map(|c| Row::of(c, config, now)).collect();
            if json { list_json(&rows) } else { list(&rows) }
        }
    }
}

/// The secret alone goes to standard output, so that it can be sent on from there; what there is to say, beside it.
/// `before` tells of a secret that this one takes the place of: until when that goes on.
fn hand_over(enrolled: &Enrolled, before: Option<Option<String>>) -> Result<(), Stop> {
    let service = enrolled.caller.service.as_str();
    let line = format!("{}\n", enrolled.secret.expose());
    let shown = std::io::stdout().lock().write_all(line.as_bytes());
    shown.map_err(|e| {
        let sentence = "has a new secret that could not be shown";
        Stop::Said(format!("{service} {sentence}: {e}. Use “latchkey caller rotate {service}”"))
    })?;
    eprintln!(
        "The secret of {service}, shown this once. It asks with HTTP Basic: {service} as user name, this as password."
    );
    match before {
        Some(Some(end)) => eprintln!("The secret before it works until {end}."),
        Some(None) => eprintln!("The secret before it has stopped working."),
        None => {}
    }
    Ok(())
}

fn list(rows: &[Row<'_>]) -> Result<(), Stop> {
    if rows.is_empty() {
        println!(
            "No service has a secret to ask with. “latchkey caller add SERVICE” gives it one."
        );
    }
    for row in rows {
        let former = row.former.as_ref();
        let former = former.map(|one| format!(", beside {}… until {}", one.hint, one.ends));
        let unknown = if row.known { "" } else { ", not in the catalogue: is told nothing" };
        let former = former.unwrap_or_default();
        println!("{:<20} {}… since {}{former}{unknown}", row.service, row.hint, row.renewed);
    }
    Ok(())
}

fn list_json(rows: &[Row<'_>]) -> Result<(), Stop> {
    let json = serde_json::to_string_pretty(rows);
    println!("{}", json.map_err(|e| Stop::Said(format!("writing JSON: {e}")))?);
    Ok(())
}

fn overlap(text: &str) -> Result<Duration, String> {
    let overlap = duration(text)?;
    let most = Caller::LONGEST_OVERLAP;
    let hours = most.as_secs() / 3_600;
    (overlap <= most).then_some(overlap).ok_or_else(|| format!("at most {hours}h"))
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
