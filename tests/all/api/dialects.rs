//! The cases of `tests/browser/gateways.rs` as each gateway asks about them: what it does with a client's request is
//! its own documentation's word (`docs/gateways.md`, “Sources”), and what it gets back is asserted here.

use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::machine::{Answer, Machine};

/// A client's request.
struct Request<'a> {
    method: &'a str,
    target: &'a str,
    headers: Vec<(&'a str, String)>,
}

/// The question that a gateway makes of a request: method, path with query, headers.
type Shape = fn(&Request<'_>) -> (Method, String, Vec<(String, String)>);

fn own(request: &Request<'_>, names: &[&str]) -> Vec<(String, String)> {
    let kept = request.headers.iter().filter(|(name, _)| names.contains(name));
    kept.map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// What the client sent, but for the headers that the gateway sets itself.
fn all_but(request: &Request<'_>, set: &[(&str, &str)]) -> Vec<(String, String)> {
    let stays = |name: &str| set.iter().all(|(other, _)| *other != name);
    let kept = request.headers.iter().filter(|(name, _)| stays(name));
    let kept = kept.map(|(name, value)| ((*name).to_owned(), value.clone()));
    let set = set.iter().filter(|(_, value)| !value.is_empty());
    kept.chain(set.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
}

/// `auth_request` with the configuration of `docs/gateways.md`.
fn nginx(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let set = [
        ("x-original-method", request.method),
        ("x-original-uri", request.target),
        ("x-original-url", ""),
        ("x-forwarded-for", "198.51.100.7"),
    ];
    (Method::GET, "/verify?gateway=nginx&service=git".to_owned(), all_but(request, &set))
}

/// nginx.tmpl, the location of `auth-url`, and the `auth-snippet` of `docs/gateways.md`.
fn ingress_nginx(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let url = format!("https://git.example.org{}", request.target);
    let set = [
        ("x-original-method", request.method),
        ("x-original-url", url.as_str()),
        ("x-original-uri", ""),
        ("x-forwarded-proto", ""),
        ("x-sent-from", "nginx-ingress-controller"),
        ("x-real-ip", "198.51.100.7"),
        ("x-forwarded-for", "198.51.100.7"),
        ("x-auth-request-redirect", request.target),
    ];
    (Method::GET, "/verify?gateway=nginx&service=git".to_owned(), all_but(request, &set))
}

/// ForwardAuth: `authRequestHeaders`, then `writeHeader` without `trustForwardHeader`.
fn traefik(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let mut headers = own(request, &["authorization", "user-agent"]);
    for (name, value) in [
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-method", request.method),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "git.example.org"),
        ("x-forwarded-uri", request.target),
    ] {
        headers.push((name.to_owned(), value.to_owned()));
    }
    (Method::GET, "/verify?gateway=traefik&service=git".to_owned(), headers)
}

/// `forward_auth`, expanded: every header of the client's goes along.
fn caddy(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let set = [
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-method", request.method),
        ("x-forwarded-uri", request.target),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "git.example.org"),
    ];
    (Method::GET, "/verify?gateway=caddy&service=git".to_owned(), all_but(request, &set))
}

/// `ext_authz` over HTTP: the original method, `path_prefix` with path and query behind it, `allowed_headers`.
fn envoy(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let path = format!("/verify?gateway=envoy&service=git&original={}", request.target);
    let mut headers = own(request, &["authorization", "user-agent"]);
    headers.push(("x-forwarded-for".to_owned(), "198.51.100.7,127.0.0.1".to_owned()));
    headers.push(("x-envoy-internal".to_owned(), "true".to_owned()));
    headers.push(("content-length".to_owned(), "0".to_owned()));
    (Method::from_bytes(request.method.as_bytes()).expect("a method"), path, headers)
}

/// `latchkey.lua` of `docs/gateways.md`.
fn haproxy(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let mut headers = own(request, &["authorization", "user-agent"]);
    for (name, value) in [
        ("x-original-method", request.method),
        ("x-original-uri", request.target),
        ("x-forwarded-for", "198.51.100.7"),
    ] {
        headers.push((name.to_owned(), value.to_owned()));
    }
    (Method::GET, "/verify?service=git".to_owned(), headers)
}

async fn asks(machine: &Machine, shape: Shape, request: &Request<'_>) -> Answer {
    let (method, path, headers) = shape(request);
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (&**n, &**v)).collect();
    machine.calls(method, &path, &headers).await
}

/// What a client may claim without getting anywhere by it.
fn claims() -> Vec<(&'static str, String)> {
    let claim = |name, value: &str| (name, value.to_owned());
    vec![
        claim("x-original-method", "GET"),
        claim("x-original-uri", "/public"),
        claim("x-original-url", "https://git.example.org/public"),
        claim("x-forwarded-method", "GET"),
        claim("x-forwarded-uri", "/public"),
        claim("x-forwarded-for", "203.0.113.9"),
        claim("x-http-method-override", "GET"),
        claim("remote-user", "root"),
        claim("x-token-access", "git:read-write"),
    ]
}

/// What a request is, with which token, by which method, and the answer: status, the challenge's error, its scope.
type Case = (&'static str, String, &'static str, u16, &'static str, &'static str);

async fn cases(app: &App, malformed: u16) -> Vec<Case> {
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    let reading = ada.generates("reading").with("Git", "Read").await;
    let writing = ada.generates("writing").with("Git", "Read & write").await;
    let other = ada.generates("other").with("Builds", "Read & write").await;
    let revoked = ada.generates("revoked").with("Git", "Read & write").await;
    let expired = ada.generates("expired").expiring("7").with("Git", "Read & write").await;
    let elsewhere = ada.generates("else").only_from("203.0.113.0/24").with("Git", "Read").await;
    let here = ada.generates("here").only_from("198.51.100.0/24").with("Git", "Read").await;
    let orphan = bo.generates("orphan").with("Git", "Read & write").await;
    ada.revokes("revoked").await;
    app.wait(chrono::TimeDelta::days(8));
    app.database.run("UPDATE users SET disabled_at = 1 WHERE name = 'bo'").await;
    let (invalid, narrow) = ("invalid_token", "insufficient_scope");
    let unknown = "lk_000000000000000000000000000000000000".to_owned();
    vec![
        ("allowed to read", reading.clone(), "GET", 200, "", ""),
        ("allowed to write", writing, "DELETE", 200, "", ""),
        ("allowed from there", here, "HEAD", 200, "", ""),
        ("no credentials", String::new(), "GET", 401, "", ""),
        ("a preflight, were it asked about", String::new(), "OPTIONS", 401, "", ""),
        ("malformed", "one two".to_owned(), "GET", malformed, "invalid_request", ""),
        ("unknown", unknown, "GET", 401, invalid, ""),
        ("revoked", revoked, "GET", 401, invalid, ""),
        ("expired", expired, "GET", 401, invalid, ""),
        ("owner disabled", orphan, "GET", 401, invalid, ""),
        ("too narrow", reading, "PUT", 403, narrow, "git:write"),
        ("another service", other, "GET", 403, narrow, "git:read"),
        ("from elsewhere", elsewhere, "GET", 403, narrow, ""),
    ]
}

fn answers(what: &str, answer: &Answer, error: &str, scope: &str) {
    let challenge = answer.challenge();
    if answer.status == StatusCode::OK {
        assert_eq!((answer.body.as_str(), challenge), ("", ""), "{what}");
        assert_eq!(answer.header("remote-user"), "ada", "{what}");
        assert!(super::gateway::IDENTITY.iter().all(|name| answer.headers.contains_key(*name)));
        return;
    }
    assert!(challenge.starts_with("Bearer realm=\"Latchkey\""), "{what}: {challenge}");
    let said = |name: &str, value: &str| match value {
        "" => !challenge.contains(&format!("{name}=")),
        value => challenge.contains(&format!("{name}=\"{value}\"")),
    };
    assert!(said("error", error) && said("scope", scope), "{what}: {challenge}");
    assert_eq!(answer.json()["status"], answer.status.as_u16(), "{what}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
}

/// Every case, plain and with everything that a client may claim, for an upload and for a websocket too.
async fn every_case(shape: Shape, malformed: u16) {
    let app = App::with(latchkey::config::SAMPLE, &[("trusted_proxies", "127.0.0.1")]).await;
    let machine = app.machine();
    for (what, token, method, status, error, scope) in cases(&app, malformed).await {
        let sends = |name, value: &str| (name, value.to_owned());
        let upgrade = vec![sends("connection", "upgrade"), sends("upgrade", "websocket")];
        for more in [vec![], claims(), upgrade] {
            let mut headers = more;
            if !token.is_empty() {
                headers.push(("authorization", format!("Bearer {token}")));
            }
            // The query is the client's, and asks nothing of Latchkey.
            let target =
                "/ada/notes?service=builds&access=read&method=x&gateway=generic&original=/";
            let request = Request { method, target, headers };
            let answer = asks(&machine, shape, &request).await;
            if method == "HEAD" {
                assert_eq!(answer.status.as_u16(), status, "{what}");
                continue;
            }
            assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.body);
            answers(what, &answer, error, scope);
        }
    }
}

/// The same gateway at an address that Latchkey has not been told to trust: what it says of the request counts for
/// nothing, so the most is needed.
async fn untrusted(shape: Shape, reading_a_page: StatusCode) {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let machine = app.machine();
    for (access, expected) in [("Read", reading_a_page), ("Read & write", StatusCode::OK)] {
        let token = ada.generates(access).with("Git", access).await;
        let headers = vec![("authorization", format!("Bearer {token}"))];
        let request = Request { method: "GET", target: "/ada/notes", headers };
        assert_eq!(asks(&machine, shape, &request).await.status, expected, "{access}");
    }
}

#[actix_web::test]
async fn nginx_gets_every_answer_as_a_401_or_a_403() {
    every_case(nginx, 401).await;
    untrusted(nginx, StatusCode::FORBIDDEN).await;
}

#[actix_web::test]
async fn ingress_nginx_is_understood_by_its_absolute_url() {
    every_case(ingress_nginx, 401).await;
    untrusted(ingress_nginx, StatusCode::FORBIDDEN).await;
}

#[actix_web::test]
async fn traefik_is_understood_by_what_it_forwards() {
    every_case(traefik, 400).await;
    untrusted(traefik, StatusCode::FORBIDDEN).await;
}

#[actix_web::test]
async fn caddy_is_understood_by_what_it_forwards_whatever_else_the_client_sends() {
    every_case(caddy, 400).await;
    untrusted(caddy, StatusCode::FORBIDDEN).await;
}

#[actix_web::test]
async fn envoy_asks_with_the_method_itself_and_the_clients_query_is_no_part_of_the_question() {
    every_case(envoy, 400).await;
    untrusted(envoy, StatusCode::OK).await;
}

#[actix_web::test]
async fn haproxys_script_asks_in_the_generic_dialect() {
    every_case(haproxy, 400).await;
    untrusted(haproxy, StatusCode::FORBIDDEN).await;
}

#[actix_web::test]
async fn a_question_in_envoys_dialect_has_to_end_with_the_original_path() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    for query in [
        "?gateway=envoy&service=git&access=read",
        "?service=git&access=read&original=/",
        "?gateway=nginx&service=git&access=read&original=/",
        "?original=/&gateway=envoy&service=git&access=read",
    ] {
        let answer = machine.asks(query, &secret).await;
        assert!([400, 401].contains(&answer.status.as_u16()), "{query}: {}", answer.status);
        assert!(answer.challenge().contains("invalid_request"), "{query}");
    }
}
