//! Providers that lie, answers that come twice, from elsewhere or too late, and a provider that is away.

use chrono::TimeDelta;
use latchkey::config::SAMPLE;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::App;
use crate::support::browse::Browser;
use crate::support::page::Page;
use crate::support::provider::{CLIENT, Provider, key_pair};

/// Not in, with a way to begin again.
async fn stays_out(app: &App, browser: &Browser, page: &Page, what: &str) {
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{what}: {}", page.text);
    assert_eq!(page.heading(), "Not signed in", "{what}");
    assert!(page.link("Begin again").is_some(), "{what}");
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER, "{what}");
    let people = app.database.count("SELECT count(*) AS n FROM identities").await;
    assert_eq!(people, 0, "{what}");
}

/// OpenID Connect Core 1.0, section 3.1.3.7
#[actix_web::test]
async fn an_id_token_that_is_not_all_it_has_to_be_lets_nobody_in() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let now = app.now().at().timestamp();
    for (name, value) in [
        ("nonce", json!("another")),
        ("nonce", Value::Null),
        ("aud", json!("another")),
        ("aud", json!([CLIENT, "another"])),
        ("azp", json!("another")),
        ("iss", json!("https://id.fernhill.example")),
        ("iss", json!(format!("{}/", provider.issuer))),
        ("exp", json!(now - 61)),
        ("exp", Value::Null),
        ("exp", json!("9999999999")),
        ("iat", json!(now + 3_600)),
        ("iat", json!(now - 3_600)),
        ("nbf", json!(now + 3_600)),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("sub", json!("a".repeat(256))),
        ("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ")),
    ] {
        provider
            .now(|script| script.token = [(name.to_owned(), value.clone())].into_iter().collect());
        let browser = app.guest();
        let page = provider.signs_in(&browser).await;
        stays_out(&app, &browser, &page, &format!("{name}: {value}")).await;
        assert!(page.says("What Fernhill answered can’t be taken"), "{}", page.text);
    }
    provider.now(|script| script.token.clear());
    let page = provider.signs_in(&app.guest()).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "the same, unspoilt");
    let failed = "SELECT count(*) AS n FROM events WHERE kind = 'sign_in_failed'";
    assert_eq!(app.database.count(failed).await, 17);
}

#[actix_web::test]
async fn a_signature_is_by_a_key_of_the_provider_in_a_way_that_takes_its_private_half() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    for algorithm in ["none", "HS256", "RS256", "ES384", "ES512", "nonsense"] {
        provider.now(|script| script.algorithm = algorithm);
        let browser = app.guest();
        let page = provider.signs_in(&browser).await;
        stays_out(&app, &browser, &page, algorithm).await;
    }
}

#[actix_web::test]
async fn a_signature_of_somebody_else_under_the_keys_name_is_none() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    provider.tells("preferred_username", "bo".into());
    assert_eq!(provider.signs_in(&app.guest()).await.status, StatusCode::SEE_OTHER);
    provider.now(|script| script.pair = key_pair());
    let browser = app.guest();
    let page = provider.signs_in(&browser).await;
    assert!(page.says("What Fernhill answered can’t be taken"), "{}", page.text);
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_provider_that_calls_itself_otherwise_is_not_believed() {
    let provider = Provider::start();
    let other = format!("{}/", provider.issuer);
    let app = provider.at(SAMPLE, &[("identity_issuer", &other)]).await;
    let browser = app.guest();
    let page = browser.get("/sign-in/identity").await;
    stays_out(&app, &browser, &page, "another issuer").await;
}

#[actix_web::test]
async fn an_unknown_key_is_looked_for_once_and_not_at_every_strangers_wish() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    provider.now(|script| script.signs_with = "two");
    for _ in 0..5 {
        let browser = app.guest();
        let page = provider.signs_in(&browser).await;
        stays_out(&app, &browser, &page, "an unknown key").await;
    }
    assert_eq!(provider.keys_read(), 1);
    provider.now(|script| (script.shows, script.later) = ("two", 6));
    app.wait(TimeDelta::seconds(6));
    let page = provider.signs_in(&app.guest()).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "keys have been changed there");
    assert_eq!(provider.keys_read(), 2);
}

/// RFC 9207
#[actix_web::test]
async fn an_answer_of_another_provider_is_not_taken_to_this_one() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let evil = "https%3A%2F%2Fevil.example";
    for change in [
        |back: &str| back.split("&iss=").next().expect("an address").to_owned(),
        |back: &str| format!("{}&iss=", back.split("&iss=").next().expect("an address")),
    ] {
        let browser = app.guest();
        let sent = browser.get("/sign-in/identity").await.location().expect("the way on");
        let page = browser.get(&change(&provider.sends_back(&sent))).await;
        stays_out(&app, &browser, &page, "no issuer").await;
    }
    let browser = app.guest();
    let sent = browser.get("/sign-in/identity").await.location().expect("the way on");
    let back = provider.sends_back(&sent);
    let own = back.split("&iss=").next().expect("an address");
    let page = browser.get(&format!("{own}&iss={evil}")).await;
    stays_out(&app, &browser, &page, "another issuer").await;
}

