//! `latchkey events`, as an operator types it beside the running server.

mod export;

use std::process::Output;

use latchkey::domain::client::Client;
use latchkey::domain::event::{Event, Kind};
use latchkey::store::conn::Conn;
use latchkey::store::events;
use serde_json::Value;

use crate::callers::beside;
use crate::cli::{err, out};
use crate::support::App;

/// A server whose log has nine entries.
async fn nine() -> App {
    let app = App::start().await;
    let now = app.now();
    app.database
        .write(move |tx| {
            for number in 1..=9 {
                let detail = format!("number {number}");
                events::record(tx, &Event::by_the_operator(Kind::CallerAdded, detail, now))?;
            }
            Ok(())
        })
        .await;
    app
}

fn verify(app: &App, more: &[&str]) -> (Output, Value) {
    let words = [&["events", "verify", "--json"], more].concat();
    let output = beside(app, &words);
    let json = serde_json::from_str(&out(&output));
    let json = json.unwrap_or_else(|_| panic!("{}{}", out(&output), err(&output)));
    (output, json)
}

/// Does this to the log of nine entries, past Latchkey, and says what is found then.
async fn found_after(sql: &'static str) -> (i64, String) {
    let app = nine().await;
    app.database.run(sql).await;
    let (output, json) = verify(&app, &[]);
    assert_eq!(output.status.code(), Some(1), "{sql}: {json}");
    let number = json["bad"]["number"].as_i64().expect("a number");
    assert_eq!(json["right"], number - 1, "{sql}");
    (number, json["bad"]["way"].as_str().expect("a way").to_owned())
}

/// AUD-02
#[actix_web::test]
async fn whatever_is_changed_in_an_entry_is_named() {
    for sql in [
        "UPDATE events SET detail = 'nothing' WHERE number = 5",
        "UPDATE events SET at = at + 1 WHERE number = 5",
        "UPDATE events SET kind = 'caller_removed' WHERE number = 5",
        "UPDATE events SET person_id = 'Aaaaaaaaaaaaaaaa' WHERE number = 5",
        "UPDATE events SET actor_id = '' WHERE number = 5",
        "UPDATE events SET token_id = 'Aaaaaaaaaaaaaaaa' WHERE number = 5",
        "UPDATE events SET address = '192.0.2.1' WHERE number = 5",
        "UPDATE events SET agent = 'x' WHERE number = 5",
        "UPDATE events SET hash = (SELECT hash FROM events WHERE number = 4) WHERE number = 5",
    ] {
        assert_eq!(found_after(sql).await, (5, "changed".into()), "{sql}");
    }
    let last = "UPDATE events SET detail = 'nothing' WHERE number = 9";
    assert_eq!(found_after(last).await, (9, "changed".into()));
}

/// AUD-02
#[actix_web::test]
async fn an_entry_that_was_taken_out_is_named() {
    for (sql, number) in [
        ("DELETE FROM events WHERE number = 5", 5),
        ("DELETE FROM events WHERE number = 1", 1),
        ("DELETE FROM events WHERE number BETWEEN 4 AND 6", 4),
        // With all after it moved up, as if it had never been.
        (
            "DELETE FROM events WHERE number = 5;
             UPDATE events SET number = -number WHERE number > 5;
             UPDATE events SET number = -number - 1 WHERE number < 0",
            5,
        ),
    ] {
        assert_eq!(found_after(sql).await, (number, "missing".into()), "{sql}");
    }
}

/// AUD-02
#[actix_web::test]
async fn an_entry_that_was_put_in_is_named() {
    for (sql, number) in [
        (
            "UPDATE events SET number = -number WHERE number > 4;
             UPDATE events SET number = -number + 1 WHERE number < 0;
             INSERT INTO events (number, hash, at, kind, detail, agent)
             SELECT 5, hash, at, kind, 'invented', agent FROM events WHERE number = 3",
            5,
        ),
        (
            "INSERT INTO events (number, hash, at, kind, detail, agent)
             SELECT 0, hash, at, kind, 'invented', agent FROM events WHERE number = 3",
            0,
        ),
    ] {
        let app = nine().await;
        app.database.run(sql).await;
        let (_, json) = verify(&app, &[]);
        assert_eq!(
            json["bad"].to_string(),
            format!("{{\"number\":{number},\"way\":\"inserted\"}}")
        );
    }
}

