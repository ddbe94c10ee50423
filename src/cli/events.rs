//! `latchkey events`: the activity log, checked and handed on.

use std::io::{BufWriter, ErrorKind, Write};
use std::process::ExitCode;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Subcommand;
use serde::Serialize;

use super::{Stop, block_on};
use crate::config::Config;
use crate::domain::chain::{Checked, Harm, Head, Kept};
use crate::server;
use crate::sinks::{self, line};
use crate::store::Db;
use crate::store::events::{self, Unreadable};

/// How many entries are in memory at once.
const PAGE: i64 = 1_000;

#[derive(Subcommand)]
pub enum Command {
    /// Check that no entry of the activity log was changed, taken out, put in or moved, and that it has what its sinks
    /// know; the code is 1 if not
    Verify {
        /// The head as an earlier check has printed it, to notice that the end was cut off or everything rewritten
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<Head>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print entries of the activity log, each as a line of JSON
    Export {
        /// Those behind this number, or at and after this time (2026-11-24T10:00:00Z) or day; all when left out
        #[arg(long, value_name = "TIME|NUMBER", default_value = "0")]
        since: Since,
    },
}

#[derive(Clone, Copy)]
pub enum Since {
    Number(i64),
    Time(DateTime<Utc>),
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = || text.parse().ok().filter(|number| *number >= 0).map(Self::Number);
        let time = || DateTime::parse_from_rfc3339(text).ok().map(|at| Self::Time(at.to_utc()));
        let day = || {
            let day = text.parse::<NaiveDate>().ok()?;
            Some(Self::Time(day.and_time(NaiveTime::MIN).and_utc()))
        };
        let wrong =
            || "a number from 0 on, a time such as 2026-11-24T10:00:00Z, or a day".to_owned();
        number().or_else(time).or_else(day).ok_or_else(wrong)
    }
}

pub fn run(config: &Config, command: Command) -> Result<ExitCode, Stop> {
    let db = server::open_database(config)?;
    match command {
        Command::Export { since } => block_on(export(&db, since)),
        Command::Verify { head, json } => {
            let manage = server::manage(config, db.clone())?;
            let checked = block_on(async {
                let mut kept: Vec<Kept> =
                    head.map(|head| Kept { by: "--head".to_owned(), head }).into_iter().collect();
                // Before the log is read: it grows, and no sink is ahead of it.
                kept.extend(sinks::known(&config.settings.events, &db).await?);
                manage.check_events(kept).await
            })?;
            if json {
                print_json(&checked)?
            } else {
                print(&checked)
            }
            let bad = checked.bad.is_some();
            Ok(if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
    }
}

/// What can't be read is left out, and said.
async fn export(db: &Db, since: Since) -> Result<ExitCode, Stop> {
    let mut code = ExitCode::SUCCESS;
    let (mut number, time) = match since {
        Since::Number(number) => (number, DateTime::<Utc>::MIN_UTC),
        Since::Time(time) => (0, time),
    };
    let mut to = BufWriter::new(std::io::stdout().lock());
    loop {
        let page = db.read(move |c| Ok(events::named_after(c, number, time, PAGE)?)).await?;
        if page.is_empty() {
            break;
        }
        for found in page {
            let named = match found {
                Ok(named) => named,
                Err(Unreadable(head)) => {
                    number = head.number;
                    eprintln!("latchkey: entry {number} can’t be read, and is left out");
                    code = ExitCode::FAILURE;
                    continue;
                }
            };
            number = named.entry.number;
            if !written(writeln!(to, "{}", line::of(&named)))? {
                return Ok(code);
            }
        }
    }
    written(to.flush())?;
    Ok(code)
}

/// `false` where nobody reads on, as behind `head`: that is no mistake.
fn written(outcome: std::io::Result<()>) -> Result<bool, Stop> {
    match outcome {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(e) => Err(Stop::Said(format!("writing the log: {e}"))),
    }
}

fn print(checked: &Checked) {
    let Head { number, .. } = checked.head;
    match checked.bad {
        None if number == 0 => println!("There are no entries."),
        None => {
            println!("{number} entries are right. Head: {}", checked.head);
            println!("Keep it elsewhere; --head NUMBER:HASH compares.");
        }
        Some((bad, harm)) => {
            println!("Entry {bad} is bad: {}", sentence(harm));
            let more = if harm == Harm::Cut { "more than the log has" } else { "another one" };
            for by in &checked.known_by {
                println!("{by} knows {more}.");
            }
        }
    }
}

fn sentence(harm: Harm) -> &'static str {
    match harm {
        Harm::Changed => "it was changed. All entries before it are right.",
        Harm::Missing => "it is missing. All entries before it are right.",
        Harm::Inserted => "it was put in. All entries before it are right.",
        Harm::Reordered => "what belongs here stands elsewhere. All entries before it are right.",
        Harm::Unreadable => "it holds what can’t be read. All entries before it are right.",
        Harm::Cut => "it is missing, with all after it. The entries that are there are right.",
        Harm::Rewritten => {
            "its hash is another one than it was. It, or what is before it, was rewritten with all hashes."
        }
    }
}

/// The names of its fields are documented, and stay.
#[derive(Serialize)]
struct Report<'a> {
    /// How many entries are right, from the first on.
    right: i64,
    /// The last of them.
    head: Place,
    bad: Option<Bad<'a>>,
}

#[derive(Serialize)]
struct Place {
    number: i64,
    hash: String,
}

#[derive(Serialize)]
struct Bad<'a> {
    number: i64,
    way: &'static str,
    /// What knows an entry that the log lacks; left out where the entries themselves tell.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    known_by: &'a [String],
}

fn print_json(checked: &Checked) -> Result<(), Stop> {
    let Head { number, hash } = checked.head;
    let known_by = &checked.known_by;
    let bad = checked.bad.map(|(number, harm)| Bad { number, way: harm.as_str(), known_by });
    let report = Report { right: number, head: Place { number, hash: hash.to_string() }, bad };
    let json = serde_json::to_string_pretty(&report);
    println!("{}", json.map_err(|e| Stop::Said(format!("writing JSON: {e}")))?);
    Ok(())
}
