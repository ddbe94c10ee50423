//! The people of the tests: they sign in through the real form and do things by the names of buttons.

use std::future::{Future, IntoFuture};
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use latchkey::domain::expiry::{Choice, Expiry};
use latchkey::domain::grants::Grants;
use latchkey::domain::id::{TokenId, UserId};
use latchkey::domain::networks::Networks;
use latchkey::domain::password::{Password, PasswordHash};
use latchkey::domain::secret::Prefix;
use latchkey::domain::time::Now;
use latchkey::domain::token::{Description, Draft, Issued, TokenName};
use latchkey::domain::usage::Uses;
use latchkey::domain::user::{Dates, DisplayName, Email, Role, User, UserName};
use latchkey::store::conn::Conn;
use latchkey::store::{tokens, users, uses};
use reqwest::StatusCode;

use super::App;
use super::browse::Browser;
use super::page::Page;

pub const PASSWORD: &str = "plum tractor ninety gull";

/// Hashed once: the tests are about everything else.
fn hash() -> PasswordHash {
    static HASH: OnceLock<PasswordHash> = OnceLock::new();
    let make = || {
        let password = Password::typed(PASSWORD).expect("a password");
        PasswordHash::of(&password).unwrap_or_else(|fault| panic!("{fault}"))
    };
    HASH.get_or_init(make).clone()
}

/// A hash of the same password with weaker parameters than today's.
pub fn older_hash() -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
    let weaker = Params::new(8 * 1024, 1, 1, None).expect("parameters");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, weaker);
    argon2.hash_password(PASSWORD.as_bytes()).expect("a hash").to_string()
}

pub struct Person {
    pub browser: Browser,
    pub name: String,
    pub id: UserId,
}

impl Person {
    /// Adds a person who has not signed in.
    pub async fn add(app: &App, name: &str, role: &str) -> UserId {
        let user = User {
            id: UserId::random(),
            name: UserName::parse(name).expect("a name"),
            display_name: DisplayName::parse(&format!("{name} Nyström")).expect("a name"),
            email: Some(Email::parse(&format!("{name}@fernhill.example")).expect("an address")),
            role: Role::parse(role).expect("a role"),
            created: app.now().at(),
            disabled: None,
            zone: chrono_tz::Tz::UTC,
            teams: std::sync::Arc::default(),
            dates: Dates::default(),
            theme: None,
            owned_by: None,
        };
        let id = user.id.clone();
        app.database.write(move |tx| Ok(users::insert(tx, &user, &hash())?)).await;
        id
    }

    pub async fn signed_in(app: &App, name: &str, role: &str) -> Self {
        let id = Self::add(app, name, role).await;
        let browser = app.guest();
        let page = sign_in(&browser, name, PASSWORD).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        Self { browser, name: name.to_owned(), id }
    }

    /// Another browser of the same person.
    pub async fn elsewhere(&self) -> Browser {
        let browser = Browser::new(&self.browser.base);
        let page = sign_in(&browser, &self.name, PASSWORD).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        browser
    }

    pub async fn opens(&self, path: &str) -> Page {
        self.browser.open(path).await
    }

    /// Fills in and sends the form that generates a token; `.await` gives what came of it.
    pub fn generates<'a>(&'a self, name: &'a str) -> Generating<'a> {
        Generating { person: self, name, grants: Vec::new(), expires: "90", networks: "" }
    }

    /// The address of a token's own page, by the token's name.
    pub async fn page_of(&self, app: &App, name: &str) -> String {
        let owner = self.id.clone();
        let tokens = app.database.read(move |c| Ok(tokens::of_owner(c, &owner)?)).await;
        let token = tokens.iter().find(|token| token.name.as_str() == name).expect("the token");
        format!("/account/tokens/{}", token.id.as_str())
    }

    /// Has a token been used so often on a day, the last time at this one.
    pub async fn used(&self, app: &App, name: &str, at: DateTime<Utc>, count: u64) {
        let path = self.page_of(app, name).await;
        let token = path.rsplit('/').next().and_then(TokenId::parse).expect("its id");
        let address = Some(Ipv4Addr::new(192, 0, 2, 7).into());
        let uses = Uses { token, at, address, agent: "curl/8.5".into(), count };
        let owner = self.id.clone();
        let add = move |tx: &mut Conn| Ok(uses::add(tx, &[(owner.clone(), vec![uses.clone()])])?);
        app.database.write(add).await;
    }

