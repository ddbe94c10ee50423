//! `/account/tokens/{id}/overlap`: a former value beside the new one, and its end.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::PASSWORD;

#[actix_web::test]
async fn a_former_value_works_as_long_as_was_said_and_its_use_is_shown() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let old = ada.generates("CI").with("Git", "Read").await;
    let new = ada.regenerates(&app, "CI", "24").await.secret().expect("the new value");
    let machine = app.machine();
    app.wait(TimeDelta::hours(23));
    for value in [&old, &new] {
        assert_eq!(machine.verifies(value, "git", "read").await, StatusCode::OK);
    }
    app.write_uses().await;
    // The session has ended by then.
    crate::support::people::sign_in(&ada.browser, "ada", PASSWORD).await;
    let page = ada.opens(&ada.page_of(&app, "CI").await).await;
    assert!(
        page.says("works until 23 November 2026, 18:00 UTC, and was last used"),
        "{}",
        page.text
    );
    app.wait(TimeDelta::hours(2));
    assert_eq!(machine.verifies(&old, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(machine.verifies(&new, "git", "read").await, StatusCode::OK);
}

#[actix_web::test]
async fn a_former_value_can_be_ended_before_its_time() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let old = ada.generates("CI").with("Git", "Read").await;
    let new = ada.regenerates(&app, "CI", "1").await.secret().expect("the new value");
    let path = ada.page_of(&app, "CI").await;
    let page = ada.opens(&format!("{path}/overlap")).await;
    assert_eq!(page.heading(), "End the former value of “CI”?");
    let form = page.form("End former value");
    let refused = ada.browser.submit(&form.clone().fill("Your password", "wrong")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.machine().verifies(&old, "git", "read").await, StatusCode::OK);
    let done = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(app.machine().verifies(&old, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(app.machine().verifies(&new, "git", "read").await, StatusCode::OK);
    let page = ada.opens(&path).await;
    assert_eq!(page.status_message(), "The former value of “CI” no longer works.");
    assert!(!page.says("Its former value"));
}

#[actix_web::test]
async fn regenerating_again_ends_the_former_value_in_any_case() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let first = ada.generates("CI").with("Git", "Read").await;
    let second = ada.regenerates(&app, "CI", "24").await.secret().expect("a value");
    let path = ada.page_of(&app, "CI").await + "/secret";
    assert!(ada.opens(&path).await.says("It stops with this in any case."));
    let third = ada.regenerates(&app, "CI", "24").await.secret().expect("a value");
    let machine = app.machine();
    assert_eq!(machine.verifies(&first, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(machine.verifies(&second, "git", "read").await, StatusCode::OK);
    let last = ada.regenerates(&app, "CI", "0").await.secret().expect("a value");
    for dead in [&first, &second, &third] {
        assert_eq!(machine.verifies(dead, "git", "read").await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(machine.verifies(&last, "git", "read").await, StatusCode::OK);
}

#[actix_web::test]
async fn of_two_regenerations_the_second_is_told_of_the_first() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    let path = ada.page_of(&app, "CI").await;
    let secret = async || ada.opens(&format!("{path}/secret")).await.form("Regenerate");
    let (one, two) = (secret().await, secret().await);
    let page = ada.browser.submit(&one.fill("Your password", PASSWORD)).await;
    let value = page.secret().expect("a value");
    let page = ada.browser.submit(&two.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.says("Regenerated “CI”"), "{}", page.text);
    assert_eq!(app.machine().verifies(&value, "git", "read").await, StatusCode::OK);
    let again = page.form("Regenerate").fill("Your password", PASSWORD);
    assert!(ada.browser.submit(&again).await.secret().is_some(), "knowing of it, once more");
    assert_eq!(app.machine().verifies(&value, "git", "read").await, StatusCode::UNAUTHORIZED);
}
