//! Uses, counted exactly whatever happens at the same time, and written down in their own time.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use futures_util::future::join_all;
use latchkey::domain::address::Address;
use latchkey::domain::client::Client;
use latchkey::domain::secret::Digest;
use latchkey::domain::usage::Day;
use latchkey::store::conn::Conn;
use latchkey::store::{Db, lookup, uses};
use latchkey::verify::usage::Usage;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::{PASSWORD, Person, sign_in};

/// How many uses a token had on each day that had any, the latest first, as its page has it.
async fn counted(app: &App, person: &Person, name: &str) -> Vec<String> {
    let page = person.opens(&person.page_of(app, name).await).await;
    page.entries("Uses")
}

#[actix_web::test]
async fn every_use_is_counted_whichever_worker_it_comes_to() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let (ci, other) = (
        ada.generates("CI").with("Git", "Read").await,
        ada.generates("Other").with("Git", "Read").await,
    );
    let machines: Vec<_> = (0..8).map(|_| app.machine()).collect();
    let asks = machines.iter().map(|machine| async {
        for _ in 0..25 {
            assert_eq!(machine.verifies(&ci, "git", "read").await, StatusCode::OK);
        }
        assert_eq!(machine.verifies(&other, "git", "read").await, StatusCode::OK);
        assert_eq!(machine.verifies(&other, "git", "write").await, StatusCode::FORBIDDEN);
    });
    join_all(asks).await;
    app.write_uses().await;
    assert_eq!(counted(&app, &ada, "CI").await, ["22 November 200"]);
    assert_eq!(counted(&app, &ada, "Other").await, ["22 November 8"], "a refused call is no use");
}

#[actix_web::test]
async fn a_day_begins_at_midnight_in_utc() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    for (at, uses) in [
        ("2026-11-22T23:59:59Z", 2),
        ("2026-11-23T00:00:00Z", 1),
        ("2026-11-23T23:00:00Z", 3),
        ("2027-02-19T23:00:00Z", 1),
    ] {
        app.jump_to(at);
        for _ in 0..uses {
            assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
        }
        app.write_uses().await;
    }
    sign_in(&ada.browser, "ada", PASSWORD).await;
    let days = ["19 February 1", "23 November 4", "22 November 2"];
    assert_eq!(counted(&app, &ada, "CI").await, days);
    app.jump_to("2027-02-20T00:00:00Z");
    assert_eq!(counted(&app, &ada, "CI").await, days[..2], "ninety days, today among them");
    let kept = "SELECT count(*) AS n FROM daily_uses";
    assert_eq!(app.database.count(kept).await, 2);
    app.application.manage.clear(app.now()).await.expect("a clean-up");
    assert_eq!(app.database.count(kept).await, 1);
    assert_eq!(counted(&app, &ada, "CI").await, days[..2]);
}

/// TOK-07, DUR-08
#[actix_web::test]
async fn while_the_database_is_locked_verification_goes_on_and_its_uses_come_later() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    app.write_uses().await;
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let (db, held) = (app.database.db(), std::sync::Mutex::new(held));
    let locked = actix_web::rt::spawn(async move {
        let job = move |tx: &mut Conn| {
            if let Conn::Postgres(c) = tx {
                c.batch_execute("LOCK TABLE uses IN ACCESS EXCLUSIVE MODE").expect("a lock");
            }
            let held = held.lock().expect("the channel");
            let _ = held.recv_timeout(Duration::from_secs(20));
            Ok(())
        };
        db.write(job).await.expect("a write");
    });
    actix_web::rt::time::sleep(Duration::from_millis(200)).await;
    for _ in 0..30 {
        assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    }
    assert!(!locked.is_finished(), "all were answered while nothing could be written");
    hold.send(()).expect("the lock is held");
    locked.await.expect("the lock");
    app.write_uses().await;
    assert_eq!(counted(&app, &ada, "CI").await, ["22 November 31"]);
}

