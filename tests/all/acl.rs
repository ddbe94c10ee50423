//! Who is answered what: every route and method of the table, for every kind of person. A route without a rule here fails.

mod answers;
mod rules;

use std::collections::BTreeSet;

use latchkey::config::SAMPLE;
use latchkey::domain::id::Nonce;
use latchkey::domain::second_factor::TotpKey;
use latchkey::domain::user::{DisplayName, UserName};
use latchkey::manage::service_accounts::{Hand, NewAccount};
use latchkey::store::tokens;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, StatusCode};

use answers::Answer::{Absent, Machine};
use answers::answer;
use rules::RULES;

use crate::support::App;
use crate::support::browse::Browser;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person};

const APP: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// The table that the server is built from: method and path of each route.
fn routes() -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for part in include_str!("../../src/web/routes.rs").split("resource(\"").skip(1) {
        let path = part.split('"').next().expect("a path");
        let path = if path == "/{name}" { "/static/{name}" } else { path };
        let routed = part.split(".route(").skip(1).map(|route| match route {
            route if route.starts_with("route().to(") => "ANY",
            route if route.starts_with("get(") => "GET",
            route => route.split_once("().to(").map_or(route, |(method, _)| method),
        });
        routes.extend(routed.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    assert!(routes.len() > 30, "{routes:?}");
    routes
}

/// ACL-06
#[test]
fn every_route_has_its_rule_and_every_rule_its_route() {
    let routes = routes();
    let rules: BTreeSet<String> = RULES.iter().map(|(route, _)| (*route).to_owned()).collect();
    let without: Vec<_> = routes.difference(&rules).collect();
    assert!(without.is_empty(), "tests/all/acl.rs says of none of these who may: {without:?}");
    let gone: Vec<_> = rules.difference(&routes).collect();
    assert!(gone.is_empty(), "there is no such route: {gone:?}");
}

/// One kind of person, with a token of their own.
struct Kind {
    browser: Browser,
    person: Option<Person>,
    token: String,
    csrf: String,
    changed: String,
    /// What an authenticator app shows that knows the key `APP`.
    code: String,
    account: Account,
}

/// A service account of a team, with a token.
struct Account {
    name: String,
    token: String,
    changed: String,
    value: String,
}

impl Account {
    async fn anew(app: &App, name: String) -> Self {
        let display_name = DisplayName::parse(&name).expect("a name");
        let username = UserName::parse(&name).expect("a name");
        let new = NewAccount { name: username, display_name, team: "web".to_owned() };
        let made = app.application.manage.add_service_account(Hand::Operator, new, app.now());
        let made = made.await.unwrap_or_else(|failure| panic!("{failure:?}"));
        let owner = Person { browser: app.guest(), name: name.clone(), id: made.id.clone() };
        let value = owner.has_token(app).await;
        let tokens = app.database.read(move |c| Ok(tokens::of_owner(c, &made.id)?)).await;
        Self {
            name,
            token: tokens[0].id.as_str().to_owned(),
            changed: tokens[0].changed.timestamp_micros().to_string(),
            value,
        }
    }
}

impl Kind {
    /// A guest, a viewer, a member or an admin whom nobody has met before.
    async fn anew(app: &App, role: &str, number: usize) -> Self {
        let name = format!("{role}-{number}");
        let person = match role {
            "guest" => None,
            "viewer" => Some(app.viewer(&name).await),
            "member" => Some(app.member(&name).await),
            _ => Some(app.admin(&name).await),
        };
        let browser = person.as_ref().map_or_else(|| app.guest(), |person| person.browser.clone());
        let mut kind = Self {
            browser,
            person,
            token: "AAAAAAAAAAAAAAAA".to_owned(),
            csrf: String::new(),
            changed: String::new(),
            code: TotpKey::parse(APP).expect("a key").code(app.now()),
            account: Account::anew(app, format!("bot-of-{name}")).await,
        };
        if let Some(person) = &kind.person {
            person.has_tokens(app, 1).await;
            let owner = person.id.clone();
            let tokens = app.database.read(move |c| Ok(tokens::of_owner(c, &owner)?)).await;
            kind.token = tokens[0].id.as_str().to_owned();
            let page = person.opens(&format!("/account/tokens/{}", kind.token)).await;
            let form = page.form("Save changes");
            (kind.csrf, kind.changed) = (form.value("csrf"), form.value("changed"));
        }
        kind
    }

    /// What any form asks for, filled in well.
    fn fills_in(&self, path: &str, token: &str) -> Vec<(&'static str, String)> {
        let nonce = Nonce::random();
        let newcomer = nonce.as_str().to_lowercase();
        let own = self.person.as_ref().map_or("", |person| &person.name);
        let is_accounts = path.contains("{account}");
        let (own, changed) = if is_accounts {
            (&*self.account.name, &self.account.changed)
        } else {
            (own, &self.changed)
        };
        let email = format!("{newcomer}@fernhill.example");
        let fields = [
            ("csrf", self.csrf.as_str()),
            ("id", token),
            ("changed", changed),
            ("nonce", nonce.as_str()),
            ("password", PASSWORD),
            ("new", "seven brass owls knit"),
            ("username", &newcomer),
            ("typed", own),
            ("email", &email),
            ("role", "member"),
            ("dates", "words"),
            ("team", "web"),
            ("theme", "system"),
            ("name", "Night job"),
            ("zone", "UTC"),
            ("expires", "90"),
            ("access.git", "read"),
            ("deed", "pause"),
            ("overlap", "0"),
            ("q", "night"),
            ("end", "others"),
            ("service", "git"),
            ("key", APP),
            ("code", &self.code),
        ];
        fields.map(|(name, text)| (name, text.to_owned())).to_vec()
    }

    /// The token that a path is about.
    fn token(&self, path: &str) -> &str {
        if path.contains("{account}") { &self.account.token } else { &self.token }
    }

    /// Asks for a route about this token. Every form is sent with what any of them asks for, filled in well.
    async fn asks(&self, method: &Method, path: &str, token: &str) -> Page {
        let query = match path {
            "/account/tokens/revocation" | "/service-accounts/{account}/tokens/revocation" => {
                "?all=yes"
            }
            path if path.ends_with("/export") => "?format=csv",
            path if path.starts_with("/verify") => "?service=git&access=read",
            _ => "",
        };
        let form = self.fills_in(path, token);
        let path = path.replace("{id}", token).replace("{path:.*}", "x");
        let path = path.replace("{account}", &self.account.name);
        let path = path.replace("{name}", "style.css").replace("{service}", "builds") + query;
        let request = self.browser.request(method.clone(), &path);
        if method != Method::POST {
            return self.browser.send(request).await;
        }
        self.browser.send(request.form(&form)).await
    }
}

/// With a team that limits nothing.
async fn app() -> App {
    let team = "[[teams]]\nkey = \"web\"\nname = \"Web\"\n";
    App::with(&format!("{SAMPLE}\n{team}"), &[]).await
}

const KINDS: [&str; 4] = ["guest", "viewer", "member", "admin"];

/// ACL-06, and ACL-01 of every route: another's token is absent, for admins too.
#[actix_web::test]
async fn every_route_answers_each_kind_of_person_as_the_table_says() {
    let app = app().await;
    let other = Kind::anew(&app, "member", 1_000).await;
    for (place, role) in KINDS.into_iter().enumerate() {
        let mut kind = Kind::anew(&app, role, 0).await;
        for (number, (route, rule)) in RULES.iter().enumerate() {
            let (method, path) = route.split_once(' ').expect("method and path");
            let method = if method == "ANY" { Method::PUT } else { method.parse().expect(method) };
            let expected = rule[place];
            if path.contains("{id}") && role != "guest" {
                let page = kind.asks(&method, path, &other.token).await;
                assert_eq!(answer(&page, Absent), Absent, "{route} of another, for a {role}");
            }
            let page = kind.asks(&method, path, kind.token(path)).await;
            assert_eq!(answer(&page, expected), expected, "{route} for a {role}: {}", page.text);
            if method == Method::GET {
                let head = kind.asks(&Method::HEAD, path, kind.token(path)).await;
                assert_eq!(head.status, page.status, "HEAD {path} for a {role}");
            } else if method == Method::POST && kind.person.is_some() {
                // Their password, session or token may be another by now.
                kind = Kind::anew(&app, role, number + 1).await;
            }
        }
    }
}

/// ACL-06, SVC-05: for the people of its team an account's tokens are as their own.
#[actix_web::test]
async fn every_route_of_an_account_answers_the_people_of_its_team_as_that_of_their_own_tokens() {
    let app = app().await;
    for (place, role) in [(1, "viewer"), (2, "member")] {
        for (number, (route, rule)) in RULES.iter().enumerate() {
            if !route.contains("{account}") {
                continue;
            }
            let own = ["tokens", "activity"].iter().fold((*route).to_owned(), |route, noun| {
                let of_account = format!("/service-accounts/{{account}}/{noun}");
                route.replace(&of_account, &format!("/account/{noun}"))
            });
            let own = RULES.iter().find(|(known, _)| *known == own && own != *route);
            let expected = own.map_or(rule[place], |(_, own)| own[place]);
            let kind = Kind::anew(&app, role, number).await;
            app.joins(&kind.person.as_ref().expect("somebody").name, "web").await;
            let (method, path) = route.split_once(' ').expect("method and path");
            let method = method.parse().expect("a method");
            let page = kind.asks(&method, path, kind.token(path)).await;
            assert_eq!(answer(&page, expected), expected, "{route} for a {role}: {}", page.text);
        }
    }
}

/// ACL-06, ACL-03, SVC-07: nobody is behind a service account; its token opens what is for machines, and no page.
#[actix_web::test]
async fn every_page_answers_a_service_account_as_a_guest() {
    let app = app().await;
    app.member("ada").await;
    let guest = Kind::anew(&app, "guest", 0).await;
    let bearer = format!("Bearer {}", guest.account.value);
    let headers = [(AUTHORIZATION, HeaderValue::from_str(&bearer).expect("a header"))];
    let browser = Browser::with_headers(&app.base, headers.into_iter().collect());
    let account = Kind { browser, ..guest };
    for (route, rule) in RULES {
        let (method, path) = route.split_once(' ').expect("method and path");
        if matches!(rule[0], Machine(_)) {
            continue;
        }
        let page = account.asks(&method.parse().expect(method), path, account.token(path)).await;
        assert_eq!(answer(&page, rule[0]), rule[0], "{route}: {}", page.text);
    }
    for path in ["/verify", "/verify/{path:.*}", "/api/v1/token"] {
        assert_eq!(account.asks(&Method::GET, path, "").await.status, StatusCode::OK, "{path}");
    }
}

#[actix_web::test]
async fn a_method_that_is_not_in_the_table_is_nobodys() {
    let app = app().await;
    let root = Kind::anew(&app, "admin", 0).await;
    let routes = routes();
    let paths = routes.iter().map(|route| route.split_once(' ').expect("a path").1);
    for path in paths.collect::<BTreeSet<_>>() {
        let is_any = routes.contains(&format!("ANY {path}"));
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if is_any || path == "/metrics" || routes.contains(&format!("{method} {path}")) {
                continue;
            }
            let page = root.asks(&method.parse().expect(method), path, &root.token).await;
            assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
}
