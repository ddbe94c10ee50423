//! `/account/tokens/{id}/pause`: a token is refused for a while.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::PASSWORD;

#[actix_web::test]
async fn a_paused_token_is_refused_at_once_and_works_again_once_it_is_resumed() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let path = ada.page_of(&app, "CI").await;
    let page = ada.opens(&format!("{path}/pause")).await;
    assert_eq!(page.heading(), "Pause “CI”?");
    let pause = page.form("Pause token").fill("Your password", PASSWORD);
    let page = ada.browser.submit(&pause).await;
    assert_eq!(page.location().as_deref(), Some(path.as_str()));
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert!(ada.opens(&path).await.says("it is refused until you resume it"));
    assert_eq!(
        ada.browser.submit(&pause).await.status,
        StatusCode::SEE_OTHER,
        "again is nothing new"
    );
    let page = ada.opens(&format!("{path}/pause")).await;
    assert_eq!(page.heading(), "Resume “CI”?");
    ada.browser.submit(&page.form("Resume token").fill("Your password", PASSWORD)).await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    assert_eq!(ada.opens(&path).await.status_message(), "“CI” works again.");
}

/// SUDO-01
#[actix_web::test]
async fn no_pause_without_the_password() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let page = ada.opens(&format!("{}/pause", ada.page_of(&app, "CI").await)).await;
    for (password, why) in [("", "Enter your password"), ("wrong", "That password isn’t right")] {
        let page =
            ada.browser.submit(&page.form("Pause token").fill("Your password", password)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error("Your password").starts_with(why));
        assert_eq!(page.heading(), "Pause “CI”?");
    }
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
}

#[actix_web::test]
async fn a_question_cut_off_by_the_end_of_a_session_is_asked_again() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    let path = ada.page_of(&app, "CI").await;
    for (noun, button) in [("pause", "Pause token"), ("secret", "Regenerate")] {
        let form = ada.opens(&format!("{path}/{noun}")).await.form(button);
        app.wait(chrono::TimeDelta::hours(3));
        let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
        let page = ada.opens(&page.location().expect("the way to sign in")).await;
        let form = page.form("Sign in").fill("Username", "ada").fill("Password", PASSWORD);
        let next = ada.browser.submit(&form).await.location().expect("the way back");
        assert!(next.starts_with(&format!("{path}/{noun}")), "{next}");
        assert_eq!(ada.opens(&next).await.status, StatusCode::OK);
    }
}

#[actix_web::test]
async fn a_paused_token_with_a_new_value_says_that_it_is_still_paused() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    let path = ada.page_of(&app, "CI").await;
    let form = ada.opens(&format!("{path}/pause")).await.form("Pause token");
    ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    let page = ada.regenerates(&app, "CI", "0").await;
    assert!(page.says("The token stays paused until you resume it."));
    let secret = page.secret().expect("a value");
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
}
