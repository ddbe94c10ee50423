//! Signing in with a provider of others: `oidc-provider`, from npm, which runs here and has pages of its own to sign in.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use chrono::{TimeDelta, Utc};
use latchkey::config::SAMPLE;
use reqwest::StatusCode;

use crate::support::browse::Browser;
use crate::support::page::Page;
use crate::support::people::Person;
use crate::support::{App, OWN};

/// Where `tests/setup/tools.sh` puts it.
const LIBRARY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/provider/node_modules");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oauth/provider.mjs");
const CLIENT: &str = "latchkey";
const SECRET: &str = "hush%/+hush";
const GROUPS: &str = r#"
[[teams]]
key = "platform"
[identity]
[identity.groups]
"platform" = { role = "member", teams = ["platform"] }

[[services]]"#;

struct Provider {
    port: u16,
    algorithm: &'static str,
    callback: String,
    node: Option<Child>,
}

impl Provider {
    /// It and a Latchkey that is registered there.
    async fn start(algorithm: &'static str) -> (Self, App) {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("an address").port();
        let issuer = format!("http://127.0.0.1:{port}");
        let settings = [
            ("public_url", OWN),
            ("identity_issuer", issuer.as_str()),
            ("identity_client_id", CLIENT),
            ("identity_client_secret", SECRET),
            ("identity_name", "Fernhill"),
        ];
        let file = SAMPLE.replacen("\n[[services]]", GROUPS, 1);
        let app = App::with(&file, &settings).await;
        // Its clock is nobody's to set.
        app.jump_to(&Utc::now().to_rfc3339());
        Person::add(&app, "root", "admin").await;
        let callback = format!("{}/sign-in/identity/callback", app.base);
        let mut provider = Self { port, algorithm, callback, node: None };
        // Not before Latchkey has a port of its own.
        drop(free);
        provider.begins();
        (provider, app)
    }

    fn begins(&mut self) {
        let port = self.port.to_string();
        let settings = [
            ("LIBRARY", LIBRARY),
            ("PORT", &port),
            ("CLIENT", CLIENT),
            ("SECRET", SECRET),
            ("CALLBACK", &self.callback),
            ("SIGNED", self.algorithm),
        ];
        let mut command = Command::new("node");
        let command = command.arg(SCRIPT).envs(settings).stdout(Stdio::piped());
        let mut node = command.stderr(Stdio::null()).spawn().expect("node");
        // Left open, as it goes on talking.
        let words = node.stdout.as_mut().expect("its words");
        let said = BufReader::new(words).lines().next();
        assert_eq!(said.expect("a word").expect("text"), "ready");
        self.node = Some(node);
    }

    fn ends(&mut self) {
        if let Some(mut node) = self.node.take() {
            node.kill().expect("an end");
            node.wait().expect("an end");
        }
    }

    /// What it had begun is lost, and its keys are others.
    fn restarts(&mut self) {
        self.ends();
        self.begins();
    }

    /// Follows every redirect and fills in every form from there on, as somebody does in a browser. Answers with the
    /// address that leads back to us.
    async fn sends_back(&self, browser: &Browser, sent: &str, who: &str) -> String {
        let mut place = sent.to_owned();
        for _ in 0..10 {
            if place.starts_with(&self.callback) {
                return place.strip_prefix(&browser.base).expect("an address of ours").to_owned();
            }
            let page = browser.send(browser.client.get(&place)).await;
            let next = match page.location() {
                Some(next) => next,
                None => fills_in(browser, &page, &place, who).await,
            };
            place =
                url::Url::parse(&place).and_then(|at| at.join(&next)).expect("an address").into();
        }
        panic!("{sent} leads in circles")
    }

    async fn signs_in(&self, browser: &Browser, who: &str) -> Page {
        let sent = sent_to(browser, "/sign-in").await;
        browser.get(&self.sends_back(browser, &sent, who).await).await
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.ends();
    }
}

/// Somebody with a browser that names each host as its own.
fn stranger(app: &App) -> Browser {
    Browser::new(&app.base)
}

/// Where the sign-in page leads.
async fn sent_to(browser: &Browser, page: &str) -> String {
    let page = browser.open(page).await;
    let way = page.link("Sign in with Fernhill").expect("the way there");
    browser.get(&way).await.location().expect("the way on")
}

