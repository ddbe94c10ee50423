//! Through the real forms, in one process and in turns: generating a token, password and all, beside one bare argon2id
//! hash of the same parameters; and signing in with a name that nobody has beside a wrong password for a known one.

mod common;
#[path = "../tests/support/mod.rs"]
mod support;

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Instant;

use chrono::TimeDelta;
use latchkey::domain::id::{Nonce, UserId};
use latchkey::domain::password::{Password, PasswordHash};
use latchkey::domain::time::Now;
use latchkey::store::tokens;
use reqwest::header::{HOST, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode};

use common::seed::{PASSWORD, Seeder};
use common::{Scratch, median, ratio, server};
use support::browse::Browser;
use support::form::FormOnPage;
use support::people::sign_in;

/// How many tokens the list behind the dialog shows, beside the new one.
const LISTED: usize = 20;
const WARM_UP: usize = 5;
const TURNS: usize = 100;
/// Names of each kind that try to sign in, and how often each does, below what slows a person.
const NAMES: usize = 25;
const TRIES: usize = 20;
/// How often each asks for a link, as often as one may.
const ASKED: usize = 3;

fn main() {
    common::run(async || {
        let scratch = Scratch::new();
        measure(scratch.path()).await;
    });
}

async fn measure(folder: &Path) {
    let seeder = Seeder::open(folder);
    let base = format!("http://{}", server::start(folder).await);
    generating(&seeder, &base).await;
    signing_in(&seeder, &base).await;
    forgetting(folder).await;
}

async fn generating(seeder: &Seeder, base: &str) {
    let (owner, _) = seeder.person("ada", LISTED).await;
    let browser = Browser::new(base);
    let page = sign_in(&browser, "ada", PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let form = browser.open("/account/tokens/new").await.form("Generate token");
    let form = form.choose("Builds", "Read & write").choose("Git", "Read");
    let mut form = form.fill("Your password", PASSWORD);
    let (mut generating, mut hashing) = (Vec::new(), Vec::new());
    for turn in 0..WARM_UP + TURNS {
        let name = format!("Deploy key {turn}");
        form.set("name", &name);
        form.set("nonce", Nonce::random().as_str());
        let took = (answered(post(&browser, &form), StatusCode::OK).await, hash());
        revoke(seeder, owner.clone(), name).await;
        if turn >= WARM_UP {
            generating.push(took.0);
            hashing.push(took.1);
        }
    }
    let (generating, hashing) = (median(generating), median(hashing));
    println!(
        "generating a token: {generating:.1} ms, one bare argon2id hash: {hashing:.1} ms, ratio {:.2} (medians of {TURNS})",
        generating / hashing,
    );
}

/// Two known names beside each other tell how much of the ratio is chance.
async fn signing_in(seeder: &Seeder, base: &str) {
    let browser = Browser::new(base);
    let mut form =
        browser.open("/sign-in").await.form("Sign in").fill("Password", "a wrong password");
    const KINDS: [&str; 3] = ["unknown", "known-a", "known-b"];
    for number in 0..NAMES {
        seeder.person(&format!("known-a-{number:02}"), 1).await;
        seeder.person(&format!("known-b-{number:02}"), 1).await;
    }
    let mut took = [const { Vec::new() }; KINDS.len()];
    for turn in 0..NAMES * TRIES {
        for place in 0..KINDS.len() {
            // Each kind comes first, second and last alike.
            let kind = (turn + place) % KINDS.len();
            form.set("username", &format!("{}-{:02}", KINDS[kind], turn % NAMES));
            // From an address of its own, so that no try is slowed.
            let number = u32::try_from(turn * KINDS.len() + place).expect("a small number");
            let from = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 0).to_bits() + number);
            let request = post(&browser, &form).header("x-forwarded-for", from.to_string());
            took[kind].push(answered(request, StatusCode::UNPROCESSABLE_ENTITY).await);
        }
    }
    let [unknown, known, other] = &took;
    println!(
        "signing in with an unknown name: {:.1} ms, with a wrong password for a known one: {:.1} ms, ratio {}; two known ones: ratio {}",
        median(unknown.clone()),
        median(known.clone()),
        ratio(unknown, known, NAMES),
        ratio(other, known, NAMES),
    );
}

/// The same for a forgotten password: the mails go nowhere, which nobody waits for.
async fn forgetting(folder: &Path) {
    const PUBLIC: &str = "http://keys.example";
    let settings = [
        ("public_url", PUBLIC),
        ("mail_url", "smtp://127.0.0.1:9?tls=none"),
        ("mail_from", "latchkey@fernhill.example"),
    ];
    let (address, _) = server::start_with(folder, &settings).await;
    let host = [(HOST, HeaderValue::from_static("keys.example"))];
    let browser = Browser::with_headers(&format!("http://{address}"), host.into_iter().collect());
    let mut form = browser.open("/forgotten").await.form("Mail me a link");
    const KINDS: [&str; 3] = ["unknown", "known-a", "known-b"];
    let mut took = [const { Vec::new() }; KINDS.len()];
    for turn in 0..NAMES * ASKED {
        for place in 0..KINDS.len() {
            let kind = (turn + place) % KINDS.len();
            form.set("who", &format!("{}-{:02}", KINDS[kind], turn % NAMES));
            let number = u32::try_from(turn * KINDS.len() + place).expect("a small number");
            let from = Ipv4Addr::from_bits(Ipv4Addr::new(10, 128, 0, 0).to_bits() + number);
            let request = post(&browser, &form).header("x-forwarded-for", from.to_string());
            took[kind].push(answered(request, StatusCode::SEE_OTHER).await);
        }
    }
    let [unknown, known, other] = &took;
    println!(
        "asking for a link with an unknown name: {:.1} ms, with a known one: {:.1} ms, ratio {}; two known ones: ratio {}",
        median(unknown.clone()),
        median(known.clone()),
        ratio(unknown, known, NAMES),
        ratio(other, known, NAMES),
    );
}

fn post(browser: &Browser, form: &FormOnPage) -> RequestBuilder {
    browser.request(Method::POST, &form.action).form(&form.fields)
}

/// Milliseconds from sending a request to the last byte of its answer.
async fn answered(request: RequestBuilder, wanted: StatusCode) -> f64 {
    let start = Instant::now();
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let page = response.text().await.expect("a page");
    let took = start.elapsed();
    assert_eq!(status, wanted, "{page}");
    took.as_secs_f64() * 1e3
}

/// Milliseconds of one hash, with the parameters that passwords are stored with.
fn hash() -> f64 {
    let password = Password::typed(PASSWORD).expect("a password");
    let start = Instant::now();
    let hash = PasswordHash::of(&password);
    let took = start.elapsed();
    assert!(hash.is_ok_and(|hash| !hash.is_outdated()));
    took.as_secs_f64() * 1e3
}

/// Takes the new token out of the list again, so that every turn has the same to do.
async fn revoke(seeder: &Seeder, owner: UserId, name: String) {
    let now = Now::new(common::server::begin() + TimeDelta::days(1));
    let done = seeder.db.write(move |tx| {
        let listed = tokens::of_owner(tx, &owner)?;
        let token = listed.iter().find(|token| token.name.as_str() == name);
        assert!(tokens::revoke(tx, &token.expect("the new token").id, now)?);
        Ok(())
    });
    done.await.expect("a revocation");
}
