//! `latchkey events export`.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use latchkey::domain::event::{Event, Kind};
use latchkey::store::events;
use serde_json::Value;
use sha2::Digest;

use super::{nine, verify};
use crate::callers::{beside, command_beside};
use crate::cli::{err, out};
use crate::support::App;

/// The events that this command prints.
fn exported(app: &App, words: &[&str]) -> Vec<Value> {
    let output = beside(app, &[&["events", "export"], words].concat());
    assert!(output.status.success(), "{}", err(&output));
    let parse = |line: &str| serde_json::from_str(line).expect("a line of JSON");
    out(&output).lines().map(parse).collect()
}

#[actix_web::test]
async fn the_log_is_exported_from_a_number_or_a_time_on() {
    let app = nine().await;
    app.wait(chrono::TimeDelta::hours(30));
    let ada = app.member("ada").await;
    let all = exported(&app, &[]);
    assert_eq!(all.len(), 10);
    let numbers = |words: &[&str]| -> Vec<i64> {
        exported(&app, words).iter().filter_map(|event| event["number"].as_i64()).collect()
    };
    assert_eq!(numbers(&["--since", "8"]), [9, 10]);
    assert!(numbers(&["--since", "10"]).is_empty());
    assert_eq!(numbers(&["--since", "2026-11-23T00:00:00Z"]), [10]);
    assert_eq!(numbers(&["--since", "2026-11-23"]), [10]);
    let at = all[9]["at"].as_str().expect("a time");
    assert_eq!(numbers(&["--since", at]), [10], "at this time, too");
    assert_eq!(all[9]["person"]["name"], "ada");
    assert_eq!((&all[0]["person"], &all[0]["token"]), (&Value::Null, &Value::Null));
    let wrong = beside(&app, &["events", "export", "--since", "soon"]);
    assert!(err(&wrong).contains("a number from 0 on, a time such as"), "{}", err(&wrong));
    let wrong = beside(&app, &["events", "export", "--since=-1"]);
    assert!(err(&wrong).contains("a number from 0 on, a time such as"), "{}", err(&wrong));
    let id = ada.id.as_str().to_owned();
    app.database
        .write(move |c| {
            let sql = format!("DELETE FROM users WHERE id = '{id}'");
            diesel::connection::SimpleConnection::batch_execute(c, &sql).expect("gone");
            Ok(())
        })
        .await;
    let gone = &exported(&app, &["--since", "9"])[0];
    assert_eq!(
        (&gone["person"]["id"], &gone["person"]["name"]),
        (&ada.id.as_str().into(), &Value::Null)
    );
}

#[actix_web::test]
async fn a_reader_that_has_enough_ends_an_export_quietly() {
    let app = nine().await;
    let now = app.now();
    app.database
        .write(move |tx| {
            for _ in 0..1_500 {
                let event = Event::by_the_operator(Kind::CallerAdded, "x".repeat(500), now);
                events::record(tx, &event)?;
            }
            Ok(())
        })
        .await;
    let mut export = command_beside(&app, &["events", "export"]);
    let export = export.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut export = export.expect("the binary");
    let mut line = String::new();
    let mut reader = BufReader::new(export.stdout.take().expect("a pipe"));
    reader.read_line(&mut line).expect("a line");
    assert!(line.starts_with("{\"number\":1,"), "{line}");
    drop(reader);
    let output = export.wait_with_output().expect("its end");
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(err(&output), "");
}

/// AUD-02: SQLite keeps bytes that are no text, if another program puts them there.
#[actix_web::test]
async fn an_entry_that_cannot_be_read_is_named_and_left_out_alone() {
    let app = nine().await;
    if !app.database.is_sqlite() {
        return;
    }
    let spoil = "UPDATE events SET agent = CAST(x'ff00fe' AS TEXT) WHERE number IN (5, 9)";
    app.database.run(spoil).await;
    let (output, json) = verify(&app, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!((&json["bad"]["number"], &json["bad"]["way"]), (&5.into(), &"unreadable".into()));
    let said = out(&beside(&app, &["events", "verify"]));
    assert!(said.starts_with("Entry 5 is bad: it holds what can’t be read."), "{said}");
    let output = beside(&app, &["events", "export"]);
    assert_eq!(output.status.code(), Some(1));
    let text = out(&output);
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let numbers: Vec<i64> = events.filter_map(|event| event["number"].as_i64()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 6, 7, 8]);
    for number in [5, 9] {
        let words = format!("latchkey: entry {number} can’t be read");
        assert!(err(&output).contains(&words), "{}", err(&output));
    }
    app.database.run("DELETE FROM events WHERE number = 4").await;
    assert_eq!(verify(&app, &[]).1["bad"]["way"], "missing");
}

/// AUD-02: what is exported is enough to check it with other tools, by the words of `docs/events.md`.
#[actix_web::test]
async fn an_export_can_be_checked_without_latchkey() {
    let app = nine().await;
    let ada = app.member("ada").await;
    ada.generates("CI “é”").with("Git", "Read").await;
    let field = |value: &Value| match value.as_str() {
        Some(text) => format!("{}:{text},", text.len()),
        None if value.is_i64() => format!("{}:{value},", value.to_string().len()),
        None => "-,".to_owned(),
    };
    let mut before = Value::from("0".repeat(64));
    for event in exported(&app, &[]) {
        let (person, actor) = (&event["person"]["id"], &event["actor"]["id"]);
        let [number, at, kind, token] = ["number", "at", "kind", "token"].map(|name| &event[name]);
        let [detail, address, agent] = ["detail", "address", "agent"].map(|name| &event[name]);
        let fields =
            [&before, number, at, kind, person, actor, token, detail, address, agent].map(field);
        let hash = data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(fields.concat()));
        assert_eq!(event["hash"], hash, "{event}");
        before = hash.into();
    }
}
