//! `/account/password`.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::{PASSWORD, sign_in};

const NEW: &str = "seven brass owls knit";

/// AUTH-13
#[actix_web::test]
async fn a_new_password_ends_the_other_sessions_and_keeps_the_tokens() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("ci").with("Git", "Read").await;
    let elsewhere = ada.elsewhere().await;
    let page = ada.opens("/account/password").await;
    assert!(page.says("Your other devices are signed out. Your tokens keep working."));
    let form = page.form("Change password").fill("Current password", PASSWORD);
    let page = ada.browser.submit(&form.fill("New password", NEW)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let page = ada.opens("/account/password").await;
    assert!(page.status_message().starts_with("Your password was changed"));
    assert_eq!(elsewhere.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    assert_eq!(sign_in(&app.guest(), "ada", NEW).await.status, StatusCode::SEE_OTHER);
    let old = sign_in(&app.guest(), "ada", PASSWORD).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn the_current_one_is_asked_and_the_new_one_has_to_be_good() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let page = ada.opens("/account/password").await;
    let wrong =
        page.form("Change password").fill("Current password", "x").fill("New password", NEW);
    let answer = ada.browser.submit(&wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.error("Current password").contains("isn’t right"));
    for (weak, why) in [
        ("", "Enter a new password"),
        ("too short", "at least 15"),
        ("ada nyströmada nyström", "easy to guess"),
        ("latchkey latchkey", "easy to guess"),
        ("Correct horse battery staple", "easy to guess"),
        ("seven brass owls knit\0", "control characters"),
        (PASSWORD, "the same as your current one"),
    ] {
        let form = page.form("Change password").fill("Current password", PASSWORD);
        let answer = ada.browser.submit(&form.fill("New password", weak)).await;
        assert!(answer.error("New password").contains(why), "{weak}: {}", answer.text);
    }
    let form = page.form("Change password").fill("New password", "too short");
    let answer = ada.browser.submit(&form).await;
    assert!(answer.alert().starts_with("Check 2 things"), "{}", answer.alert());
    let gone = page.form("Change password").without("password").fill("New password", NEW);
    assert_eq!(ada.browser.submit(&gone).await.status, StatusCode::UNPROCESSABLE_ENTITY, "SUDO-02");
    assert_eq!(sign_in(&app.guest(), "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
}
