//! What was shown stays, what was revoked stays revoked: through kill -9 and through a stop.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::browse::Browser;
use crate::support::cli_server::{PASSWORD, Server};
use crate::support::database::lacks_postgres;
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
    actix_web::rt::time::sleep(latchkey::verify::BOUND).await;
    assert_eq!(there.verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn a_command_that_has_ended_holds_on_every_node() {
    let server = Server::with_person().await;
    let second = server.twin();
    let secret = server.generate(&server.signed_in().await, "CI").await;
    let machines = [Machine::new(&server.base), Machine::new(&second.base)];
    for _ in 0..2 {
        for (words, status) in [
            (&["user", "disable", "ada"][..], StatusCode::UNAUTHORIZED),
            (&["user", "enable", "ada", "--yes"], StatusCode::OK),
        ] {
            server.runs(words);
            for machine in &machines {
                assert_eq!(machine.verifies(&secret, "git", "read").await, status, "{words:?}");
            }
        }
    }
}

#[actix_web::test]
async fn a_server_that_is_told_so_goes_by_the_file_as_it_is_now() {
    let server = Server::with_person().await;
    let browser = server.signed_in().await;
    let secret = server.generate(&browser, "CI").await;
    let machine = Machine::new(&server.base);
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    server.reloads("typo = 1\n[[services]]\nkey = \"git\"\nrole = \"nobody\"\n");
    server.says("the file was not taken").await;
    let log = server.log();
    let event = log.lines().find(|line| line.contains("the file was not taken")).expect("a line");
    assert!(event.contains("latchkey.toml, line 1: ") && event.contains("line 4: "), "{log}");
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK, "nothing changed");
    server.reloads("[[services]]\nkey = \"mail\"\n");
    server.says("goes by the file as it is now").await;
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::FORBIDDEN);
    assert!(browser.get("/account/tokens/new").await.says("mail"));
    assert!(!server.log().contains("held back"), "{}", server.log());
    let team = "[[teams]]\nkey = \"web\"\n[teams.services]\nmail = \"read\"\n";
    server.reloads(&format!("name = \"Other\"\n[[services]]\nkey = \"mail\"\n{team}"));
    server.says("held back until the next start: name\n").await;
    server.reloads("[[services]]\nkey = \"mail\"\n");
    server.says("no team limits it any more: open by role alone service=\"mail\"").await;
    let settings =
        "name = \"Other\"\nindex_memory = 256\nstop_grace = \"1s\"\nsession_idle = \"1h\"\n";
    server.reloads(&format!("{settings}[[services]]\nkey = \"mail\"\n"));
    // The environment has a stop_grace, which goes before the file's.
    server
        .says("changed, and held back until the next start: name, session_idle, index_memory\n")
        .await;
    let page = browser.get("/account").await;
    assert!(page.text.contains("Latchkey") && !page.text.contains("Other"), "{}", page.text);
    // The sample would open Git again.
    server.loses_its_file();
    server.says("latchkey.toml: No such file").await;
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn a_file_that_was_read_at_start_and_is_gone_opens_nothing() {
    let mut server = Server::with_person().await;
    server.reloads("[[services]]\nkey = \"mail\"\n");
    server.restart_with("LATCHKEY_LOG", "info");
    let browser = server.signed_in().await;
    server.loses_its_file();
    server.says("latchkey.toml: No such file").await;
    let page = browser.get("/account/tokens/new").await;
    assert!(page.says("mail") && !page.says("Builds"), "{}", page.text);
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
    browser.get(&format!("/account/tokens?q={secret}")).await;
    let form = browser.get("/account/tokens").await.form("Find").fill("Find a token", &secret);
    assert_eq!(browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    server.stop();
    let log = server.log();
    assert!(log.contains("request") && log.contains("/sign-in"), "{log}");
    for hidden in [secret.as_str(), PASSWORD, "latchkey-session", "\u{202e}"] {
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

/// DUR-16: connections are tried before they are used, so what begins after the cut meets a new one.
#[actix_web::test]
async fn when_postgresql_cuts_every_connection_no_later_request_fails() {
    if lacks_postgres() {
        return;
    }
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    for round in 0..3 {
        let many = (0..40).map(|_| machine.verifies(&secret, "git", "read"));
        assert!(join_all(many).await.iter().all(StatusCode::is_success), "{round}");
        let open = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()";
        let before = app.database.count(open).await;
        assert!(before > 4, "several connections to cut: {before}");
        app.database.cut_connections();
        assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK, "{round}");
        let page = ada.opens("/account/tokens").await;
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Access tokens"));
        app.database.cut_connections();
        ada.generates(&format!("after cut {round}")).with("Git", "Read").await;
    }
}

/// DUR-16, VER-16
#[actix_web::test]
async fn while_postgresql_is_away_nothing_is_allowed_and_then_all_works_again() {
    if lacks_postgres() {
        return;
    }
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    app.database.admit(false);
    app.database.cut_connections();
    let (verified, page) =
        tokio::join!(machine.verifies(&secret, "git", "read"), ada.opens("/account/tokens"));
    assert_eq!(verified, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.status.is_server_error() && page.says("Nothing was changed"), "{}", page.text);
    app.database.admit(true);
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    assert_eq!(ada.opens("/account/tokens").await.rows(), 1);
}

/// DUR-06: wherever in the change the disk turns out to be full.
#[actix_web::test]
async fn on_a_full_disk_nothing_is_shown_that_is_not_stored_and_verification_goes_on() {
    let mut server = Server::with_person_in_a_file().await;
    server.add_person("bo");
    let people = [server.signed_in().await, server.signed_in_as("bo").await];
    let mut shown = vec![server.generate(&people[0], "kept").await];
    let machine = Machine::new(&server.base);
    // In turns, as tries that end in a fault count against a person.
    for (pages, browser) in (0..30).step_by(3).zip(people.iter().cycle()) {
        let name = format!("with {pages} pages");
        let form = server.form(browser, &name).await;
        server.fills_the_disk_but_for(pages);
        let page = browser.submit(&form).await;
        let is_listed = browser.open("/account/tokens").await.row(&name).is_some();
        assert_eq!(page.secret().is_some(), is_listed, "{name}: {}", page.text);
        assert!(is_listed || page.status.is_server_error(), "{name}: {}", page.status);
        assert!(is_listed || page.says("Nothing was changed"), "{name}: {}", page.text);
        assert_eq!(machine.verifies(&shown[0], "git", "read").await, StatusCode::OK, "{name}");
        server.frees_the_disk();
        shown.extend(page.secret());
    }
    assert!((3..9).contains(&shown.len()), "some were refused and some were not: {}", shown.len());
    server.kill();
    server.start();
    let machine = Machine::new(&server.base);
    for secret in &shown {
        assert_eq!(machine.verifies(secret, "git", "read").await, StatusCode::OK);
    }
}

/// DUR-06
#[actix_web::test]
async fn a_server_on_a_full_disk_goes_on_and_writes_the_last_uses_when_there_is_room_again() {
    let server = Server::with_person_in_a_file().await;
    let browser = server.signed_in().await;
    let once = server.generate(&browser, "once").await;
    let often = server.generate(&browser, "often").await;
    let machine = Machine::new(&server.base);
    server.fills_the_disk_but_for(0);
    assert_eq!(machine.verifies(&once, "git", "read").await, StatusCode::OK);
    let began = Instant::now();
    while server.log().matches("WARN latchkey::server: committing a change").count() < 3 {
        assert_eq!(machine.verifies(&often, "git", "read").await, StatusCode::OK);
        assert!(began.elapsed() < Duration::from_secs(20), "{}", server.log());
    }
    server.frees_the_disk();
    while browser.get("/account/tokens").await.row("once").expect("a row")[2] == "Never used" {
        assert!(began.elapsed() < Duration::from_secs(20), "{}", server.log());
    }
}