/// A page of the provider's: who one is, or whether Latchkey may know.
async fn fills_in(browser: &Browser, page: &Page, at: &str, who: &str) -> String {
    let asks_who = page.text.contains("name=\"login\"");
    assert!(
        asks_who || page.text.contains("value=\"consent\""),
        "{at}: {}: {}",
        page.status,
        page.text
    );
    let fields = match asks_who {
        true => vec![("prompt", "login"), ("login", who), ("password", "anything")],
        false => vec![("prompt", "consent")],
    };
    let answer = browser.send(browser.client.post(at).form(&fields)).await;
    answer.location().unwrap_or_else(|| panic!("{}: {}", answer.status, answer.text))
}

#[actix_web::test]
async fn a_real_provider_signs_people_in_and_confirms_what_they_change() {
    let (provider, app) = Provider::start("RS256").await;
    let browser = stranger(&app);
    let back = provider.signs_in(&browser, "ada").await;
    assert_eq!(back.location().as_deref(), Some("/account/tokens"), "{}", back.text);
    let page = browser.open("/account/activity").await;
    assert!(page.says("With Fernhill."), "{}", page.text);
    assert!(page.says("“platform”, by the groups of Fernhill."), "{}", page.text);
    let form = browser.open("/account/tokens/new").await.form("Generate token");
    let form = form.fill("Name", "CI runner").choose("Git", "Read").fill("Expires", "30");
    assert_eq!(browser.submit(&form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = browser.open("/account/confirmation").await;
    let page = browser.submit(&page.form("Confirm with Fernhill")).await;
    let sent = page.link("Go on to Fernhill").expect("the way there");
    let page = browser.send(browser.client.get(&sent)).await;
    let asks = page.location().expect("its page to sign in");
    assert!(
        asks.contains("/interaction/"),
        "signed in there a moment ago, and asked all the same: {asks}"
    );
    let back = provider.sends_back(&browser, &sent, "ada").await;
    assert_eq!(browser.open(&back).await.heading(), "Confirmed with Fernhill");
    let made = browser.submit(&form).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    assert!(made.secret().is_some());
    let page = provider.signs_in(&stranger(&app), "bo").await;
    assert!(page.says("None of your groups at Fernhill lets you in"), "{}", page.text);
}

#[actix_web::test]
async fn a_real_provider_restarted_in_the_middle_of_a_sign_in_is_begun_again_with() {
    let (mut provider, app) = Provider::start("ES256").await;
    assert_eq!(provider.signs_in(&stranger(&app), "ada").await.status, StatusCode::SEE_OTHER);
    let browser = stranger(&app);
    let sent = sent_to(&browser, "/sign-in?next=/account/sessions").await;
    let back = provider.sends_back(&browser, &sent, "ada").await;
    provider.restarts();
    let page = browser.get(&back).await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::FORBIDDEN, "Not signed in"));
    assert!(page.says("Begin again"), "{}", page.text);
    // It has other keys now, which are looked for after half a minute at the earliest.
    app.wait(TimeDelta::seconds(31));
    let sent = sent_to(&browser, &page.link("Begin again").expect("a link")).await;
    let back = provider.sends_back(&browser, &sent, "ada").await;
    assert_eq!(browser.get(&back).await.location().as_deref(), Some("/account/sessions"));
}

#[actix_web::test]
async fn a_real_provider_that_went_away_in_the_middle_is_said_to_be_away() {
    let (mut provider, app) = Provider::start("ES256").await;
    let browser = stranger(&app);
    let sent = sent_to(&browser, "/sign-in").await;
    let back = provider.sends_back(&browser, &sent, "ada").await;
    provider.ends();
    let page = browser.get(&back).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.text);
    assert!(page.says("Fernhill doesn’t answer right now. Nothing is lost"), "{}", page.text);
    provider.begins();
    let sent = sent_to(&browser, &page.link("Begin again").expect("a link")).await;
    let back = provider.sends_back(&browser, &sent, "ada").await;
    assert_eq!(browser.get(&back).await.location().as_deref(), Some("/account/tokens"));
}
