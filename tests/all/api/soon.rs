//! `X-Token-Expires-Soon`: a program hears of the end of its token before it comes.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

use crate::support::App;

const QUESTION: &str = "?service=git&access=read";
const HEADER: &str = "x-token-expires-soon";
const SERVICE: &str = "[[services]]\nkey = \"git\"\nname = \"Git\"\n";

#[actix_web::test]
async fn from_some_days_before_its_end_every_allowed_answer_says_so() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").expiring("30").with("Git", "Read").await;
    let machine = app.machine();
    app.jump_to("2026-12-15T23:59:59Z");
    let early = machine.asks(QUESTION, &secret).await;
    assert!(early.headers.contains_key(HEADER), "empty rather than left out");
    assert_eq!(early.header(HEADER), "");
    app.jump_to("2026-12-16T00:00:00Z");
    for gateway in ["generic", "nginx"] {
        let answer = machine.asks(&format!("{QUESTION}&gateway={gateway}"), &secret).await;
        assert_eq!(answer.header(HEADER), "2026-12-23T00:00:00Z", "{gateway}");
    }
    let authorization = format!("Bearer {secret}");
    let headers = [("authorization", authorization.as_str())];
    let own = machine.calls(Method::GET, "/api/v1/token", &headers).await.json();
    assert_eq!(own["expires_soon"], "2026-12-23T00:00:00Z");
    let narrow = machine.asks("?service=git&access=write", &secret).await;
    assert_eq!(narrow.status, StatusCode::FORBIDDEN);
    assert!(!narrow.headers.contains_key(HEADER), "a refusal says nothing of the token");
}

#[actix_web::test]
async fn a_token_that_never_expires_or_is_kept_alive_by_its_use_is_not_about_to_end() {
    let app = App::with(&format!("[policy]\nunused = \"3d\"\n{SERVICE}"), &[]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("Forever").expiring("never").with("Git", "Read").await;
    for _ in 0..4 {
        app.wait(TimeDelta::days(2));
        let answer = app.machine().asks(QUESTION, &secret).await;
        assert_eq!((answer.status, answer.header(HEADER)), (StatusCode::OK, ""));
        app.write_uses().await;
    }
}

#[actix_web::test]
async fn a_former_value_hears_of_its_own_end() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let former = ada.generates("CI").with("Git", "Read").await;
    let page = ada.regenerates(&app, "CI", "24").await;
    let present = page.secret().expect("the new value");
    assert_eq!(app.machine().asks(QUESTION, &present).await.header(HEADER), "");
    let soon = app.machine().asks(QUESTION, &former).await;
    assert!(soon.header(HEADER).starts_with("2026-11-23T18:00"), "{}", soon.header(HEADER));
}

#[actix_web::test]
async fn the_operator_says_how_many_days_before_or_never() {
    for (days, at, told) in [
        ("2d", "2026-11-27T23:59:59Z", false),
        ("2d", "2026-11-28T00:00:00Z", true),
        ("0d", "2026-11-29T23:59:59Z", false),
    ] {
        let app = App::with(&format!("[policy]\nexpires_soon = \"{days}\"\n{SERVICE}"), &[]).await;
        let ada = app.member("ada").await;
        let secret = ada.generates("CI").expiring("7").with("Git", "Read").await;
        app.jump_to(at);
        let answer = app.machine().asks(QUESTION, &secret).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(!answer.header(HEADER).is_empty(), told, "{days} at {at}");
    }
}
