//! `/account/second-factor`: setting it up, and where it is asked for.

use latchkey::domain::second_factor::TotpKey;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::PASSWORD;
use crate::support::phone::Phone;

/// ASVS 7.4.3
#[actix_web::test]
async fn setting_it_up_signs_every_other_device_out_and_keeps_the_tokens() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("ci").with("Git", "Read").await;
    let elsewhere = ada.elsewhere().await;
    Phone::set_up(&app, &ada).await;
    assert_eq!(elsewhere.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.opens("/account").await.status, StatusCode::OK, "this one goes on");
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
}

#[actix_web::test]
async fn it_is_set_up_with_a_code_and_the_password_and_what_was_scanned_stays() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let page = ada.opens("/account/second-factor").await;
    let form = page.form("Set up second factor");
    let nothing = ada.browser.submit(&form).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.alert().starts_with("Check 2 things"), "{}", nothing.alert());
    assert_eq!(nothing.form("Set up second factor").value("key"), form.value("key"));
    let key = TotpKey::parse(&form.value("key")).expect("a key");
    let right = form.fill("Code", &key.code(app.now()));
    let wrong = ada.browser.submit(&right.fill("Your password", "x")).await;
    assert!(wrong.error("Your password").contains("isn’t right"), "{}", wrong.text);
    let wrong = page.form("Set up second factor").fill("Code", "000000");
    let wrong = ada.browser.submit(&wrong.fill("Your password", PASSWORD)).await;
    assert!(wrong.error("Code").contains("isn’t right"), "{}", wrong.text);
    assert!(ada.opens("/account/password").await.link("Set up second factor").is_some());
}

#[actix_web::test]
async fn where_the_operator_asks_for_it_nobody_generates_without() {
    let file = latchkey::config::SAMPLE.replace("second_factor = false", "second_factor = true");
    let app = App::with(&file, &[]).await;
    let ada = app.member("ada").await;
    let page = ada.opens("/account/tokens/new").await;
    assert_eq!(page.link("Set up second factor").as_deref(), Some("/account/second-factor"));
    let page = ada.generates("ci").with("Git", "Read").page().await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.alert().contains("Set up a second factor first"), "{}", page.alert());
    Phone::set_up(&app, &ada).await;
    ada.generates("ci").with("Git", "Read").await;
    let form = ada.opens("/account/second-factor/removal").await.form("Turn off second factor");
    ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    let page = ada.regenerates(&app, "ci", "0").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "a new value is a new token");
}

/// TOK-06: what widens a token is as good as a new one.
#[actix_web::test]
async fn where_the_operator_asks_for_it_tokens_are_narrowed_without_and_never_widened() {
    let file = latchkey::config::SAMPLE.replace("second_factor = false", "second_factor = true");
    let app = App::with(&file, &[]).await;
    let ada = app.member("ada").await;
    let value = ada.has_token(&app).await;
    let path = ada.page_of(&app, "token-00").await;
    let form = async || ada.opens(&path).await.form("Save changes").fill("Your password", PASSWORD);
    let narrowed = form().await.fill("Expires", "7").fill("Allowed addresses", "127.0.0.0/8");
    let narrowed = narrowed.fill("Requests a minute", "60");
    assert_eq!(ada.browser.submit(&narrowed).await.status, StatusCode::SEE_OTHER);
    for wider in [
        form().await.choose("Git", "Read & write"),
        form().await.fill("Expires", "90"),
        form().await.fill("Allowed addresses", ""),
        form().await.fill("Requests a minute", "61"),
    ] {
        let page = ada.browser.submit(&wider.fill("Name", "Wider")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.alert().contains("Set up a second factor first"), "{}", page.alert());
        assert_eq!(page.field("Name"), "Wider", "what was typed stays");
    }
    assert_eq!(app.machine().verifies(&value, "git", "write").await, StatusCode::FORBIDDEN);
    for button in ["Pause token", "Resume token"] {
        let form = ada.opens(&format!("{path}/pause")).await.form(button);
        let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{button} widens nothing");
    }
    Phone::set_up(&app, &ada).await;
    let page = ada.browser.submit(&form().await.choose("Git", "Read & write")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
}
