//! `latchkey token`: everybody's tokens, for whoever runs the instance.

use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use chrono::TimeDelta;
use clap::{Args, Subcommand};
use serde::Serialize;
use zeroize::Zeroizing;

use super::told::{self, Array, TokenTold, json, rfc3339, say};
use super::{Stop, block_on, clock, database, patterns, people, settled};
use crate::config::Config;
use crate::domain::catalogue::ServiceKey;
use crate::domain::id::TokenId;
use crate::domain::secret::Pasted;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::domain::user::User;
use crate::domain::verdict::Known;

/// The code of a value that is nobody's; 1 and 2 say that nothing could be told.
const UNKNOWN: u8 = 3;
/// A value, and whatever it was copied with.
const LONGEST: u64 = 64 * 1024;

#[derive(Subcommand)]
pub enum Command {
    /// List tokens, by person, without the revoked ones
    List(List),
    /// Show one token, also a revoked one
    Show {
        /// The token's id, as X-Token-Id and the address of its page have it
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke tokens, all of these or none: they are refused at once
    Revoke {
        /// The tokens' ids
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say whose value it is that somebody found; the code is 3 if it is nobody's. It is read from standard input
    Identify {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what secret scanners need to find this instance's tokens and callers' secrets
    Pattern {
        /// For people to read, or alone as a file for one scanner
        #[arg(long, value_enum, default_value = "text")]
        format: patterns::Format,
    },
}

#[derive(Args)]
pub struct List {
    /// Of this person or service account alone
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// That were granted something of this service
    #[arg(long, value_name = "KEY")]
    service: Option<String>,
    /// That were not used for so many days
    #[arg(long, value_name = "DAYS")]
    unused_since: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(config: &Config, command: Command) -> Result<ExitCode, Stop> {
    match command {
        Command::List(asked) => list(config, &asked)?,
        Command::Show { id, json } => {
            let known = block_on(database::existing(config)?.any_token(parsed(&id)?))?;
            show(config, &[known], json, false)?;
        }
        Command::Revoke { ids, json } => {
            let ids = ids.iter().map(|id| parsed(id)).collect::<Result<_, _>>()?;
            let revoked = block_on(database::existing(config)?.revoke_any(ids, clock().now()))?;
            settled::everywhere();
            show(config, &revoked, json, true)?;
        }
        Command::Identify { json } => return identify(config, json),
        Command::Pattern { format } => patterns::show(config, format)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn parsed(id: &str) -> Result<TokenId, Stop> {
    let shape = "a token’s id is 16 letters and digits; its value is not asked for";
    TokenId::parse(id).ok_or_else(|| Stop::Said(shape.to_owned()))
}

/// What a list asks for.
struct Wanted {
    service: Option<ServiceKey>,
    unused_days: Option<u32>,
    now: Now,
}

impl Wanted {
    fn has(&self, token: &Token) -> bool {
        let granted = self.service.as_ref().is_none_or(|key| token.grants.of(key).is_some());
        let used = token.last_use.as_ref().map_or(token.created, |last| last.at);
        let days = self.unused_days.map(|days| TimeDelta::days(i64::from(days)));
        let unused = days.is_none_or(|days| self.now.at() - used >= days);
        granted && unused
    }
}

fn list(config: &Config, asked: &List) -> Result<(), Stop> {
    let service = asked.service.as_deref().map(ServiceKey::parse).transpose();
    let service = service.map_err(|sentence| Stop::Said(format!("--service: {sentence}")))?;
    let wanted = Wanted { service, unused_days: asked.unused_since, now: clock().now() };
    let mut array = asked.json.then(Array::default);
    let mut show = |owner: &User, tokens: &[Token]| {
        for token in tokens.iter().filter(|token| wanted.has(token)) {
            match &mut array {
                Some(array) => {
                    array.add(&TokenTold::of(token, owner, &config.catalogue, wanted.now))?;
                }
                None => say(&line(token, owner, wanted.now))?,
            }
        }
        Ok(())
    };
    let manage = database::existing(config)?;
    match &asked.user {
        Some(name) => {
            let (owner, tokens) = block_on(manage.owner_named(people::username(name)?))?;
            show(&owner, &tokens)?;
        }
        None => people::each(&manage, |owner, tokens| show(owner, tokens))?,
    }
    array.map_or(Ok(()), Array::end)
}

fn line(token: &Token, owner: &User, now: Now) -> String {
    let last = token.last_use.as_ref();
    let last = last.map_or("never used".to_owned(), |last| format!("used {}", rfc3339(last.at)));
    let state = told::state(token, owner, now);
    let (id, person, name) = (token.id.as_str(), owner.name.as_str(), token.name.as_str());
    format!("{id}  {person:<16} {:<14} {state:<14} {last:<25} “{name}”\n", token.hint)
}

fn show(config: &Config, all: &[Known], as_json: bool, as_list: bool) -> Result<(), Stop> {
    let now = clock().now();
    match all {
        [one] if as_json && !as_list => json(&told(config, one, now)),
        all if as_json => {
            json(&all.iter().map(|known| told(config, known, now)).collect::<Vec<_>>())
        }
        all => all.iter().try_for_each(|known| say(&described(config, known, now))),
    }
}

fn told<'a>(config: &Config, known: &'a Known, now: Now) -> TokenTold<'a> {
    TokenTold::of(&known.token, &known.owner, &config.catalogue, now)
}

fn described(config: &Config, known: &Known, now: Now) -> String {
    let Known { token, owner, .. } = known;
    let mut text = line(token, owner, now);
    let end = token.end().map_or("when it is revoked".to_owned(), rfc3339);
    text += &format!("  granted  {}\n  ends     {end}\n", token.grants);
    for loss in token.grants.losses(&config.catalogue, owner.ceiling()) {
        text += &format!("  less     {loss}\n");
    }
    text
}

/// Whose value somebody found.
#[derive(Serialize)]
struct Identified<'a> {
    /// `present`, `former` or `unknown`.
    value: &'static str,
    /// Until when a former value works, or worked.
    works_until: Option<String>,
    token: Option<TokenTold<'a>>,
}

fn identify(config: &Config, as_json: bool) -> Result<ExitCode, Stop> {
    let digest = match Pasted::read(&pasted()?, &config.prefix) {
        Pasted::Value(digest) => Some(digest),
        Pasted::Mistyped => None,
        Pasted::Words => {
            return Err(Stop::Said("standard input has no token’s value in it".to_owned()));
        }
    };
    let manage = database::existing(config)?;
    let found = match digest {
        Some(digest) => block_on(manage.identify_any(digest))?,
        None => None,
    };
    let (Some(known), now) = (&found, clock().now()) else {
        match as_json {
            true => json(&Identified { value: "unknown", works_until: None, token: None })?,
            false => say("It is the value of no token here, or not all of one.\n")?,
        }
        return Ok(ExitCode::from(UNKNOWN));
    };
    let value = if known.until.is_some() { "former" } else { "present" };
    if as_json {
        let token = told(config, known, now);
        let works_until = known.until.map(rfc3339);
        json(&Identified { value, works_until, token: Some(token) })?;
    } else {
        let until = known.until.map(|end| format!(", which ends or ended {}", rfc3339(end)));
        let until = until.unwrap_or_default();
        say(&format!("The {value} value{until}, of\n{}", described(config, known, now)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// From standard input, never from an argument, which others on the machine could read.
fn pasted() -> Result<Zeroizing<String>, Stop> {
    let said = |e| Stop::Said(format!("reading the value: {e}"));
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password("Token: ").map(Zeroizing::new).map_err(said);
    }
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().lock().take(LONGEST).read_to_string(&mut text).map_err(said)?;
    Ok(text)
}
