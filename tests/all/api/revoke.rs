//! `/revoke` (RFC 7009) and DELETE `/api/v1/token`: who holds a token may end it.

use std::cell::Cell;

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::machine::Answer;
use crate::support::people::{PASSWORD, sign_in};

async fn revokes(app: &App, token: &str) -> Answer {
    app.machine().submits("/revoke", None, &[("token", token)]).await
}

async fn deletes(app: &App, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    app.machine().calls(Method::DELETE, "/api/v1/token", &[("authorization", &bearer)]).await
}

async fn revoked(app: &App) -> i64 {
    app.database.count("SELECT count(*) AS n FROM tokens WHERE revoked_at IS NOT NULL").await
}

#[actix_web::test]
async fn whoever_holds_a_token_ends_it_at_once_and_its_owner_is_told() {
    let app = App::start().await;
    let git = app.caller("git").await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let kept = ada.generates("Mirror").with("Git", "Read").await;
    let answer = revokes(&app, &secret).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(answer.header("cache-control"), "no-store");
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(git.introspects(&secret).await.body, r#"{"active":false}"#);
    assert_eq!(machine.verifies(&kept, "git", "read").await, StatusCode::OK);
    let list = ada.opens("/account/tokens").await;
    assert!(list.row("CI").is_none());
    let told = "“CI” was revoked on 22 November 2026, 18:00 UTC by a program that presented its value, from 127.0.0.1.";
    assert!(list.says(told), "{}", list.text);
    let everything = app.database.everything().await;
    let line = "token_surrendered “CI”: Read Git. curl/8.5 127.0.0.1";
    assert!(everything.contains(line) && !everything.contains(&secret[8..]), "{everything}");
    assert!(!app.member("bo").await.opens("/account/tokens").await.says("was revoked on"));
    app.wait(TimeDelta::days(7));
    sign_in(&ada.browser, "ada", PASSWORD).await;
    assert!(!ada.opens("/account/tokens").await.says("was revoked on"), "not for ever");
}

#[actix_web::test]
async fn what_is_no_token_or_one_no_more_is_answered_like_one() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let unknown = "lk_000000000000000000000000000000000000";
    for token in [unknown, "nonsense", &secret[..20], secret.as_str(), secret.as_str()] {
        let answer = revokes(&app, token).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""), "{token}");
    }
    assert_eq!(revoked(&app).await, 1);
    let lines = "SELECT count(*) AS n FROM events WHERE kind = 'token_surrendered'";
    assert_eq!(app.database.count(lines).await, 1, "the second time changes nothing");
}

#[actix_web::test]
async fn a_paused_or_expired_token_can_be_ended_too() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let short = ada.generates("short").expiring("7").with("Git", "Read").await;
    let paused = ada.generates("paused").with("Git", "Read").await;
    app.database.run("UPDATE tokens SET paused_at = 1 WHERE name = 'paused'").await;
    app.wait(TimeDelta::days(8));
    for token in [short, paused] {
        assert_eq!(deletes(&app, &token).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(revokes(&app, &token).await.status, StatusCode::OK);
    }
    assert_eq!(revoked(&app).await, 2);
}

#[actix_web::test]
async fn a_former_value_ends_its_token_while_it_works_and_nothing_afterwards() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let old = ada.generates("CI").with("Git", "Read").await;
    let new = ada.regenerates(&app, "CI", "1").await.secret().expect("the new value");
    let other = ada.generates("Mirror").with("Git", "Read").await;
    let dead = other.clone();
    let fresh = ada.regenerates(&app, "Mirror", "").await.secret().expect("the new value");
    assert_eq!(revokes(&app, &dead).await.status, StatusCode::OK);
    assert_eq!(app.machine().verifies(&fresh, "git", "read").await, StatusCode::OK);
    app.wait(TimeDelta::minutes(30));
    assert_eq!(revokes(&app, &old).await.status, StatusCode::OK);
    for value in [&old, &new] {
        assert_eq!(app.machine().verifies(value, "git", "read").await, StatusCode::UNAUTHORIZED);
    }
    let late = ada.generates("Late").with("Git", "Read").await;
    let fresh = ada.regenerates(&app, "Late", "1").await.secret().expect("the new value");
    app.wait(TimeDelta::hours(1));
    assert_eq!(revokes(&app, &late).await.status, StatusCode::OK);
    assert_eq!(app.machine().verifies(&fresh, "git", "read").await, StatusCode::OK);
}

