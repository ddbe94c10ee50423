//! Who may ask: callers and their secrets.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::caller::{Caller, basic};
use crate::support::cli_server::Server;
use crate::support::machine::Machine;

const HOUR: Duration = Duration::from_secs(3_600);

async fn is_known(caller: &Caller) -> bool {
    let answer = caller.introspects("nonsense").await;
    match answer.status {
        StatusCode::OK => true,
        StatusCode::UNAUTHORIZED => false,
        other => panic!("{other}: {}", answer.body),
    }
}

/// VER-08
#[actix_web::test]
async fn whoever_is_no_caller_learns_nothing_of_any_token() {
    let app = App::start().await;
    let (git, builds) = (app.caller("git").await, app.caller("builds").await);
    let token = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    let cut = &git.secret[..git.secret.len() - 1];
    for authorization in [
        None,
        Some(basic("git", "")),
        Some(basic("git", "wrong")),
        Some(basic("git", cut)),
        Some(basic("git", &builds.secret)),
        Some(basic("wiki", &git.secret)),
        Some(basic("", &git.secret)),
        Some(basic("GIT", &git.secret)),
        Some(basic(&git.secret, "git")),
        Some(basic("git", &token)),
        Some(basic("ada", &token)),
        Some(format!("Bearer {}", git.secret)),
        Some(format!("Bearer {token}")),
        Some("Basic %%%".to_owned()),
        Some("Basic".to_owned()),
    ] {
        let form = [("token", token.as_str())];
        let answer = machine.submits("/introspect", authorization.as_deref(), &form).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{authorization:?}");
        assert_eq!(answer.challenge(), "Basic realm=\"Latchkey\", charset=\"UTF-8\"");
        assert_eq!(answer.json()["error"], "invalid_client");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.body.contains("active"), "{}", answer.body);
    }
    let twice = machine.request(reqwest::Method::POST, "/introspect").form(&[("token", &token)]);
    let twice = twice.header("authorization", git.basic()).header("authorization", git.basic());
    assert_eq!(twice.send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn a_caller_may_form_encode_the_halves_of_basic_as_oauth_clients_do() {
    let app = App::start().await;
    let git = app.caller("git").await;
    let encoded = git.secret.replace('_', "%5F").replace('l', "%6c");
    let answer = app.machine();
    let basic = basic("%67it", &encoded);
    let answer = answer.submits("/introspect", Some(&basic), &[("token", "nonsense")]).await;
    assert_eq!(answer.body, r#"{"active":false}"#);
}

#[actix_web::test]
async fn a_callers_secret_opens_nothing_that_a_token_opens() {
    let app = App::start().await;
    let git = app.caller("git").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&git.secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    let answer = machine.submits("/revoke", None, &[("token", &git.secret)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(is_known(&git).await, "nor is it ended as one");
}

#[actix_web::test]
async fn a_changed_or_removed_secret_stops_at_once_or_when_it_was_said_to() {
    let app = App::start().await;
    let first = app.caller("git").await;
    let second = app.rotates(&first, Duration::ZERO).await;
    assert!(!is_known(&first).await && is_known(&second).await);
    let third = app.rotates(&second, HOUR).await;
    assert!(is_known(&second).await && is_known(&third).await);
    app.wait(TimeDelta::minutes(59));
    assert!(is_known(&second).await);
    app.wait(TimeDelta::minutes(1));
    assert!(!is_known(&second).await && is_known(&third).await);
    let fourth = app.rotates(&third, HOUR).await;
    let removed = app.application.manage.remove_caller("git", app.now()).await;
    assert_eq!(removed.expect("removed").service.as_str(), "git");
    assert!(!is_known(&third).await && !is_known(&fourth).await);
    let again = app.caller("git").await;
    assert!(is_known(&again).await && !is_known(&fourth).await);
}

/// ONCE-09, AUD-01
#[actix_web::test]
async fn a_callers_secret_is_stored_nowhere_and_each_change_leaves_a_line() {
    let app = App::start().await;
    let first = app.caller("git").await;
    let second = app.rotates(&first, HOUR).await;
    let everything = app.database.everything().await;
    for caller in [&first, &second] {
        let (hint, rest) = caller.secret.split_at("lk_caller_".len() + 4);
        assert!(everything.contains(hint) && !everything.contains(rest), "{everything}");
    }
    drop(app.application.manage.remove_caller("git", app.now()).await.expect("removed"));
    let everything = app.database.everything().await;
    for line in [
        "caller_added “git”.",
        "caller_rotated “git”. The former secret works until 22 November 2026, 19:00 UTC.",
        "caller_removed “git”.",
    ] {
        assert!(everything.contains(line), "{everything}");
    }
}

/// AUD-03
#[actix_web::test]
async fn without_its_line_in_the_log_no_caller_changes() {
    let app = App::start().await;
    let git = app.caller("git").await;
    app.database.run("ALTER TABLE events RENAME TO elsewhere").await;
    let (manage, now) = (&app.application.manage, app.now());
    assert!(manage.add_caller("builds", now).await.is_err());
    assert!(manage.rotate_caller("git", Duration::ZERO, now).await.is_err());
    assert!(manage.remove_caller("git", now).await.is_err());
    assert!(is_known(&git).await);
    assert_eq!(manage.callers().await.expect("callers").len(), 1);
}

/// LOG-01, LOG-02
#[actix_web::test]
async fn the_log_names_who_tried_a_wrong_secret_and_holds_none() {
    let mut server = Server::with_person().await;
    let browser = server.signed_in().await;
    let token = server.generate(&browser, "CI").await;
    let secret = server.add_caller("git");
    let machine = Machine::new(&server.base);
    let wrong = format!("{}x", &secret[..secret.len() - 1]);
    let form = [("token", token.as_str())];
    for (name, password) in [
        ("git", secret.as_str()),
        ("git", wrong.as_str()),
        ("builds", secret.as_str()),
        (secret.as_str(), "x"),
        ("a\nb", token.as_str()),
    ] {
        machine.submits("/introspect", Some(&basic(name, password)), &form).await;
    }
    machine.submits("/revoke", Some(&basic("git", &secret)), &form).await;
    server.stop();
    let log = server.log();
    let refusals = log.lines().filter(|line| line.contains("a caller was refused"));
    let services: Vec<bool> = refusals
        .map(|line| line.contains("service=\"git\"") && line.contains("address=127.0.0.1"))
        .collect();
    assert_eq!(services, [true, false], "{log}");
    for hidden in [&token[8..], &secret[16..secret.len() - 1]] {
        assert!(!log.contains(hidden), "{log}");
    }
}
