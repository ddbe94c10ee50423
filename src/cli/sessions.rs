//! `latchkey session`: who is signed in where, and ending that.

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{ArgGroup, Subcommand};
use serde::Serialize;

use super::people::username;
use super::{Stop, block_on, clock};
use crate::config::Config;
use crate::domain::device::Device;
use crate::domain::id::SessionId;
use crate::domain::session::Session;
use crate::domain::time::Now;
use crate::domain::user::UserName;
use crate::manage::Manage;
use crate::server;

#[derive(Subcommand)]
pub enum Command {
    /// List who is signed in where, the one used last first
    List {
        /// One person’s alone
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End a session, or all of a person: each is signed out at its next request
    #[command(group = ArgGroup::new("which").required(true).args(["id", "user"]))]
    End {
        /// As `session list` prints it
        id: Option<String>,
        /// All sessions of this person
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// One session. The names of its fields are documented, and stay.
#[derive(Serialize)]
struct Row {
    id: String,
    user: String,
    device: String,
    address: Option<String>,
    agent: String,
    started: String,
    seen: String,
}

impl Row {
    fn of((user, session): (UserName, Session)) -> Self {
        Self {
            id: session.id.as_str().to_owned(),
            user: user.as_str().to_owned(),
            device: Device::of(session.client.agent()).words,
            address: session.client.address.map(|address| address.to_string()),
            agent: session.client.agent().to_owned(),
            started: rfc3339(session.span.started),
            seen: rfc3339(session.span.seen),
        }
    }
}

/// What `session end` did.
#[derive(Serialize)]
struct Ended {
    ended: usize,
}

pub fn run(config: &Config, command: Command) -> Result<(), Stop> {
    let manage = server::manage(config, server::open_database(config)?)?;
    let now = clock().now();
    match command {
        Command::List { user, json } => {
            let user = user.as_deref().map(username).transpose()?;
            let list = block_on(manage.all_sessions(user, now))?;
            let rows: Vec<Row> = list.into_iter().map(Row::of).collect();
            if json {
                return print_json(&rows);
            }
            if rows.is_empty() {
                println!("Nobody is signed in.");
            }
            for row in rows {
                let address = row.address.as_deref().unwrap_or("-");
                let Row { id, user, device, seen, .. } = row;
                println!("{id}  {user:<16} {device:<20} {address:<15} last seen {seen}");
            }
            Ok(())
        }
        Command::End { user: Some(user), json, .. } => {
            let name = username(&user)?;
            let ended = block_on(manage.end_all_of(name, now))?;
            let plural = if ended == 1 { "session" } else { "sessions" };
            say(json, ended, &format!("Ended {ended} {plural} of {user}."))
        }
        Command::End { id, json, .. } => {
            let device = block_on(end(&manage, &id.unwrap_or_default(), now))?;
            say(json, 1, &format!("Ended the session of {device}."))
        }
    }
}

/// Ends one session, and answers with what it was.
async fn end(manage: &Manage, id: &str, now: Now) -> Result<String, Stop> {
    let gone = || {
        let hint = "“latchkey session list” prints those there are";
        Stop::Said(format!("there is no session “{id}”; {hint}"))
    };
    let parsed = SessionId::parse(id).ok_or_else(gone)?;
    let session = manage.end_by_id(parsed, now).await?.ok_or_else(gone)?;
    Ok(Device::of(session.client.agent()).words)
}

fn say(json: bool, ended: usize, sentence: &str) -> Result<(), Stop> {
    if json {
        return print_json(&Ended { ended });
    }
    println!("{sentence}");
    Ok(())
}

fn print_json(value: &impl Serialize) -> Result<(), Stop> {
    let json = serde_json::to_string_pretty(value);
    println!("{}", json.map_err(|e| Stop::Said(format!("writing JSON: {e}")))?);
    Ok(())
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
