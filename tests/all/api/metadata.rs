//! `/.well-known/oauth-authorization-server` (RFC 8414).

use reqwest::{Method, StatusCode};

use crate::support::App;

const PATH: &str = "/.well-known/oauth-authorization-server";

#[actix_web::test]
async fn the_metadata_name_introspection_and_revocation_whatever_a_request_calls_this_host() {
    let settings = [("public_url", "https://tokens.fernhill.example")];
    let app = App::with(latchkey::config::SAMPLE, &settings).await;
    let expected = r#"{
        "issuer": "https://tokens.fernhill.example",
        "introspection_endpoint": "https://tokens.fernhill.example/introspect",
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
        "revocation_endpoint": "https://tokens.fernhill.example/revoke",
        "revocation_endpoint_auth_methods_supported": ["none"],
        "response_types_supported": [],
        "grant_types_supported": []
    }"#;
    let expected: serde_json::Value = serde_json::from_str(expected).expect("JSON");
    let forged = [("host", "evil.example"), ("x-forwarded-host", "evil.example")];
    for headers in [&[][..], &forged[..]] {
        let answer = app.machine().calls(Method::GET, PATH, headers).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "public, max-age=3600");
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.json(), expected);
    }
    let posted = app.machine().calls(Method::POST, PATH, &[]).await;
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[actix_web::test]
async fn without_a_public_url_the_metadata_name_the_address_that_is_listened_on() {
    let app = App::start().await;
    let answer = app.machine().calls(Method::GET, PATH, &[]).await;
    assert_eq!(answer.json()["issuer"], app.base);
    assert_eq!(answer.json()["revocation_endpoint"], format!("{}/revoke", app.base));
}
