//! `/verify`, as any gateway asks.

use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::machine::Machine;

const UNKNOWN: &str = "lk_000000000000000000000000000000000000";
pub const IDENTITY: [&str; 11] = [
    "remote-user",
    "remote-name",
    "remote-email",
    "remote-groups",
    "x-auth-request-user",
    "x-auth-request-email",
    "x-token-id",
    "x-token-name",
    "x-token-access",
    "x-token-expires",
    "x-token-expires-soon",
];

#[actix_web::test]
async fn an_allowed_request_gets_an_empty_200_with_every_identity_header() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret =
        ada.generates("CI ビルド").with("Builds", "Read & write").with("Git", "Read").await;
    let answer = app.machine().asks("?service=builds&access=write", &secret).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
    for (name, value) in [
        ("remote-user", "ada"),
        ("remote-name", "ada Nyström"),
        ("remote-email", "ada@fernhill.example"),
        ("remote-groups", ""),
        ("x-auth-request-user", "ada"),
        ("x-auth-request-email", "ada@fernhill.example"),
        ("x-token-name", "CI ビルド"),
        ("x-token-access", "builds:read-write git:read"),
        ("x-token-expires", "2027-02-21T00:00:00Z"),
        ("cache-control", "no-store"),
        ("set-cookie", ""),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let forever = ada.generates("Forever").expiring("never").with("Git", "Read").await;
    let answer = app.machine().asks("?service=git&access=read", &forever).await;
    for name in IDENTITY {
        assert!(answer.headers.contains_key(name), "{name}: VER-15, empty rather than left out");
    }
    assert_eq!(answer.header("x-token-expires"), "");
}

/// VER-02
#[actix_web::test]
async fn exactly_what_was_granted_is_allowed() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Builds", "Read & write").with("Git", "Read").await;
    let machine = app.machine();
    for service in app.config.catalogue.services() {
        let key = service.key.as_str();
        for access in ["read", "write"] {
            let granted = key == "builds" || (key, access) == ("git", "read");
            let status = if granted { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(machine.verifies(&secret, key, access).await, status, "{key} {access}");
        }
    }
    for service in ["nope", "*", "BUILDS", "builds ", "build", "builds,git"] {
        let status = machine.verifies(&secret, service, "read").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{service}");
    }
    for query in [
        "?service=git&access=admin",
        "?service=git&access=READ",
        "?service=",
        "",
        "?service=git&service=builds",
    ] {
        assert_eq!(machine.asks(query, &secret).await.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

/// VER-07
#[actix_web::test]
async fn a_refusal_says_what_rfc_6750_says() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    let none = machine.sends("?service=git&access=read", &[]).await;
    assert_eq!(
        (none.status, none.challenge()),
        (StatusCode::UNAUTHORIZED, "Bearer realm=\"Latchkey\"")
    );
    let unknown = machine.asks("?service=git&access=read", UNKNOWN).await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    assert_eq!(unknown.challenge(), "Bearer realm=\"Latchkey\", error=\"invalid_token\"");
    let narrow = machine.asks("?service=git&access=write", &secret).await;
    assert_eq!(narrow.status, StatusCode::FORBIDDEN);
    assert_eq!(
        narrow.challenge(),
        "Bearer realm=\"Latchkey\", error=\"insufficient_scope\", scope=\"git:write\""
    );
    assert_eq!(narrow.json()["scope"], "git:write");
    let twice = format!("Bearer {secret}");
    let twice = machine
        .sends("?service=git", &[("authorization", &twice), ("authorization", &twice)])
        .await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    assert_eq!(twice.challenge(), "Bearer realm=\"Latchkey\", error=\"invalid_request\"");
    for answer in [none, unknown, narrow, twice] {
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.json()["status"], answer.status.as_u16());
        assert!(IDENTITY.iter().all(|name| answer.header(name).is_empty()));
    }
}

/// VER-06, VER-17
#[actix_web::test]
async fn unknown_expired_revoked_and_disabled_are_one_answer() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let bo = app.member("bo").await;
    let revoked = ada.generates("revoked").with("Git", "Read").await;
    let expired = ada.generates("expired").expiring("7").with("Git", "Read").await;
    let orphan = bo.generates("CI").with("Git", "Read").await;
    ada.revokes("revoked").await;
    app.wait(chrono::TimeDelta::days(8));
    let machine = app.machine();
    assert_eq!(machine.verifies(&orphan, "git", "read").await, StatusCode::OK);
    app.disables("bo").await;
    let mut answers = Vec::new();
    for token in [UNKNOWN, "nonsense", &revoked, &expired, &orphan] {
        let answer = machine.asks("?service=git&access=read", token).await;
        let mut headers: Vec<String> =
            answer.headers.iter().map(|(n, v)| format!("{n}: {v:?}")).collect();
        headers.retain(|line| !line.starts_with("date"));
        headers.sort();
        answers.push((answer.status, headers, answer.body));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

/// VER-12
#[actix_web::test]
async fn a_token_works_before_its_last_second_is_over_and_not_from_then_on() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").expiring("7").with("Git", "Read").await;
    let machine = app.machine();
    app.jump_to("2026-11-29T23:59:59.99Z");
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    app.jump_to("2026-11-30T00:00:00Z");
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
}

/// VER-13
#[actix_web::test]
async fn a_clock_that_goes_back_revives_nothing_revoked() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    ada.revokes("CI").await;
    app.wait(chrono::TimeDelta::days(-400));
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    let browser = ada.elsewhere().await;
    assert_eq!(browser.get("/account/tokens").await.status, StatusCode::OK);
}

