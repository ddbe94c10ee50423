//! The cases of `tests/browser/gateways.rs` as each gateway asks about them, and what it gets back.

use reqwest::StatusCode;

use super::limits::edits;
use super::shapes::{Request, Shape, caddy, envoy, haproxy, ingress_nginx, nginx, traefik};
use crate::support::App;
use crate::support::machine::{Answer, Machine};

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

/// What only some gateways can hand on: a question that is not understood, and a token that was used too often.
#[derive(Clone, Copy)]
struct Own {
    malformed: u16,
    limited: u16,
}

const WHOLE: Own = Own { malformed: 400, limited: 429 };
const NGINX: Own = Own { malformed: 401, limited: 403 };

const LIMITED: &str = "used too often";

/// A token with a limit of its own, which is spent.
async fn spent(app: &App) -> String {
    let cy = app.member("cy").await;
    let secret = cy.generates("spent").with("Git", "Read").await;
    edits(app, &cy, "spent", "Requests a minute", "1").await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    secret
}

async fn cases(app: &App, own: Own) -> Vec<Case> {
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
    app.disables("bo").await;
    let spent = spent(app).await;
    let (invalid, narrow) = ("invalid_token", "insufficient_scope");
    let unknown = "lk_000000000000000000000000000000000000".to_owned();
    vec![
        ("allowed to read", reading.clone(), "GET", 200, "", ""),
        ("allowed to write", writing, "DELETE", 200, "", ""),
        ("allowed from there", here, "HEAD", 200, "", ""),
        ("no credentials", String::new(), "GET", 401, "", ""),
        ("a preflight, were it asked about", String::new(), "OPTIONS", 401, "", ""),
        ("malformed", "one two".to_owned(), "GET", own.malformed, "invalid_request", ""),
        ("unknown", unknown, "GET", 401, invalid, ""),
        ("revoked", revoked, "GET", 401, invalid, ""),
        ("expired", expired, "GET", 401, invalid, ""),
        ("owner disabled", orphan, "GET", 401, invalid, ""),
        ("too narrow", reading, "PUT", 403, narrow, "git:write"),
        ("another service", other, "GET", 403, narrow, "git:read"),
        ("from elsewhere", elsewhere, "GET", 403, narrow, ""),
        (LIMITED, spent, "GET", own.limited, "", ""),
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

/// When it may go on, and no challenge, as another token is not what it lacks.
fn tells_of_the_limit(answer: &Answer) {
    let meant = if answer.status == StatusCode::TOO_MANY_REQUESTS { "" } else { "429" };
    for (name, value) in [
        ("retry-after", "60"),
        ("ratelimit", "\"token\";r=0;t=60"),
        ("ratelimit-policy", "\"token\";q=1;w=60"),
        ("content-type", "application/problem+json"),
        ("cache-control", "no-store"),
        ("x-error-status", meant),
        ("www-authenticate", ""),
        ("x-token-id", ""),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert_eq!(answer.json()["status"], 429);
    let told = answer.header("x-error-body");
    assert_eq!(told, if meant.is_empty() { "" } else { &answer.body });
}

/// Every case, plain and with everything that a client may claim, for an upload and for a websocket too.
async fn every_case(shape: Shape, own: Own) {
    let app = App::with(latchkey::config::SAMPLE, &[("trusted_proxies", "127.0.0.1")]).await;
    let machine = app.machine();
    for (what, token, method, status, error, scope) in cases(&app, own).await {
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
            match what {
                LIMITED => tells_of_the_limit(&answer),
                _ => answers(what, &answer, error, scope),
            }
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
    every_case(nginx, NGINX).await;
    untrusted(nginx, StatusCode::FORBIDDEN).await;
}

#[actix_web::test]
async fn ingress_nginx_is_understood_by_its_absolute_url() {
    every_case(ingress_nginx, NGINX).await;
    untrusted(ingress_nginx, StatusCode::FORBIDDEN).await;
}

#[actix_web::test]
async fn traefik_is_understood_by_what_it_forwards() {
    every_case(traefik, WHOLE).await;
    untrusted(traefik, StatusCode::FORBIDDEN).await;
}

#[actix_web::test]
async fn caddy_is_understood_by_what_it_forwards_whatever_else_the_client_sends() {
    every_case(caddy, WHOLE).await;
    untrusted(caddy, StatusCode::FORBIDDEN).await;
}

#[actix_web::test]
async fn envoy_asks_with_the_method_itself_and_the_clients_query_is_no_part_of_the_question() {
    every_case(envoy, WHOLE).await;
    untrusted(envoy, StatusCode::OK).await;
}

#[actix_web::test]
async fn haproxys_script_asks_in_the_generic_dialect() {
    every_case(haproxy, WHOLE).await;
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