#[actix_web::test]
async fn an_answer_counts_once_and_in_the_browser_that_was_sent() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    let sent = browser.get("/sign-in/identity").await.location().expect("the way on");
    let back = provider.sends_back(&sent);
    let other = app.guest();
    let page = other.get(&back).await;
    stays_out(&app, &other, &page, "another browser").await;
    let with_own = app.guest();
    with_own.get("/sign-in/identity").await;
    let page = with_own.get(&back).await;
    stays_out(&app, &with_own, &page, "another browser that was sent, too").await;
    for state in ["", "x", "12345678", "é2345678"] {
        let page = browser.get(&format!("/sign-in/identity/callback?code=a&state={state}")).await;
        stays_out(&app, &browser, &page, state).await;
    }
    let before = browser.copy();
    assert_eq!(browser.get(&back).await.status, StatusCode::SEE_OTHER);
    for again in [&browser, &before] {
        let fresh = provider.sends_back(&sent);
        for back in [&back, &fresh] {
            let page = again.get(back).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
        }
    }
}

/// SESS-05
#[actix_web::test]
async fn what_a_browser_keeps_on_the_way_is_signed() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    let sent = browser.get("/sign-in/identity").await.location().expect("the way on");
    let back = provider.sends_back(&sent);
    let kept = browser.cookies();
    let kept = kept.split("; ").find(|cookie| cookie.contains("identity-")).expect("a cookie");
    let (text, signature) = kept.split_once('.').expect("a signature");
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    let url = app.base.parse().expect("an address");
    for forged in [format!("{text}.{first}{}", &signature[1..]), format!("{text}."), text.into()] {
        let other = app.guest();
        other.jar.add_cookie_str(&forged, &url);
        stays_out(&app, &other, &other.get(&back).await, &forged).await;
    }
    assert_eq!(browser.get(&back).await.status, StatusCode::SEE_OTHER, "as it was kept");
}

#[actix_web::test]
async fn a_code_is_worth_nothing_without_the_verifier_that_this_browser_keeps() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let (victim, thief) = (app.guest(), app.guest());
    let sent = victim.get("/sign-in/identity").await.location().expect("the way on");
    let stolen = provider.sends_back(&sent);
    let code = stolen.split(['=', '&']).nth(1).expect("a code");
    let own = thief.get("/sign-in/identity").await.location().expect("the way on");
    // With the thief's nonce in the token it is the verifier alone that stands in the way.
    let nonce = own.split("&nonce=").nth(1).and_then(|rest| rest.split('&').next());
    let nonce = json!(nonce.expect("a nonce"));
    provider.now(|script| drop(script.token.insert("nonce".to_owned(), nonce)));
    let own = provider.sends_back(&own);
    let own_code = own.split(['=', '&']).nth(1).expect("a code");
    let page = thief.get(&own.replacen(own_code, code, 1)).await;
    stays_out(&app, &thief, &page, "a stolen code").await;
}

#[actix_web::test]
async fn ten_minutes_at_the_provider_are_too_long() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    let way = "/sign-in/identity?next=/account/sessions";
    let sent = browser.get(way).await.location().expect("the way on");
    app.wait(TimeDelta::minutes(10));
    provider.now(|script| script.later = 600);
    let page = browser.get(&provider.sends_back(&sent)).await;
    stays_out(&app, &browser, &page, "late").await;
    let again = page.link("Begin again").expect("a link");
    assert_eq!(again, "/sign-in?next=%2Faccount%2Fsessions", "where one wanted to is kept");
}

#[actix_web::test]
async fn a_no_of_the_provider_is_told_kindly_and_never_in_its_own_words() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    let sent = browser.get("/sign-in/identity").await.location().expect("the way on");
    let back = provider.sends_back(&sent).replace("code=", "error=access_denied%3Cb%3E&x=");
    let page = browser.get(&back).await;
    stays_out(&app, &browser, &page, "a no").await;
    assert!(page.says("Fernhill didn’t let you on"), "{}", page.text);
    assert!(!page.text.contains("access_denied"));
}

#[actix_web::test]
async fn a_provider_that_was_restarted_in_between_is_begun_again_with() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    let way = "/sign-in/identity?next=/account/sessions";
    let sent = browser.get(way).await.location().expect("the way on");
    let back = provider.sends_back(&sent);
    provider.forgets();
    let page = browser.get(&back).await;
    stays_out(&app, &browser, &page, "restarted").await;
    let page = browser.open(&page.link("Begin again").expect("a link")).await;
    let sent = browser.get(&page.link("Sign in with Fernhill").expect("a link")).await;
    let back = provider.sends_back(&sent.location().expect("the way on"));
    assert_eq!(browser.get(&back).await.location().as_deref(), Some("/account/sessions"));
}

#[actix_web::test]
async fn a_provider_that_is_away_slow_or_talks_too_much_is_said_to_be_and_tokens_work_on() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let bo = app.member("bo").await;
    let secret = bo.generates("ci").with("Git", "Read").await;
    provider.now(|script| script.status = 500);
    let page = provider.signs_in(&app.guest()).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.text);
    assert!(page.says("Fernhill doesn’t answer right now"), "{}", page.text);
    provider.now(|script| (script.status, script.rambles) = (200, true));
    let page = provider.signs_in(&app.guest()).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.text);
    provider.now(|script| (script.rambles, script.hangs) = (false, true));
    let guest = app.guest();
    let (page, allowed) = futures_util::future::join(provider.signs_in(&guest), async {
        app.machine().verifies(&secret, "git", "read").await
    })
    .await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.text);
    assert_eq!(allowed, StatusCode::OK);
    provider.stops().await;
    let page = app.guest().get("/sign-in/identity").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "where it is, is known");
    app.wait(TimeDelta::hours(2));
    assert_eq!(app.guest().get("/sign-in/identity").await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_provider_that_was_never_there_is_said_to_be_away() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    provider.stops().await;
    let page = app.guest().get("/sign-in/identity").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.text);
    assert!(page.link("Begin again").is_some());
    let page = app.guest().open("/sign-in").await;
    assert_eq!(page.status, StatusCode::OK, "who has a password is not kept out");
}
