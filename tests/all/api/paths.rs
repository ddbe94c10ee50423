//! `/verify` without a service: the catalogue's paths say which it is. And the token in the original URL.

use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::machine::Answer;
use crate::support::people::PASSWORD;

const FILE: &str = r#"
[[services]]
key = "builds"
name = "Builds"
paths = ["/builds", "/api/builds/"]
methods = [
    { key = "list", name = "List jobs", access = "read", request = "GET /builds/jobs" },
    { key = "retry", name = "Retry a job", request = ["POST /builds/jobs/{id}/retry", "PUT /builds/jobs/{id}"] },
    { key = "runners", name = "Manage runners", personal_tokens = false, request = "POST /builds/runners" },
]
[[services]]
key = "secrets"
name = "Secrets"
paths = ["/builds/secrets"]
"#;
const TRUSTED: [(&str, &str); 1] = [("trusted_proxies", "127.0.0.1")];

async fn app() -> App {
    App::with(FILE, &TRUSTED).await
}

/// As nginx asks for an original request.
async fn through_nginx(app: &App, token: &str, method: &str, uri: &str) -> Answer {
    let headers = [
        ("authorization", &*format!("Bearer {token}")),
        ("x-original-method", method),
        ("x-original-uri", uri),
    ];
    app.machine().sends("?gateway=nginx", &headers).await
}

#[actix_web::test]
async fn service_and_access_follow_from_the_original_path_and_method() {
    let app = app().await;
    let ada = app.member("ada").await;
    let reads = ada.generates("reads").with("Builds", "Read").await;
    let writes = ada.generates("writes").with("Builds", "Read & write").await;
    for (method, uri, reading, writing) in [
        ("GET", "/builds", "", ""),
        ("GET", "/builds/?page=2", "", ""),
        ("HEAD", "/api/builds/x", "", ""),
        ("GET", "/builds/jobs", "", ""),
        ("POST", "/builds/jobs", "builds:write", ""),
        ("DELETE", "/b%75ilds/7", "builds:write", ""),
        ("POST", "/builds/jobs/7/retry", "builds:retry", ""),
        ("PUT", "/builds/jobs/7/", "builds:retry", ""),
        ("POST", "/builds/runners", "builds:runners", "builds:runners"),
        ("GET", "/builds/secrets/x", "secrets:read", "secrets:read"),
    ] {
        for (token, missing) in [(&reads, reading), (&writes, writing)] {
            let answer = through_nginx(&app, token, method, uri).await;
            let said = format!("{method} {uri}: {} {}", answer.status, answer.body);
            if missing.is_empty() {
                assert_eq!(answer.status, StatusCode::OK, "{said}");
            } else {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{said}");
                assert_eq!(answer.json()["scope"], missing, "{said}");
                let vain = missing == "builds:runners";
                let words = if vain { "No token can be granted" } else { "This token lacks" };
                assert_eq!(answer.json()["detail"], format!("{words} {missing}."), "{said}");
            }
        }
    }
}

#[actix_web::test]
async fn a_token_with_single_methods_passes_for_their_requests_alone() {
    let app = app().await;
    let ada = app.member("ada").await;
    let link = "/account/tokens/new?name=retries&methods=builds:retry";
    let form = ada.opens(link).await.form("Generate token").fill("Your password", PASSWORD);
    let retries = ada.browser.submit(&form).await.secret().expect("the token's value");
    for (method, uri, status) in [
        ("POST", "/builds/jobs/7/retry", StatusCode::OK),
        ("PUT", "/builds/jobs/7", StatusCode::OK),
        ("GET", "/builds/jobs/7", StatusCode::FORBIDDEN),
        ("GET", "/builds/jobs", StatusCode::FORBIDDEN),
        ("POST", "/builds/jobs/7/8/retry", StatusCode::FORBIDDEN),
    ] {
        assert_eq!(
            through_nginx(&app, &retries, method, uri).await.status,
            status,
            "{method} {uri}"
        );
    }
}

#[actix_web::test]
async fn a_path_of_no_service_and_one_that_is_not_clear_are_refused() {
    let app = app().await;
    let secret = app.member("ada").await.generates("CI").with("Builds", "Read & write").await;
    let unknown = through_nginx(&app, &secret, "GET", "/other").await;
    assert_eq!(unknown.status, StatusCode::FORBIDDEN);
    assert_eq!(unknown.json()["title"], "Unknown path");
    for uri in
        ["/builds/../x", "/builds//x", "/builds%2Fx", "/Builds", "/builds/a;b", "/builds/%252e"]
    {
        let answer = through_nginx(&app, &secret, "GET", uri).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{uri}");
        assert!(answer.challenge().contains("invalid_request"), "{uri}");
    }
    // The question itself as the original request: what the HTTP client leaves as it is.
    let headers = [("authorization", &*format!("Bearer {secret}"))];
    for uri in ["/builds//x", "/builds%2Fx", "/Builds", "/builds/a;b", "/builds/%252e"] {
        let answer = app.machine().calls(Method::GET, &format!("/verify{uri}"), &headers).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{uri}");
    }
}