/// VER-03, VER-05, VER-10
#[actix_web::test]
async fn damaged_values_and_other_places_are_refused_quickly_without_an_echo() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    let damaged = [
        secret[..secret.len() - 1].to_owned(),
        format!("{secret}0"),
        secret.to_ascii_uppercase(),
        secret.replace("lk_", "kl_"),
        "lk_*".to_owned(),
        "'; DROP TABLE tokens; --".to_owned(),
        "\u{e9}\u{fe0f}".to_owned(),
        "x".repeat(7_000),
    ];
    for value in damaged {
        let answer = machine.asks("?service=git&access=read", &value).await;
        assert!([400, 401].contains(&answer.status.as_u16()), "{value}: {}", answer.status);
        assert!(!answer.body.contains(&value) && !format!("{:?}", answer.headers).contains(&value));
    }
    for (query, header) in [
        (format!("?service=git&access=read&access_token={secret}"), ("x-none", "")),
        ("?service=git&access=read".to_owned(), ("cookie", &*format!("access_token={secret}"))),
        ("?service=git&access=read".to_owned(), ("x-api-key", &*secret)),
    ] {
        assert_eq!(machine.sends(&query, &[header]).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
}

/// VER-04
#[actix_web::test]
async fn a_token_may_come_as_bearer_token_or_basic() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let basic = |text: String| format!("Basic {}", data_encoding::BASE64.encode(text.as_bytes()));
    for value in [
        format!("bearer {secret}"),
        format!("Token {secret}"),
        format!("Bearer secret-token:{secret}"),
        basic(format!("ada:{secret}")),
        basic(format!("{secret}:")),
    ] {
        let headers = [("authorization", value.as_str())];
        let answer = app.machine().sends("?service=git&access=read", &headers).await;
        assert_eq!(answer.status, StatusCode::OK, "{value}");
    }
}

#[actix_web::test]
async fn the_needed_access_follows_from_the_method_where_it_is_known() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let bearer = format!("Bearer {secret}");
    let machine = app.machine();
    let call = |method: Method| {
        let bearer = bearer.clone();
        let machine: &Machine = &machine;
        async move {
            machine
                .calls(method, "/verify/git/info/refs?service=git", &[("authorization", &bearer)])
                .await
                .status
        }
    };
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        assert_eq!(call(method.clone()).await, StatusCode::OK, "{method}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        assert_eq!(call(method.clone()).await, StatusCode::FORBIDDEN, "{method}");
    }
    // HTTP-15: a forwarded method from a peer that isn't trusted can't lower what is needed.
    for name in ["x-original-method", "x-forwarded-method"] {
        let headers = [("authorization", bearer.as_str()), (name, "GET")];
        let answer = machine.calls(Method::POST, "/verify?service=git", &headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
        let answer = machine.sends("?service=git", &headers).await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "{name}: unbelieved, so the most is needed"
        );
    }
}