    /// Fills in the dialog that regenerates a token, and sends it. `overlap` is in hours.
    pub async fn regenerates(&self, app: &App, name: &str, overlap: &str) -> Page {
        let path = self.page_of(app, name).await + "/secret";
        let form = self.opens(&path).await.form("Regenerate").fill("Your password", PASSWORD);
        self.browser.submit(&form.fill("Old value stops working", overlap)).await
    }

    /// Puts so many tokens into the table, named token-00, token-01 and so on, each a minute older than the one before.
    pub async fn has_tokens(&self, app: &App, count: u32) {
        let (owner, now) = (self.id.clone(), app.now());
        let make = move |tx: &mut Conn| {
            for number in 0..count {
                let draft = draft(&format!("token-{number:02}"));
                let made = Now::new(now.at() - chrono::TimeDelta::minutes(i64::from(number) + 1));
                let prefix = Prefix::parse("lk").expect("a prefix");
                let issued = Issued::mint(&owner, &draft, Expiry::Never, &prefix, made);
                tokens::insert(tx, &issued.token, &issued.secret.digest())?;
            }
            Ok(())
        };
        app.database.write(make).await;
    }

    /// Puts a token into the table that reads Git, and answers with its value.
    pub async fn has_token(&self, app: &App) -> String {
        let prefix = Prefix::parse("lk").expect("a prefix");
        let draft = draft("token-00");
        let issued = Issued::mint(&self.id, &draft, Expiry::Never, &prefix, app.now());
        let (token, digest) = (issued.token.clone(), issued.secret.digest());
        app.database.write(move |tx| Ok(tokens::insert(tx, &token, &digest)?)).await;
        issued.secret.expose().to_owned()
    }

    /// Revokes a token by its name in the list.
    pub async fn revokes(&self, name: &str) -> Page {
        let list = self.opens("/account/tokens").await;
        let link = list.link(&format!("Revoke {name}")).expect("its link");
        let form = self.opens(&link).await.form("Revoke token");
        self.browser.submit(&form.fill("Your password", PASSWORD)).await
    }

    /// What the list says of a token.
    pub async fn sees(&self, name: &str) -> Option<Vec<String>> {
        self.opens("/account/tokens").await.row(name)
    }
}

fn draft(name: &str) -> Draft {
    Draft {
        name: TokenName::parse(name).expect("a name"),
        description: Description::default(),
        expires: Choice::Never,
        grants: Grants::parse("git:read").expect("grants"),
        networks: Networks::default(),
        per_minute: None,
    }
}

pub async fn sign_in(browser: &Browser, name: &str, password: &str) -> Page {
    let form = browser.open("/sign-in").await.form("Sign in");
    browser.submit(&form.fill("Username", name).fill("Password", password)).await
}

pub struct Generating<'a> {
    person: &'a Person,
    name: &'a str,
    grants: Vec<(&'a str, &'a str)>,
    expires: &'a str,
    networks: &'a str,
}

impl<'a> Generating<'a> {
    /// By the service's name and the words on the button.
    pub fn with(mut self, service: &'a str, access: &'a str) -> Self {
        self.grants.push((service, access));
        self
    }

    pub fn expiring(mut self, value: &'a str) -> Self {
        self.expires = value;
        self
    }

    /// Bound to addresses or networks.
    pub fn only_from(mut self, networks: &'a str) -> Self {
        self.networks = networks;
        self
    }

    pub async fn page(self) -> Page {
        let form = self.person.opens("/account/tokens/new").await.form("Generate token");
        let form = form.fill("Name", self.name).fill("Expires", self.expires);
        let form = form.fill("Allowed addresses", self.networks);
        let choose = |form: super::form::FormOnPage, (service, access): &(&str, &str)| {
            form.choose(service, access)
        };
        let form = self.grants.iter().fold(form, choose);
        self.person.browser.submit(&form.fill("Your password", PASSWORD)).await
    }
}

impl<'a> IntoFuture for Generating<'a> {
    type Output = String;
    type IntoFuture = Pin<Box<dyn Future<Output = String> + 'a>>;

    /// The value, shown once.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let page = self.page().await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.text);
            page.secret().expect("the token's value")
        })
    }
}