#[actix_web::test]
async fn without_a_service_the_original_request_has_to_be_known() {
    let bearer = |secret: &str| format!("Bearer {secret}");
    let app = App::with(FILE, &[]).await;
    let secret = app.member("ada").await.generates("CI").with("Builds", "Read & write").await;
    let headers = [
        ("authorization", &*bearer(&secret)),
        ("x-original-method", "GET"),
        ("x-original-uri", "/builds"),
    ];
    let machine = app.machine();
    for query in ["", "?gateway=nginx", "?gateway=traefik"] {
        let answer = machine.sends(query, &headers).await;
        assert!([400, 401].contains(&answer.status.as_u16()), "{query}: nobody is trusted");
        assert!(answer.json()["detail"].as_str().expect("words").contains("no trusted proxy"));
    }
    let trusting = App::with(FILE, &[("trusted_proxies", "127.0.0.1")]).await;
    for (query, path) in
        [("?gateway=nginx", "x-original-uri"), ("?gateway=caddy", "x-forwarded-uri")]
    {
        let told = [("x-original-method", "GET"), ("x-forwarded-method", "GET"), (path, "builds")];
        let answer = trusting.machine().sends(query, &told).await;
        let detail = answer.json()["detail"].as_str().expect("words").to_owned();
        assert!(detail.starts_with("The original path cannot be read"), "{detail}");
    }
    // In the generic dialect the question itself can be the original request.
    let answer = machine.calls(Method::POST, "/verify/builds/7", &headers[..1]).await;
    assert_eq!(answer.status, StatusCode::OK);
    for query in ["?access=read", "?method=list", "?access=", "?service=", "?service=&access=read"]
    {
        let path = format!("/verify/builds/7{query}");
        let answer = machine.calls(Method::GET, &path, &headers[..1]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[actix_web::test]
async fn a_token_in_the_original_url_counts_where_the_operator_names_the_parameter() {
    let settings = [TRUSTED[0], ("token_parameter", "access_token")];
    let app = App::with(FILE, &settings).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Builds", "Read").await;
    let bearer = format!("Bearer {secret}");
    let machine = app.machine();
    let asks = async |gateway: &str, uri: &str, bearer: &str| {
        let mut headers = vec![
            ("x-original-method", "GET"),
            ("x-original-uri", uri),
            ("x-forwarded-method", "GET"),
            ("x-forwarded-uri", uri),
        ];
        if !bearer.is_empty() {
            headers.push(("authorization", bearer));
        }
        machine.sends(&format!("?service=builds&gateway={gateway}"), &headers).await.status.as_u16()
    };
    let with = |name: &str| format!("/builds?a=1&{name}={secret}");
    for gateway in ["generic", "caddy", "traefik"] {
        assert_eq!(asks(gateway, &with("access_token"), "").await, 200, "{gateway}");
        assert_eq!(asks(gateway, "/builds", &bearer).await, 200, "{gateway}");
        assert_eq!(asks(gateway, "/builds", "").await, 401, "{gateway}");
        assert_eq!(asks(gateway, &with("token"), "").await, 401, "{gateway}");
        assert_eq!(asks(gateway, &with("access_token"), &bearer).await, 400, "{gateway}");
        let twice = format!("{}&access_token={secret}", with("access_token"));
        assert_eq!(asks(gateway, &twice, "").await, 400, "{gateway}");
    }
    // The question's own parameters are the operator's, not the client's.
    let own = format!("?service=builds&access=read&access_token={secret}");
    assert_eq!(machine.sends(&own, &[]).await.status, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn a_url_of_an_untrusted_peer_holds_no_token() {
    let app = App::with(FILE, &[("token_parameter", "access_token")]).await;
    let secret = app.member("ada").await.generates("CI").with("Builds", "Read").await;
    let uri = format!("/builds?access_token={secret}");
    let headers = [("x-original-method", "GET"), ("x-original-uri", uri.as_str())];
    let answer = app.machine().sends("?service=builds&access=read", &headers).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