#[actix_web::test]
async fn a_revocation_that_is_not_understood_is_refused_and_changes_nothing() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    let form = "application/x-www-form-urlencoded";
    let posts = |kind, body: String| machine.posts("/revoke", "", kind, body);
    for (answer, status) in [
        (posts(form, String::new()).await, 400),
        (posts(form, format!("token={secret}&token={secret}")).await, 400),
        (posts(form, format!("token={secret}&pad={}", "x".repeat(8_192))).await, 413),
        (posts("application/json", format!("{{\"token\":\"{secret}\"}}")).await, 415),
    ] {
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
        assert_eq!(answer.json()["error"], "invalid_request");
    }
    let got = machine.calls(Method::GET, &format!("/revoke?token={secret}"), &[]).await;
    assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(revoked(&app).await, 0);
}

/// AUD-03, VER-16
#[actix_web::test]
async fn a_revocation_without_its_line_in_the_log_does_not_happen_and_says_so() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    app.database.run("ALTER TABLE events RENAME TO elsewhere").await;
    assert_eq!(revokes(&app, &secret).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(deletes(&app, &secret).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
}

#[actix_web::test]
async fn a_token_ends_itself_and_is_refused_from_then_on() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let answer = deletes(&app, &secret).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(answer.header("cache-control"), "no-store");
    let again = deletes(&app, &secret).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    assert!(again.challenge().contains("error=\"invalid_token\""), "{}", again.challenge());
    let unknown = deletes(&app, "lk_000000000000000000000000000000000000").await;
    assert_eq!(again.body, unknown.body);
    let none = app.machine().calls(Method::DELETE, "/api/v1/token", &[]).await;
    assert_eq!(none.challenge(), "Bearer realm=\"Latchkey\"");
    assert!(ada.opens("/account/tokens").await.says("“CI” was revoked on"));
}

#[actix_web::test]
async fn a_token_bound_to_addresses_ends_itself_only_from_there() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    app.database.run("UPDATE tokens SET networks = '203.0.113.9'").await;
    assert_eq!(deletes(&app, &secret).await.status, StatusCode::FORBIDDEN);
    assert_eq!(revoked(&app).await, 0);
    assert_eq!(revokes(&app, &secret).await.status, StatusCode::OK, "but whoever found it may");
    assert_eq!(revoked(&app).await, 1);
}

/// VER-11
#[actix_web::test]
async fn once_a_revocation_by_possession_is_answered_no_question_is_allowed() {
    let app = App::start().await;
    let git = app.caller("git").await;
    let ada = app.member("ada").await;
    for round in 0..6 {
        let secret = ada.generates(&format!("t{round}")).with("Git", "Read").await;
        let (used, answered, late) = (Cell::new(false), Cell::new(false), Cell::new(0));
        let active = async || git.introspects(&secret).await.json()["active"] == true;
        let allowed =
            async || app.machine().verifies(&secret, "git", "read").await == StatusCode::OK;
        let end = async {
            while !used.get() {
                tokio::task::yield_now().await;
            }
            let status = match round % 2 {
                0 => revokes(&app, &secret).await.status,
                _ => deletes(&app, &secret).await.status,
            };
            assert!(status.is_success());
            answered.set(true);
        };
        let ask = async {
            assert!(active().await && allowed().await);
            used.set(true);
            while !answered.get() {
                active().await;
                allowed().await;
            }
            for _ in 0..10 {
                let (active, allowed) = (active().await, allowed().await);
                late.set(late.get() + usize::from(active) + usize::from(allowed));
            }
        };
        tokio::join!(end, ask);
        assert_eq!(late.get(), 0);
    }
}
