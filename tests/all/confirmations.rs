//! `/account/confirmation`: who has no password here signs in at the provider once more before a change.

#![allow(clippy::disallowed_methods, reason = "json! unwraps what cannot fail")]

use chrono::TimeDelta;
use latchkey::config::SAMPLE;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::App;
use crate::support::browse::Browser;
use crate::support::form::FormOnPage;
use crate::support::page::Page;
use crate::support::provider::Provider;

async fn signed_in(provider: &Provider, file: &[(&'static str, &str)]) -> (App, Browser) {
    let app = provider.at(SAMPLE, file).await;
    let browser = app.guest();
    assert_eq!(provider.signs_in(&browser).await.status, StatusCode::SEE_OTHER);
    (app, browser)
}

pub async fn filled(browser: &Browser, name: &str) -> FormOnPage {
    let form = browser.open("/account/tokens/new").await.form("Generate token");
    form.fill("Name", name).choose("Git", "Read").fill("Expires", "30")
}

/// As from the new tab that the button opens: to the provider, and the address that it sends back to.
async fn way_back(provider: &Provider, browser: &Browser) -> String {
    let page = browser.open("/account/confirmation").await;
    let page = browser.submit(&page.form("Confirm with Fernhill")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let sent = page.link("Go on to Fernhill").expect("the way there");
    assert!(sent.contains("prompt=login") && sent.contains("max_age=0"), "{sent}");
    provider.sends_back(&sent)
}

pub async fn confirms(provider: &Provider, browser: &Browser) -> Page {
    browser.open(&way_back(provider, browser).await).await
}

/// AUTH-09
#[actix_web::test]
async fn who_has_no_password_confirms_with_the_provider_and_loses_nothing_typed() {
    let provider = Provider::start();
    let (app, browser) = signed_in(&provider, &[]).await;
    let page = browser.open("/account/tokens/new").await;
    assert!(!page.has_field("Your password") && page.says("Confirm with Fernhill"));
    let form = filled(&browser, "CI runner").await;
    let refused = browser.submit(&form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.alert().contains("Confirm with Fernhill first"), "{}", refused.text);
    assert_eq!(refused.field("Name"), "CI runner");
    let done = confirms(&provider, &browser).await;
    assert_eq!(done.heading(), "Confirmed with Fernhill");
    // The form in the other tab, as it was.
    let made = browser.submit(&form).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    assert!(made.secret().is_some());
    let another = browser.submit(&filled(&browser, "another").await).await;
    assert_eq!(another.status, StatusCode::UNPROCESSABLE_ENTITY, "one confirmation, one change");
    assert_eq!(app.database.count("SELECT count(*) AS n FROM tokens").await, 1);
}

#[actix_web::test]
async fn two_changes_at_once_use_one_confirmation_for_one() {
    let provider = Provider::start();
    let (app, browser) = signed_in(&provider, &[]).await;
    confirms(&provider, &browser).await;
    let (one, other) = (filled(&browser, "one").await, filled(&browser, "other").await);
    futures_util::future::join(browser.submit(&one), browser.submit(&other)).await;
    assert_eq!(app.database.count("SELECT count(*) AS n FROM tokens").await, 1);
}

#[actix_web::test]
async fn a_confirmation_counts_for_five_minutes() {
    let provider = Provider::start();
    let (app, browser) = signed_in(&provider, &[]).await;
    confirms(&provider, &browser).await;
    app.wait(TimeDelta::minutes(5));
    let late = browser.submit(&filled(&browser, "late").await).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn a_window_after_a_confirmation_is_the_same_as_after_a_password() {
    let provider = Provider::start();
    let (app, browser) = signed_in(&provider, &[("confirm_window", "10m")]).await;
    confirms(&provider, &browser).await;
    for name in ["one", "two"] {
        let made = browser.submit(&filled(&browser, name).await).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    }
    // The end of the account takes a confirmation of its own.
    let form = browser.open("/account/deletion").await.form("Delete account");
    let form = form.fill("Your username", "ada");
    let refused = browser.submit(&form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    confirms(&provider, &browser).await;
    assert_eq!(browser.submit(&form).await.status, StatusCode::OK);
    assert_eq!(app.database.count("SELECT count(*) AS n FROM identities").await, 0);
}

#[actix_web::test]
async fn a_sign_in_there_of_before_or_of_somebody_else_confirms_nothing() {
    let provider = Provider::start();
    let (app, browser) = signed_in(&provider, &[]).await;
    app.wait(TimeDelta::minutes(3));
    provider.now(|script| script.later = 180);
    let now = app.now().at().timestamp();
    for (name, value) in [
        ("auth_time", json!(now - 120)),
        ("auth_time", Value::Null),
        ("auth_time", json!("now")),
        ("auth_time", json!(now + 3_600)),
        ("sub", json!("somebody else")),
        ("nonce", json!("another")),
    ] {
        provider
            .now(|script| script.token = [(name.to_owned(), value.clone())].into_iter().collect());
        let page = confirms(&provider, &browser).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{name}: {value}: {}", page.text);
        assert_eq!(page.heading(), "Not confirmed");
        assert_eq!(page.link("Confirm again").as_deref(), Some("/account/confirmation"));
        let refused = browser.submit(&filled(&browser, "CI").await).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {value}");
    }
}

#[actix_web::test]
async fn a_confirmation_is_for_the_session_that_asked_for_it() {
    let provider = Provider::start();
    let (app, browser) = signed_in(&provider, &[]).await;
    let back = way_back(&provider, &browser).await;
    let elsewhere = app.guest();
    provider.signs_in(&elsewhere).await;
    assert_eq!(elsewhere.open(&back).await.status, StatusCode::FORBIDDEN);
    // Signed in anew in the same browser, under another key.
    let form = browser.open("/account").await.form("Sign out");
    browser.submit(&form).await;
    provider.signs_in(&browser).await;
    assert_eq!(browser.open(&back).await.status, StatusCode::FORBIDDEN);
    let refused = browser.submit(&filled(&browser, "CI").await).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn a_second_factor_that_the_policy_asks_for_is_the_providers_business() {
    let provider = Provider::start();
    let file = SAMPLE.replace("second_factor = false", "second_factor = true");
    let app = provider.at(&file, &[]).await;
    let browser = app.guest();
    provider.signs_in(&browser).await;
    confirms(&provider, &browser).await;
    let made = browser.submit(&filled(&browser, "CI runner").await).await;
    assert!(made.secret().is_some(), "{}", made.text);
    // Who has a password, too, can be had by that alone.
    let bo = app.member("bo").await;
    app.links("bo", &provider.issuer, "bo-there").await;
    let page = bo.generates("ci").with("Git", "Read").page().await;
    assert!(page.alert().contains("Set up a second factor first"), "{}", page.alert());
}

#[actix_web::test]
async fn who_has_a_password_types_that() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let bo = app.member("bo").await;
    let page = bo.opens("/account/tokens/new").await;
    assert!(page.has_field("Your password") && !page.says("Confirm with Fernhill"));
    let page = bo.opens("/account/confirmation").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}
