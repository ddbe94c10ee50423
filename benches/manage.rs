//! Generating a token through the real form, password and all, beside one bare argon2id hash of the same parameters,
//! in one process and in turns.

mod common;
#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::time::Instant;

use chrono::TimeDelta;
use latchkey::domain::id::{Nonce, UserId};
use latchkey::domain::password::{Password, PasswordHash};
use latchkey::domain::time::Now;
use latchkey::store::tokens;
use reqwest::{Method, StatusCode};

use common::seed::{PASSWORD, Seeder};
use common::{Scratch, median, server};
use support::browse::Browser;
use support::page::FormOnPage;
use support::people::sign_in;

/// How many tokens the list behind the dialog shows, beside the new one.
const LISTED: usize = 20;
const WARM_UP: usize = 5;
const TURNS: usize = 100;

fn main() {
    common::run(async || {
        let scratch = Scratch::new();
        measure(scratch.path()).await;
    });
}

async fn measure(folder: &Path) {
    let seeder = Seeder::open(folder);
    let (owner, _) = seeder.person("ada", LISTED).await;
    let browser = Browser::new(&format!("http://{}", server::start(folder).await));
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
        let took = (generate(&browser, &form).await, hash());
        revoke(&seeder, owner.clone(), name).await;
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

/// Milliseconds from sending the form to the last byte of the page that shows the token.
async fn generate(browser: &Browser, form: &FormOnPage) -> f64 {
    let request = browser.request(Method::POST, &form.action).form(&form.fields);
    let start = Instant::now();
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let page = response.text().await.expect("a page");
    let took = start.elapsed();
    assert_eq!(status, StatusCode::OK, "{page}");
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
