//! What was shown stays, what was revoked stays revoked: through kill -9 and through a stop.

use reqwest::StatusCode;

use crate::support::browse::Browser;
use crate::support::cli_server::Server;
use crate::support::machine::Machine;

/// DUR-01, DUR-02
#[actix_web::test]
async fn a_killed_server_has_lost_nothing_it_answered() {
    let mut server = Server::with_person().await;
    let mut live = Vec::new();
    let mut dead = Vec::new();
    for round in 0..8 {
        let browser = server.signed_in().await;
        let kept = server.generate(&browser, &format!("kept {round}")).await;
        let gone = server.generate(&browser, &format!("gone {round}")).await;
        server.revoke(&browser, &format!("gone {round}")).await;
        live.push(kept);
        dead.push(gone);
        server.kill();
        server.start();
        let machine = Machine::new(&server.base);
        for secret in &live {
            assert_eq!(machine.verifies(secret, "git", "read").await, StatusCode::OK, "{round}");
        }
        for secret in &dead {
            let status = machine.verifies(secret, "git", "read").await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{round}");
        }
        let page = browser.get("/account/tokens").await;
        assert_eq!(page.status, StatusCode::OK, "the session was kept");
    }
}

/// DUR-03
#[actix_web::test]
async fn a_stopped_server_ends_well_and_has_written_the_last_uses() {
    let mut server = Server::with_person().await;
    let browser = server.signed_in().await;
    let secret = server.generate(&browser, "CI").await;
    let machine = Machine::new(&server.base);
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    drop(machine);
    assert!(server.stop().success());
    server.start();
    let row = browser.get("/account/tokens").await.row("CI").expect("a row");
    assert_ne!(row[2], "Never used");
}

/// DUR-04
#[actix_web::test]
async fn a_second_server_on_the_same_database_is_harmless() {
    let server = Server::with_person().await;
    let second = server.twin();
    let browser = server.signed_in().await;
    let secret = server.generate(&browser, "CI").await;
    let (here, there) = (Machine::new(&server.base), Machine::new(&second.base));
    assert_eq!(there.verifies(&secret, "git", "read").await, StatusCode::OK);
    let page = Browser::new(&second.base).get("/sign-in").await;
    assert_eq!(page.status, StatusCode::OK);
    server.revoke(&browser, "CI").await;
    assert_eq!(here.verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(there.verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
}

/// LOG-01, LOG-02
#[actix_web::test]
async fn the_log_holds_no_secret_whatever_slips_into_a_request() {
    let mut server = Server::with_person().await;
    let browser = server.signed_in().await;
    let secret = server.generate(&browser, "CI").await;
    let machine = Machine::new(&server.base);
    for path in [
        format!("/verify?service=git&token={secret}"),
        format!("/{secret}"),
        format!("/sign-in?next=/{secret}"),
    ] {
        let headers =
            [("referer", secret.as_str()), ("user-agent", &*format!("x\u{85}\u{202e} {secret}"))];
        machine.calls(reqwest::Method::GET, &path, &headers).await;
    }
    server.stop();
    let log = server.log();
    assert!(log.contains("request") && log.contains("/sign-in"), "{log}");
    for hidden in
        [secret.as_str(), crate::support::cli_server::PASSWORD, "latchkey-session", "\u{202e}"]
    {
        assert!(!log.contains(hidden), "{hidden}: {log}");
    }
}

/// DUR-01, DUR-04: another program beside the server must not take its write-ahead log away.
#[actix_web::test]
async fn commands_beside_a_running_server_lose_nothing() {
    let mut server = Server::with_person().await;
    let browser = server.signed_in().await;
    let gone = server.generate(&browser, "gone").await;
    server.add_person("bo");
    assert!(server.holds_its_database());
    server.revoke(&browser, "gone").await;
    let kept = server.generate(&browser, "kept").await;
    server.kill();
    server.start();
    let machine = Machine::new(&server.base);
    assert_eq!(machine.verifies(&gone, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(machine.verifies(&kept, "git", "read").await, StatusCode::OK);
}

/// DUR-04: answers from a file that nobody else sees would be worth nothing.
#[actix_web::test]
async fn a_server_whose_database_was_taken_away_ends_and_says_why() {
    let mut server = Server::with_person().await;
    server.signed_in().await;
    if !server.loses_its_database() {
        return; // PostgreSQL has no file.
    }
    assert!(!server.ends().success());
    let log = server.log();
    assert!(log.contains("looking after the database’s file"), "{log}");
}