/// AUD-02: one that knows how to work hashes out, and forgot the entries after it.
#[actix_web::test]
async fn an_entry_that_was_put_in_with_the_right_hash_is_named() {
    let app = nine().await;
    app.database
        .run(
            "UPDATE events SET number = -number WHERE number > 4;
             UPDATE events SET number = 1 - number WHERE number < 0",
        )
        .await;
    let invent = |tx: &mut Conn| {
        let behind = events::entries_from(tx, 4, 1)?.remove(0).expect("an entry");
        let now = latchkey::domain::time::Now::new(latchkey::domain::time::from_micros(behind.at));
        let event = Event::at_the_door(Kind::SignedIn, None, &Client::default(), now);
        let entry = latchkey::domain::chain::Entry::after(&behind.head(), &event);
        let insert = format!(
            "INSERT INTO events (number, hash, at, kind, detail, agent) VALUES (5, {}, {}, 'signed_in', '', '')",
            match tx {
                Conn::Sqlite(_) => format!("x'{}'", entry.head().hash),
                Conn::Postgres(_) => format!("'\\x{}'", entry.head().hash),
            },
            entry.at
        );
        diesel::connection::SimpleConnection::batch_execute(tx, &insert).expect("an entry");
        Ok(())
    };
    app.database.write(invent).await;
    let (_, json) = verify(&app, &[]);
    assert_eq!((&json["bad"]["number"], &json["bad"]["way"]), (&5.into(), &"inserted".into()));
}

/// AUD-02
#[actix_web::test]
async fn entries_in_another_order_are_named() {
    for (sql, number) in [
        // Beside each other, with their hashes.
        (
            "UPDATE events SET number = -1 WHERE number = 5;
             UPDATE events SET number = 5 WHERE number = 6;
             UPDATE events SET number = 6 WHERE number = -1",
            5,
        ),
        // Further apart.
        (
            "UPDATE events SET number = -1 WHERE number = 3;
             UPDATE events SET number = 3 WHERE number = 8;
             UPDATE events SET number = 8 WHERE number = -1",
            3,
        ),
        // Without their hashes.
        (
            "UPDATE events SET detail = CASE number WHEN 5 THEN 'number 6' ELSE 'number 5' END
             WHERE number IN (5, 6)",
            5,
        ),
        // To the end.
        ("UPDATE events SET number = 10 WHERE number = 4", 4),
        // From the middle to a later place, with those between moved up.
        (
            "UPDATE events SET number = -2 WHERE number = 2;
             UPDATE events SET number = 2 WHERE number = 3;
             UPDATE events SET number = 3 WHERE number = 4;
             UPDATE events SET number = 4 WHERE number = -2",
            2,
        ),
    ] {
        assert_eq!(found_after(sql).await, (number, "reordered".into()), "{sql}");
    }
}

