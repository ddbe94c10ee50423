//! `/sign-in/identity`: in with the company's own account, and who stays out.

#![allow(clippy::disallowed_methods, reason = "json! unwraps what cannot fail")]

mod commands;
mod groups;
mod hostile;
mod passkeys;
mod people;

use chrono::TimeDelta;
use latchkey::config::SAMPLE;
use reqwest::StatusCode;
use url::Url;

use crate::support::App;
use crate::support::people::PASSWORD;
use crate::support::phone::Phone;
use crate::support::provider::{CLIENT, Provider};

#[actix_web::test]
async fn a_person_signs_in_with_their_company_account_and_has_one_here_from_then_on() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    let page = browser.open("/account/tokens/new?name=CI").await;
    let way = page.link("Sign in with Fernhill").expect("the way there");
    let sent = browser.get(&way).await.location().expect("the way on");
    let back = browser.get(&provider.sends_back(&sent)).await;
    assert_eq!(back.location().as_deref(), Some("/account/tokens/new?name=CI"));
    let page = browser.open("/account").await;
    assert!(page.says("Ada Nyström"), "{}", page.text);
    let page = browser.open("/account/activity").await;
    assert!(page.says("With Fernhill."), "{}", page.text);
    assert!(page.says("at the first sign-in with Fernhill"), "{}", page.text);
    provider.tells("preferred_username", "somebody.else".into());
    let again = provider.signs_in(&app.guest()).await;
    assert_eq!(again.location().as_deref(), Some("/account/tokens"));
    let people = app.database.count("SELECT count(*) AS n FROM users").await;
    assert_eq!(people, 2, "issuer and subject are the same person, whatever they are called");
}

/// ASVS 10.2.1
#[actix_web::test]
async fn the_provider_is_asked_with_state_nonce_and_a_challenge_and_for_the_public_address() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    let one = browser.get("/sign-in/identity").await.location().expect("the way on");
    let other = browser.get("/sign-in/identity").await.location().expect("the way on");
    let asked = |place: &str, name: &str| {
        let url = Url::parse(place).expect("an address");
        let found = url.query_pairs().find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("{name}: {place}")).1.into_owned()
    };
    assert!(one.starts_with(&format!("{}/authorize?", provider.issuer)), "{one}");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("scope", "openid profile email"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(asked(&one, name), value);
    }
    assert_eq!(asked(&one, "redirect_uri"), format!("{}/sign-in/identity/callback", app.base));
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(asked(&one, name).len(), 43);
        assert_ne!(asked(&one, name), asked(&other, name));
    }
}

#[actix_web::test]
async fn without_a_provider_nothing_leads_there() {
    let app = App::start().await;
    let _ = app.member("ada").await;
    let page = app.guest().open("/sign-in").await;
    assert!(!page.says("Sign in with"), "{}", page.text);
    for path in ["/sign-in/identity", "/sign-in/identity/callback?code=a&state=b"] {
        assert_eq!(app.guest().get(path).await.status, StatusCode::NOT_FOUND);
    }
}

/// ASVS 7.2.4
#[actix_web::test]
async fn signing_in_begins_a_session_of_its_own() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    let page = browser.open("/sign-in").await;
    let form = page.form("Sign in").fill("Username", "root").fill("Password", PASSWORD);
    let sent = browser.get("/sign-in/identity").await.location().expect("the way on");
    browser.submit(&form).await;
    let roots = browser.copy();
    browser.get(&provider.sends_back(&sent)).await;
    assert!(browser.open("/account").await.says("Ada Nyström"));
    assert_ne!(browser.cookies(), roots.cookies());
}

#[actix_web::test]
async fn several_tabs_go_there_at_once_and_each_comes_back() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    let one = browser.get("/sign-in/identity?next=/account").await.location().expect("a way");
    let other = browser.get("/sign-in/identity?next=/account/sessions").await;
    let other = other.location().expect("a way");
    for (sent, next) in [(&other, "/account/sessions"), (&one, "/account")] {
        let back = browser.get(&provider.sends_back(sent)).await;
        assert_eq!(back.location().as_deref(), Some(next));
    }
}

#[actix_web::test]
async fn nobody_is_led_off_to_another_site() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    for next in ["https://evil.example/", "//evil.example", "/%5Cevil.example"] {
        let browser = app.guest();
        let sent = browser.get(&format!("/sign-in/identity?next={next}")).await;
        let back = provider.sends_back(&sent.location().expect("the way on"));
        assert_eq!(browser.get(&back).await.location().as_deref(), Some("/account/tokens"));
    }
}

#[actix_web::test]
async fn another_node_takes_up_what_one_began() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    let sent = browser.get("/sign-in/identity").await.location().expect("the way on");
    let settings = [
        ("public_url", app.base.as_str()),
        ("identity_issuer", &provider.issuer),
        ("identity_client_id", CLIENT),
        ("identity_client_secret", "hush%/+hush"),
    ];
    let other = App::on(app.database.beside(&app.database.url), SAMPLE, &settings).await;
    // Each has a clock of its own here, and none comes back before they went.
    other.wait(TimeDelta::seconds(1));
    let back = browser.at(&other.base).get(&provider.sends_back(&sent)).await;
    assert_eq!(back.location().as_deref(), Some("/account/tokens"), "{}", back.text);
    assert!(browser.open("/account").await.says("Ada Nyström"));
}

#[actix_web::test]
async fn a_second_factor_that_is_set_up_here_is_asked_for_after_the_provider() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let bo = app.member("bo").await;
    Phone::set_up(&app, &bo).await;
    provider.tells("sub", "bo-there".into());
    app.links("bo", &provider.issuer, "bo-there").await;
    app.wait(TimeDelta::seconds(60));
    provider.now(|script| script.later = 60);
    let browser = app.guest();
    let page = provider.signs_in(&browser).await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Enter your code"));
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER, "not in yet");
    let wrong = browser.submit(&page.form("Sign in").fill("Code", "000000")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
}