#[actix_web::test]
async fn what_cannot_be_written_waits_and_is_written_once() {
    let app = App::with(latchkey::config::SAMPLE, &[("last_use_every", "1h")]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    app.database.run("ALTER TABLE uses RENAME TO elsewhere").await;
    for _ in 0..3 {
        assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
        app.write_uses().await;
    }
    app.database.run("ALTER TABLE elsewhere RENAME TO uses").await;
    assert!(counted(&app, &ada, "CI").await.is_empty());
    app.write_uses().await;
    app.write_uses().await;
    assert_eq!(counted(&app, &ada, "CI").await, ["22 November 3"]);
}

#[actix_web::test]
async fn several_nodes_that_write_at_once_lose_no_use() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    let mut holders = Vec::new();
    for (person, name) in [(&ada, "CI"), (&ada, "Other"), (&bo, "CI")] {
        let secret = person.generates(name).with("Git", "Read").await;
        let digest = Digest::of_presented(&secret).expect("a digest");
        let known = app.database.read(move |c| Ok(lookup::find(c, &digest)?)).await;
        holders.push(known.expect("a token").holder(digest));
    }
    let holders = Arc::new(holders);
    let (url, now) = (app.database.url.clone(), app.now());
    let nodes = (0..3).map(|_| {
        let db = Db::open(Address::parse(&url).expect("an address"));
        let (usage, holders) = (Usage::new(db.expect("a database")), holders.clone());
        actix_web::rt::spawn(async move {
            let (worker, client) = (usage.gatherer(), Client::default());
            for _ in 0..20 {
                for holder in holders.iter() {
                    worker.note(holder, &client, now);
                }
                usage.write().await.expect("written");
            }
        })
    });
    for node in nodes.collect::<Vec<_>>() {
        node.await.expect("a node");
    }
    for (person, name) in [(&ada, "CI"), (&ada, "Other"), (&bo, "CI")] {
        assert_eq!(counted(&app, person, name).await, ["22 November 60"]);
    }
}

/// The use isn't written yet, and the token's end by the uses that are written is past.
#[actix_web::test]
async fn a_token_that_is_used_does_not_end_for_want_of_use() {
    let file = "[policy]\nunused = \"10d\"\n[[services]]\nkey = \"git\"\nname = \"Git\"\n";
    let app = App::with(file, &[("last_use_every", "1h")]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    app.wait(TimeDelta::days(10) - TimeDelta::minutes(5));
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    app.wait(TimeDelta::minutes(10));
    for _ in 0..8 {
        let machine = app.machine();
        assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    }
    assert_eq!(app.database.count("SELECT count(*) AS n FROM uses").await, 0, "nothing is written");
    app.write_uses().await;
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    app.write_uses().await;
    app.wait(TimeDelta::days(10) + TimeDelta::minutes(1));
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn the_uses_of_people_who_are_gone_are_dropped() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    for person in [&ada, &bo] {
        person.generates("CI").with("Git", "Read").await;
        person.used(&app, "CI", app.now().at() - TimeDelta::days(1), 2).await;
        person.used(&app, "CI", app.now().at(), 2).await;
    }
    app.database.run("DELETE FROM users WHERE name = 'ada'").await;
    let rows = "SELECT (SELECT count(*) FROM uses) + (SELECT count(*) FROM daily_uses) AS n";
    assert_eq!(app.database.count(rows).await, 2, "hers went with her");
    let gone = ada.id.clone();
    let first = Day::first_kept(app.now());
    let token = latchkey::domain::id::TokenId::random();
    let counts = app.database.write(move |tx| {
        let (address, agent, at) = (None, "curl".into(), chrono::DateTime::UNIX_EPOCH);
        let of =
            latchkey::domain::usage::Uses { token: token.clone(), at, address, agent, count: 1 };
        uses::add(tx, &[(gone.clone(), vec![of])])?;
        Ok(uses::counts(tx, &gone, &token, first)?)
    });
    assert!(counts.await.is_empty());
    assert_eq!(app.database.count(rows).await, 2);
}
