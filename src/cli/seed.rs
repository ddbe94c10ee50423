//! `latchkey seed`: as many people and tokens as one wants to measure with.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Stop, block_on, clock};
use crate::config::Config;
use crate::domain::access::Access;
use crate::domain::ceiling::Ceiling;
use crate::domain::expiry::{Choice, Expiry};
use crate::domain::grants::Grants;
use crate::domain::id::UserId;
use crate::domain::networks::Networks;
use crate::domain::password::{Password, PasswordHash};
use crate::domain::refusal::Fault;
use crate::domain::secret::Prefix;
use crate::domain::signing::random_text;
use crate::domain::time::Now;
use crate::domain::token::{Description, Draft, Issued, TokenName};
use crate::domain::user::{Dates, DisplayName, Email, Role, User, UserName};
use crate::server;
use crate::store::{Db, bulk};

/// How many tokens one transaction adds.
const BATCH: usize = 5_000;

#[derive(Args)]
pub struct Seed {
    /// How many people
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    people: u32,
    /// How many tokens in all, each of which can read every service
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=100_000_000))]
    tokens: u32,
    /// A new file for the tokens’ values, one a line
    #[arg(long, value_name = "FILE")]
    secrets_to: PathBuf,
}

pub fn run(config: &Config, seed: &Seed) -> Result<(), Stop> {
    if seed.secrets_to.exists() {
        // Said before a database is made for nothing.
        let path = seed.secrets_to.display();
        return Err(Stop::Said(format!("--secrets-to: {path} is there already; name a new file")));
    }
    let db = server::open_database(config)?;
    let manage = server::manage(config, db.clone())?;
    block_on(async {
        if manage.has_people().await? {
            let sentence = "this database has people already; only an empty one is filled";
            return Err(Stop::Said(sentence.to_owned()));
        }
        let mut file = BufWriter::new(create(&seed.secrets_to)?);
        let now = clock().now();
        let people = add_people(&db, seed.people, now).await?;
        add_tokens(&db, config, &people, seed.tokens, &mut file, now).await?;
        file.flush().map_err(|e| unwritten(&seed.secrets_to, e))?;
        Ok(db.write(|tx| Ok(bulk::announce(tx)?)).await?)
    })?;
    let path = seed.secrets_to.display();
    let people = some(seed.people, "person", "people");
    let tokens = some(seed.tokens, "token", "tokens");
    println!("Added {people} and {tokens}; the values are in {path}.");
    Ok(())
}

fn some(count: u32, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// Values of tokens are for their owner's eyes alone, and take no other file's place.
fn create(path: &PathBuf) -> Result<File, Stop> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.map_err(|e| unwritten(path, e))
}

fn unwritten(path: &Path, error: std::io::Error) -> Stop {
    Stop::Said(format!("{}: {error}", path.display()))
}

/// Members `person-0000001` and so on. Their one password is random, and known to nobody.
async fn add_people(db: &Db, count: u32, now: Now) -> Result<Vec<UserId>, Stop> {
    let password = Password::typed(&random_text());
    let password = password.ok_or_else(|| Stop::Said("no password could be made".to_owned()))?;
    let hash = PasswordHash::of(&password)?;
    let people: Vec<User> =
        (1..=count).map(|number| person(number, now)).collect::<Result<_, _>>()?;
    let ids = people.iter().map(|user| user.id.clone()).collect();
    db.write(move |tx| Ok(bulk::add_people(tx, &people, &hash)?)).await?;
    Ok(ids)
}

fn person(number: u32, now: Now) -> Result<User, Fault> {
    let wrong = |sentence| Fault::new("making up a person", sentence);
    let name = format!("person-{number:07}");
    Ok(User {
        id: UserId::random(),
        name: UserName::parse(&name).map_err(wrong)?,
        display_name: DisplayName::parse(&format!("Person {number}")).map_err(wrong)?,
        email: Some(Email::parse(&format!("{name}@example.org")).map_err(wrong)?),
        role: Role::Member,
        created: now.at(),
        disabled: None,
        zone: chrono_tz::Tz::UTC,
        teams: Arc::default(),
        dates: Dates::default(),
        theme: None,
        owned_by: None,
    })
}

/// Deals tokens out to people in turn, and writes their values down once they are stored.
async fn add_tokens(
    db: &Db,
    config: &Config,
    people: &[UserId],
    count: u32,
    file: &mut impl Write,
    now: Now,
) -> Result<(), Stop> {
    let bar = ProgressBar::new(count.into()).with_style(style());
    let mint = Mint::new(config, now)?;
    let mut owners = (1..=count).zip(people.iter().cycle());
    loop {
        let some = owners.by_ref().take(BATCH).map(|(number, owner)| mint.token(number, owner));
        let issued: Vec<Issued> = some.collect::<Result<_, _>>()?;
        if issued.is_empty() {
            bar.finish_and_clear();
            return Ok(());
        }
        let issued = std::sync::Arc::new(issued);
        let rows = issued.clone();
        db.write(move |tx| Ok(bulk::add_tokens(tx, &rows)?)).await?;
        for one in issued.iter() {
            let line = writeln!(file, "{}", one.secret.expose());
            line.map_err(|e| Stop::Said(format!("writing the values down: {e}")))?;
        }
        bar.inc(issued.len() as u64);
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} tokens, {eta} to go")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// What all seeded tokens have in common.
struct Mint {
    grants: Grants,
    expiry: Expiry,
    prefix: Prefix,
    now: Now,
}

impl Mint {
    fn new(config: &Config, now: Now) -> Result<Self, Fault> {
        let days = Choice::InDays(config.policy.default_days);
        let expiry = config.policy.expiry(days, now);
        let expiry = expiry.map_err(|e| Fault::new("choosing when tokens end", e))?;
        let ceiling = Ceiling::of_role(Role::Member);
        let grants = Grants::everything(&config.catalogue, Access::Read, ceiling);
        Ok(Self { grants, expiry, prefix: config.prefix.clone(), now })
    }

    fn token(&self, number: u32, owner: &UserId) -> Result<Issued, Fault> {
        let name = TokenName::parse(&format!("Token {number:07}"));
        let draft = Draft {
            name: name.map_err(|e| Fault::new("naming a token", e))?,
            description: Description::default(),
            expires: Choice::Never,
            grants: self.grants.clone(),
            networks: Networks::default(),
            per_minute: None,
        };
        Ok(Issued::mint(owner, &draft, self.expiry, &self.prefix, self.now))
    }
}
