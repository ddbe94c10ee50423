//! Passkeys of who has no password: they confirm changes, and let nobody past the provider.
#![cfg(feature = "passkeys")]

use latchkey::config::SAMPLE;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::authenticator::{Authenticator, options};
use crate::support::browse::Browser;
use crate::support::page::Page;
use crate::support::people::Person;
use crate::support::provider::{CLIENT, Provider};

async fn signed_in(provider: &Provider) -> (App, Browser) {
    let settings = [
        ("identity_issuer", provider.issuer.as_str()),
        ("identity_client_id", CLIENT),
        ("identity_client_secret", "hush%/+hush"),
        ("identity_name", "Fernhill"),
    ];
    let app = App::on_localhost_with(SAMPLE, &settings).await;
    Person::add(&app, "root", "admin").await;
    let browser = app.guest();
    assert_eq!(provider.signs_in(&browser).await.status, StatusCode::SEE_OTHER);
    (app, browser)
}

async fn adds(browser: &Browser, laptop: &mut Authenticator) -> Page {
    let page = browser.open("/account/passkeys").await;
    let form = page.form("Add passkey").fill("Name", "Laptop");
    browser.submit(&form.forged("new-answer", &laptop.makes(&options(&page)))).await
}

async fn added(provider: &Provider, app: &App, browser: &Browser) -> Authenticator {
    let mut laptop = Authenticator::new(app);
    let page = browser.open("/account/confirmation").await;
    let page = browser.submit(&page.form("Confirm with Fernhill")).await;
    let sent = page.link("Go on to Fernhill").expect("the way there");
    browser.open(&provider.sends_back(&sent)).await;
    let page = adds(browser, &mut laptop).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    laptop
}

#[actix_web::test]
async fn who_has_no_password_adds_a_passkey_with_the_provider_and_confirms_with_it_from_then_on() {
    let provider = Provider::start();
    let (app, browser) = signed_in(&provider).await;
    let refused = adds(&browser, &mut Authenticator::new(&app)).await;
    assert!(refused.alert().contains("Confirm with Fernhill first"), "{}", refused.text);
    let mut laptop = added(&provider, &app, &browser).await;
    let page = browser.open("/account/tokens/new").await;
    let answer = laptop.answers(&options(&page));
    let form = page.form("Generate token").fill("Name", "ci").choose("Git", "Read");
    let made = browser.submit(&form.forged("answer", &answer)).await;
    assert!(made.secret().is_some(), "{}", made.text);
}

#[actix_web::test]
async fn a_passkey_lets_nobody_in_past_the_provider() {
    let provider = Provider::start();
    let (app, browser) = signed_in(&provider).await;
    let mut laptop = added(&provider, &app, &browser).await;
    let guest = app.guest();
    let page = laptop.signs_in(&guest).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert_eq!(guest.get("/account").await.status, StatusCode::SEE_OTHER, "a stranger");
}
