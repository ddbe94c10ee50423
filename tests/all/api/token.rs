//! `/api/v1/token`.

use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::machine::Answer;

async fn asks(app: &App, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    app.machine().calls(Method::GET, "/api/v1/token", &[("authorization", &bearer)]).await
}

#[actix_web::test]
async fn a_token_learns_who_it_is_what_it_may_do_and_until_when() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret =
        ada.generates("CI ビルド").with("Builds", "Read & write").with("Git", "Read").await;
    let answer = asks(&app, &secret).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let json = answer.json();
    assert_eq!(json["name"], "CI ビルド");
    assert_eq!(json["user"], "ada");
    assert_eq!(json["access"], "builds:read-write git:read");
    assert_eq!(json["summary"], "Read & write Builds. Read Git");
    assert_eq!(json["expires"], "2027-02-21T00:00:00Z");
    assert_eq!(json["created"], "2026-11-22T18:00:00Z");
    assert_eq!(json["id"].as_str().expect("an id").len(), 16);
    assert_eq!(json.as_object().expect("an object").len(), 7);
    let forever = ada.generates("Grafana").expiring("never").with("Metrics", "Read").await;
    assert!(asks(&app, &forever).await.json().get("expires").is_none());
}

#[actix_web::test]
async fn anything_but_a_living_token_learns_nothing() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    ada.revokes("CI").await;
    let revoked = asks(&app, &secret).await;
    let unknown = asks(&app, "lk_000000000000000000000000000000000000").await;
    assert_eq!(revoked.status, StatusCode::UNAUTHORIZED);
    assert_eq!(revoked.body, unknown.body);
    let none = app.machine().calls(Method::GET, "/api/v1/token", &[]).await;
    assert_eq!(none.challenge(), "Bearer realm=\"Latchkey\"");
    let posted = app.machine().calls(Method::POST, "/api/v1/token", &[]).await;
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
}

/// ACL-03
#[actix_web::test]
async fn a_token_opens_no_page_and_makes_no_token() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read & write").await;
    let bearer = format!("Bearer {secret}");
    for path in ["/account", "/account/tokens", "/account/tokens/new"] {
        let headers = [("authorization", bearer.as_str())];
        let answer = app.machine().calls(Method::GET, path, &headers).await;
        assert!(!answer.body.contains("Access tokens"), "{path}");
        let form = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let answer = app.machine().calls(Method::POST, path, &form).await;
        assert!(!answer.status.is_success(), "{path}");
    }
    assert_eq!(app.database.count("SELECT count(*) AS n FROM tokens").await, 1);
}
