//! `latchkey demo`: people and tokens in every state, to look around with.

mod uses;

use chrono::TimeDelta;

use super::{Stop, block_on, clock};
use crate::config::Config;
use crate::domain::access::Access;
use crate::domain::actor::Actor;
use crate::domain::catalogue::Catalogue;
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::expiry::{Choice, Expiry};
use crate::domain::grants::{Grant, Grants};
use crate::domain::networks::Networks;
use crate::domain::password::NewPassword;
use crate::domain::refusal::{Failure, Fault, Outcome};
use crate::domain::secret::Prefix;
use crate::domain::signing::random_text;
use crate::domain::time::Now;
use crate::domain::token::{Description, Draft, Issued, Token, TokenName};
use crate::domain::user::{DisplayName, Email, Role, User, UserName};
use crate::manage::people::NewPerson;
use crate::server;
use crate::store::conn::Conn;
use crate::store::{Db, events, former_secrets, tokens};

/// One token of the demonstration: how old it is, when it ends and was used, in hours from now.
struct Example {
    name: &'static str,
    /// Of the catalogue's services, from this one on: how many can be written, then how many more can be read.
    from: usize,
    write: usize,
    read: usize,
    made: i64,
    ends: Option<i64>,
    used: Option<i64>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Live,
    Paused,
    /// Given a new value a moment ago, the former one works on.
    Renewed,
    Revoked,
}

const DAY: i64 = 24;

#[rustfmt::skip] // a table
const EXAMPLES: [Example; 9] = [
    Example { name: "CI runner", from: 1, write: 2, read: 1, made: -40 * DAY, ends: Some(90 * DAY), used: Some(0), state: State::Live },
    Example { name: "Grafana", from: 9, write: 0, read: 1, made: -200 * DAY, ends: None, used: Some(-1), state: State::Live },
    Example { name: "Backup script (nas-02)", from: 5, write: 0, read: 3, made: -84 * DAY, ends: Some(6 * DAY), used: Some(-9), state: State::Live },
    Example { name: "Laptop command line", from: 0, write: usize::MAX, read: 0, made: -29 * DAY, ends: Some(DAY), used: Some(-22), state: State::Live },
    Example { name: "Terraform", from: 3, write: 2, read: 2, made: -31 * DAY, ends: Some(200 * DAY), used: Some(-3 * DAY), state: State::Renewed },
    Example { name: "Staging deploy", from: 3, write: 1, read: 0, made: -20 * DAY, ends: Some(70 * DAY), used: Some(-5 * DAY), state: State::Paused },
    Example { name: "Phone widget", from: 2, write: 0, read: 1, made: -2, ends: Some(30 * DAY), used: None, state: State::Live },
    Example { name: "Old webhook relay", from: 1, write: 1, read: 0, made: -102 * DAY, ends: Some(-12 * DAY), used: Some(-13 * DAY), state: State::Live },
    Example { name: "Old laptop", from: 6, write: 1, read: 4, made: -300 * DAY, ends: None, used: Some(-31 * DAY), state: State::Revoked },
];

pub fn run(config: &Config) -> Result<(), Stop> {
    let db = server::open_database(config)?;
    let manage = server::manage(config, db.clone())?;
    let now = clock().now();
    // Random, so that no demonstration leaves a known password behind.
    let password = random_text();
    block_on(async {
        if manage.has_people().await? {
            let sentence =
                "this database has people already; the demonstration fills only an empty one";
            return Err(Stop::Said(sentence.to_owned()));
        }
        let mut with_tokens = Vec::new();
        for (name, display_name, role) in [
            ("ada", "Ada Nyström", Role::Admin),
            ("bo", "Bo Lindqvist", Role::Member),
            ("vera", "Vera Okafor", Role::Viewer),
        ] {
            let person = person(name, display_name, role)?;
            let about = [name, display_name];
            let chosen = NewPassword::choose(&password, &about)
                .map_err(|sentence| Fault::new("choosing a password", sentence))?;
            let user = manage.add_person(person, chosen, before(now, 301 * DAY)).await?;
            if role != Role::Member {
                with_tokens.push(user);
            }
        }
        Ok(fill(&db, config, with_tokens, now).await?)
    })?;
    println!(
        "Filled the database: ada (admin) and vera (viewer) have tokens in every state, bo (member) has none."
    );
    println!(
        "Sign in at {} as ada, bo or vera with the password {password}",
        config.settings.own_url()
    );
    Ok(())
}

