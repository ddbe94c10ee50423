//! `/verify?gateway=nginx`: what nginx's `auth_request` can do with.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::machine::Answer;

async fn asks(app: &App, token: &str, query: &str, headers: &[(&str, &str)]) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [&[("authorization", bearer.as_str())], headers].concat();
    app.machine().sends(&format!("?gateway=nginx&service=git{query}"), &headers).await
}

#[actix_web::test]
async fn the_original_method_counts_because_nginx_always_asks_with_get() {
    let settings = [("trusted_proxies", "127.0.0.1")];
    let app = App::with(latchkey::config::SAMPLE, &settings).await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    for (method, status) in [
        ("GET", StatusCode::OK),
        ("HEAD", StatusCode::OK),
        ("POST", StatusCode::FORBIDDEN),
        ("get", StatusCode::FORBIDDEN),
        ("", StatusCode::FORBIDDEN),
    ] {
        let answer = asks(&app, &secret, "", &[("x-original-method", method)]).await;
        assert_eq!(answer.status, status, "{method}");
    }
    let none = asks(&app, &secret, "", &[]).await;
    assert_eq!(none.status, StatusCode::FORBIDDEN, "unknown, so the most is needed");
    let explicit = asks(&app, &secret, "&access=read", &[]).await;
    assert_eq!(explicit.status, StatusCode::OK);
    let two = [("x-original-method", "GET"), ("x-original-method", "POST")];
    assert_eq!(asks(&app, &secret, "", &two).await.status, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn refusals_keep_to_what_nginx_passes_on() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let narrow = asks(&app, &secret, "&access=write", &[]).await;
    assert_eq!(narrow.status, StatusCode::FORBIDDEN);
    assert_eq!(narrow.header("x-error-status"), "403");
    let body: serde_json::Value =
        serde_json::from_str(narrow.header("x-error-body")).expect("JSON");
    assert_eq!(body["scope"], "git:write");
    let malformed = asks(&app, "", "", &[]).await;
    assert_eq!(malformed.status, StatusCode::UNAUTHORIZED, "a 400 would become a 500");
    assert!(malformed.challenge().contains("invalid_request"));
    let unknown = app.machine().asks("?gateway=caddy9&service=git", &secret).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    let haproxy = app.machine().asks("?gateway=haproxy&service=git", &secret).await;
    let detail = haproxy.json()["detail"].as_str().expect("words").to_owned();
    assert!(detail.starts_with("gateway is generic (for HAProxy, too)"), "{detail}");
}