/// AUD-02: the head, kept elsewhere.
#[actix_web::test]
async fn with_the_head_kept_elsewhere_a_cut_and_a_rewritten_log_are_found() {
    let app = nine().await;
    let (output, json) = verify(&app, &[]);
    assert!(output.status.success() && json["bad"].is_null(), "{json}");
    assert_eq!((&json["right"], &json["head"]["number"]), (&9.into(), &9.into()));
    let head = format!("9:{}", json["head"]["hash"].as_str().expect("a hash"));
    let said = out(&beside(&app, &["events", "verify"]));
    assert!(said.starts_with(&format!("9 entries are right. Head: {head}\n")), "{said}");
    app.member("ada").await;
    let (output, _) = verify(&app, &["--head", &head]);
    assert!(output.status.success(), "a longer log is fine");
    app.database.run("DELETE FROM events WHERE number > 7").await;
    assert!(verify(&app, &[]).0.status.success(), "nothing tells of it");
    let (output, json) = verify(&app, &["--head", &head]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!((&json["bad"]["number"], &json["bad"]["way"]), (&8.into(), &"cut".into()));
    app.member("bo").await;
    app.member("cy").await;
    let (output, json) = verify(&app, &["--head", &head]);
    assert_eq!(output.status.code(), Some(1), "as long as before, with other entries");
    assert_eq!((&json["bad"]["number"], &json["bad"]["way"]), (&9.into(), &"rewritten".into()));
    assert!(out(&beside(&app, &["events", "verify", "--head", &head])).contains("rewritten"));
    let wrong = beside(&app, &["events", "verify", "--head", "9"]);
    assert!(err(&wrong).contains("a number, a colon and 64"), "{}", err(&wrong));
}

/// AUD-02: what the log was handed on to knows how far it was.
#[actix_web::test]
async fn a_log_that_lacks_what_its_sinks_know_is_bad_and_they_are_named() {
    let app = nine().await;
    let file = app.database.folder().join("events.jsonl");
    let position = file.with_extension("jsonl.position");
    let flag = format!("--events-file={}", file.display());
    let check = |more: &[&str]| beside(&app, &[&[&flag, "events", "verify"], more].concat());
    let json = |output: &Output| -> Value { serde_json::from_str(&out(output)).expect("JSON") };
    let head = json(&check(&["--json"]))["head"]["hash"].as_str().expect("a hash").to_owned();
    std::fs::write(&position, format!("9:{head}")).expect("a position");
    app.database
        .run("INSERT INTO sinks (name, number, holder, held_until, hash) SELECT 'syslog', number, '', 0, hash FROM events WHERE number = 9")
        .await;
    assert!(check(&[]).status.success(), "{}", out(&check(&[])));
    app.database.run("DELETE FROM events WHERE number > 7").await;
    let by_file = format!("events_file ({})", position.display());
    let output = check(&["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let bad = &json(&output)["bad"];
    assert_eq!((&bad["number"], &bad["way"]), (&8.into(), &"cut".into()));
    assert_eq!(bad["known_by"], Value::from(vec![by_file.clone(), "events_syslog".to_owned()]));
    app.database.run("DELETE FROM events; UPDATE sinks SET hash = NULL").await;
    let output = check(&[]);
    assert_eq!(output.status.code(), Some(1));
    for words in [
        "Entry 1 is bad: it is missing, with all after it.".to_owned(),
        format!("{by_file} knows more than the log has."),
        "events_syslog knows more than the log has.".to_owned(),
    ] {
        assert!(out(&output).contains(&words), "{words}: {}", out(&output));
    }
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
        app.member(name).await;
    }
    let output = check(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains(&format!("{by_file} knows another one.")), "{}", out(&output));
    std::fs::write(&position, "nonsense").expect("a position");
    assert!(err(&check(&[])).contains("a number, a colon and 64"), "{}", err(&check(&[])));
}

#[actix_web::test]
async fn an_empty_log_has_nothing_wrong_and_lacks_what_was_there() {
    let app = App::start().await;
    assert_eq!(out(&beside(&app, &["events", "verify"])), "There are no entries.\n");
    let head = format!("1:{}", "ab".repeat(32));
    assert_eq!(verify(&app, &["--head", &head]).1["bad"]["way"], "cut");
}

/// AUD-02, AUD-03: the log stays whole while several write it.
#[actix_web::test]
async fn changes_at_once_leave_a_log_without_a_gap() {
    let app = App::start().await;
    let people = futures_util::future::join_all(["ada", "bo", "cy"].map(|name| app.member(name)));
    let people = people.await;
    let names = ["one", "two", "three", "four"];
    let all = people.iter().flat_map(|person| names.map(|name| (person, name)));
    let generate = async |(person, name): (&crate::support::people::Person, &'static str)| {
        person.generates(name).with("Git", "Read").await
    };
    futures_util::future::join_all(all.map(generate)).await;
    let (output, json) = verify(&app, &[]);
    assert!(output.status.success(), "{json}");
    let count = app.database.count("SELECT count(*) AS n FROM events").await;
    assert_eq!(json["right"], count);
    assert!(count >= 12);
}