fn person(name: &str, display_name: &str, role: Role) -> Result<NewPerson, Fault> {
    let wrong = |sentence| Fault::new("making up a person", sentence);
    Ok(NewPerson {
        name: UserName::parse(name).map_err(wrong)?,
        display_name: DisplayName::parse(display_name).map_err(wrong)?,
        email: Some(Email::parse(&format!("{name}@fernhill.example")).map_err(wrong)?),
        role,
    })
}

async fn fill(db: &Db, config: &Config, people: Vec<User>, now: Now) -> Outcome<()> {
    let (prefix, catalogue) = (config.prefix.clone(), config.catalogue.clone());
    let services: Vec<_> =
        catalogue.services().iter().map(|service| (service.key.clone(), service.highest)).collect();
    db.write(move |tx| {
        let mut told: Vec<Event> = Vec::new();
        for (user, example) in
            people.iter().flat_map(|user| EXAMPLES.iter().map(move |e| (user, e)))
        {
            let mut grants = Grants::default();
            let from = example.from % services.len();
            let services = services[from..].iter().chain(&services[..from]);
            for (at, (key, highest)) in services.enumerate() {
                if at < example.write {
                    grants.grant(key.clone(), Grant::Access(*highest));
                } else if at < example.write.saturating_add(example.read) {
                    grants.grant(key.clone(), Grant::Access(Access::Read));
                }
            }
            let name =
                TokenName::parse(example.name).map_err(|e| Fault::new("naming a token", e))?;
            let grants = grants.within(&catalogue, user.ceiling());
            let (description, networks) = (Description::default(), Networks::default());
            let expires = Choice::Never;
            let draft = Draft { name, description, expires, grants, networks, per_minute: None };
            let end = |hours| Expiry::after((now.at() + TimeDelta::hours(hours)).date_naive());
            let expiry = example.ends.and_then(end).unwrap_or(Expiry::Never);
            let made = before(now, -example.made);
            let issued = Issued::mint(&user.id, &draft, expiry, &prefix, made);
            let words = issued.token.grants.summary(&catalogue).to_string();
            told.push(generated(user, &issued.token, format!("{words}."), made));
            store(tx, example, issued, (&prefix, &catalogue), now)?;
        }
        // In the order in which it happened.
        told.sort_by_key(|event| event.at);
        Ok(told.iter().try_for_each(|event| events::record(tx, event))?)
    })
    .await
}

fn store(
    tx: &mut Conn,
    example: &Example,
    mut issued: Issued,
    (prefix, catalogue): (&Prefix, &Catalogue),
    now: Now,
) -> Result<(), Failure> {
    let id = issued.token.id.clone();
    issued.token.paused = (example.state == State::Paused).then(|| now.at());
    tokens::insert(tx, &issued.token, &issued.secret.digest())?;
    if let Some(hours) = example.used {
        let at = now.at() + TimeDelta::hours(hours) - TimeDelta::minutes(4);
        issued.token.last_use = Some(uses::until(tx, &issued.token, at)?);
        uses::refused(tx, &issued.token, catalogue, at)?;
    }
    match example.state {
        State::Live | State::Paused => {}
        State::Revoked => drop(tokens::revoke(tx, &id, now)?),
        State::Renewed => {
            let before = issued.token.clone();
            let anew = Issued::anew(issued.token, prefix, now);
            let former = tokens::replace_digest(tx, &id, &anew.secret.digest())?;
            former_secrets::insert(tx, &former, &before, now.at() + TimeDelta::hours(24))?;
            tokens::update(tx, &anew.token, &before)?;
        }
    }
    Ok(())
}

fn generated(user: &User, token: &Token, words: String, at: Now) -> Event {
    let actor = Actor {
        user: user.clone(),
        client: Client::default(),
        confirmed: None,
        has_password: true,
        fresh: None,
        entrusted: None,
    };
    Event::about_token(Kind::TokenGenerated, &actor, token, words, at)
}

fn before(now: Now, hours: i64) -> Now {
    Now::new(now.at() - TimeDelta::hours(hours))
}
