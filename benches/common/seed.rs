//! People and their tokens, put into a fresh database through the store's own functions.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use latchkey::domain::expiry::{Choice, Expiry};
use latchkey::domain::grants::Grants;
use latchkey::domain::id::{TokenId, UserId};
use latchkey::domain::networks::Networks;
use latchkey::domain::password::{Password, PasswordHash};
use latchkey::domain::secret::{Prefix, Secret};
use latchkey::domain::time::Now;
use latchkey::domain::token::{Description, Draft, Issued, TokenName};
use latchkey::domain::usage::Uses;
use latchkey::domain::user::{Dates, DisplayName, Email, Role, User, UserName};
use latchkey::store::{Db, bulk, tokens, users, uses};

use super::server;

pub const PASSWORD: &str = "plum tractor ninety gull";
/// What every token may do, of the sample catalogue's services.
const GRANTS: &str = "builds:read-write files:read git:read packages:read-write";

pub struct Seeder {
    pub db: Db,
    hash: PasswordHash,
}

impl Seeder {
    pub fn open(folder: &Path) -> Self {
        let db = latchkey::server::open_database(&server::config(folder, "127.0.0.1:0"));
        let password = Password::typed(PASSWORD).expect("a password");
        let hash = PasswordHash::of(&password).unwrap_or_else(|fault| panic!("{fault}"));
        Self { db: db.unwrap_or_else(|fault| panic!("{fault}")), hash }
    }

    /// Adds a member with so many live tokens, in one transaction; answers the tokens' values.
    pub async fn person(&self, name: &str, count: usize) -> (UserId, Vec<Secret>) {
        let user = user(name);
        let id = user.id.clone();
        let issued: Arc<Vec<Issued>> =
            Arc::new((0..count).map(|number| token(&user.id, number)).collect());
        let (hash, stored) = (self.hash.clone(), Arc::clone(&issued));
        let done = self.db.write(move |tx| {
            users::insert(tx, &user, &hash)?;
            for issued in stored.iter() {
                tokens::insert(tx, &issued.token, &issued.secret.digest())?;
            }
            let uses: Vec<Uses> = stored.iter().map(|issued| last_use(&issued.token.id)).collect();
            Ok(uses::add(tx, &[(user.id.clone(), uses)])?)
        });
        done.await.expect("a person with tokens");
        let issued = Arc::into_inner(issued).expect("tokens that nobody else holds");
        (id, issued.into_iter().map(|issued| issued.secret).collect())
    }
}

impl Seeder {
    /// Adds so many members, and deals so many live tokens out to them; answers the tokens' values.
    pub async fn crowd(&self, people: usize, tokens: usize) -> Vec<String> {
        let people: Vec<User> = (0..people).map(|n| user(&format!("person-{n:05}"))).collect();
        let ids: Vec<UserId> = people.iter().map(|user| user.id.clone()).collect();
        let hash = self.hash.clone();
        let done = self.db.write(move |tx| Ok(bulk::add_people(tx, &people, &hash)?));
        done.await.expect("people");
        let mut values = Vec::with_capacity(tokens);
        let mut owners = ids.iter().cycle().take(tokens).enumerate().peekable();
        while owners.peek().is_some() {
            let some = owners.by_ref().take(10_000);
            let issued = some.map(|(number, owner)| token(owner, number % 1_000)).collect();
            let issued: Arc<Vec<Issued>> = Arc::new(issued);
            let stored = issued.clone();
            let done = self.db.write(move |tx| Ok(bulk::add_tokens(tx, &stored)?));
            done.await.expect("tokens");
            values.extend(issued.iter().map(|issued| issued.secret.expose().to_owned()));
        }
        values
    }
}

/// A value of the right shape that belongs to nobody.
pub fn unknown() -> Secret {
    Secret::random(&Prefix::parse("lk").expect("a prefix"))
}

fn user(name: &str) -> User {
    User {
        id: UserId::random(),
        name: UserName::parse(name).expect("a name"),
        display_name: DisplayName::parse(&format!("{name} Lindqvist")).expect("a name"),
        email: Some(Email::parse(&format!("{name}@fernhill.example")).expect("an address")),
        role: Role::Member,
        created: server::begin() - TimeDelta::days(30),
        disabled: None,
        zone: chrono_tz::Tz::UTC,
        teams: Arc::default(),
        dates: Dates::default(),
        theme: None,
        owned_by: None,
    }
}

/// Names and lives are of one length, so that all answers about tokens are of one size.
fn token(owner: &UserId, number: usize) -> Issued {
    let draft = Draft {
        name: TokenName::parse(&format!("Token {number:03}")).expect("a name"),
        description: Description::default(),
        networks: Networks::default(),
        per_minute: None,
        expires: Choice::InDays(90),
        grants: Grants::parse(GRANTS).expect("grants"),
    };
    let age = TimeDelta::hours(i64::try_from(number).expect("a small number") + 1);
    let expiry =
        Expiry::after((server::begin() + TimeDelta::days(90)).date_naive()).expect("a day");
    let prefix = Prefix::parse("lk").expect("a prefix");
    Issued::mint(owner, &draft, expiry, &prefix, Now::new(server::begin() - age))
}

fn last_use(token: &TokenId) -> Uses {
    Uses {
        token: token.clone(),
        at: server::begin() - TimeDelta::minutes(4),
        address: Some(Ipv4Addr::new(192, 0, 2, 41).into()),
        agent: "curl/8.5.0".into(),
        count: 1,
    }
}
