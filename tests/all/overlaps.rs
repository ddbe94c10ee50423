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
    ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(app.machine().verifies(&old, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(app.machine().verifies(&new, "git", "read").await, StatusCode::OK);
    let page = ada.opens(&path).await;
    assert_eq!(page.status_message(), "The former value of “CI” no longer works.");
    assert!(!page.says("Its former value"));
}
