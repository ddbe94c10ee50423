//! The activity log, handed on to a file and to syslog.

mod rewritten;

use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::Value;

use crate::support::App;
use crate::support::cli_server::Server;
use crate::support::database::{TestDatabase, lacks_postgres};
use crate::support::people::sign_in;

/// Looks until there is something to see.
async fn soon<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "it never came");
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The events in a file, without what is not whole.
fn events_in(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn numbers(events: &[Value]) -> Vec<i64> {
    events.iter().map(|event| event["number"].as_i64().expect("a number")).collect()
}

async fn until_there_are(path: &Path, count: usize) -> Vec<Value> {
    soon(|| Some(events_in(path)).filter(|events| events.len() >= count)).await
}

fn folder_of(database: &TestDatabase) -> PathBuf {
    database.folder().join("logs")
}

async fn writing_to(path: &Path, database: TestDatabase) -> App {
    let path = path.to_string_lossy();
    App::on(database, latchkey::config::SAMPLE, &[("events_file", &path)]).await
}

/// AUD-01: as the table of `docs/events.md` has it.
#[actix_web::test]
async fn each_event_is_a_line_of_the_file_in_order() {
    let database = TestDatabase::fresh();
    std::fs::create_dir_all(folder_of(&database)).expect("a folder");
    let path = folder_of(&database).join("events.jsonl");
    let app = writing_to(&path, database).await;
    let ada = app.member("ada").await;
    ada.generates("CI “x”\u{1f511}").with("Git", "Read").await;
    let events = until_there_are(&path, 2).await;
    assert_eq!(numbers(&events), [1, 2]);
    let event = &events[1];
    let fields: Vec<&String> = event.as_object().expect("an object").keys().collect();
    let named =
        ["number", "at", "kind", "person", "actor", "token", "detail", "address", "agent", "hash"];
    assert_eq!(fields, named);
    assert_eq!(event["kind"], "token_generated");
    for who in ["person", "actor"] {
        let one = &event[who];
        assert_eq!((&one["id"], &one["name"]), (&ada.id.as_str().into(), &"ada".into()));
    }
    assert!(event["at"].as_str().is_some_and(|at| at.starts_with("2026-11-22T18:00:00.")));
    assert!(event["detail"].as_str().is_some_and(|text| text.starts_with("“CI “x”\u{1f511}”")));
    assert_eq!(event["address"], "127.0.0.1");
    let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Moved away, as logrotate does.
    let away = path.with_extension("1");
    std::fs::rename(&path, &away).expect("moved");
    ada.revokes("CI “x”\u{1f511}").await;
    let events = until_there_are(&path, 1).await;
    assert_eq!((numbers(&events), numbers(&events_in(&away))), (vec![3], vec![1, 2]));
}

/// AUD-03: a sink is beside the change, not part of it.
#[actix_web::test]
async fn a_file_that_cannot_be_written_holds_nothing_up_is_said_once_and_gets_everything_later() {
    let mut server = Server::with_person().await;
    let path = server.folder().join("later/events.jsonl");
    server.restart_with("LATCHKEY_EVENTS_FILE", &path.to_string_lossy());
    let browser = server.signed_in().await;
    server.generate(&browser, "one").await;
    server.says("events_file: ").await;
    actix_web::rt::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(server.log().matches("events_file: ").count(), 1, "{}", server.log());
    std::fs::create_dir(path.parent().expect("a folder")).expect("a folder");
    let events = until_there_are(&path, 3).await;
    assert_eq!(numbers(&events), [1, 2, 3]);
    server.says("events_file works again, nothing is lost").await;
}

#[actix_web::test]
async fn after_a_restart_the_file_goes_on_where_it_stopped() {
    let mut server = Server::with_person().await;
    let path = server.folder().join("events.jsonl");
    server.restart_with("LATCHKEY_EVENTS_FILE", &path.to_string_lossy());
    server.signed_in().await;
    assert_eq!(numbers(&until_there_are(&path, 2).await), [1, 2]);
    // Killed a moment earlier, it would write the last one again.
    let position = server.folder().join("events.jsonl.position");
    soon(|| std::fs::read_to_string(&position).ok().filter(|text| text.starts_with("2:"))).await;
    server.kill();
    // A line that was cut off, as by a power cut, and one more event while nobody writes.
    let torn = std::fs::read_to_string(&path).expect("the file") + "{\"number\":3,\"at\":\"20";
    std::fs::write(&path, torn).expect("the file");
    server.add_person("bo");
    server.start();
    assert_eq!(numbers(&until_there_are(&path, 3).await), [1, 2, 3]);
    server.signed_in().await;
    assert_eq!(numbers(&until_there_are(&path, 4).await), [1, 2, 3, 4]);
    let lines = std::fs::read_to_string(&path).expect("the file").lines().count();
    assert_eq!(lines, 5, "the line that was cut off stays for itself");
}

/// Of a message of RFC 5424: what stands before the line, and the line.
fn taken_apart(message: &str) -> (Vec<&str>, Value) {
    let (head, line) = message.split_at(message.find(" - {").expect("a line") + 3);
    (head.split_whitespace().collect(), serde_json::from_str(line).expect("JSON"))
}

fn heard(message: &str) -> Value {
    let (head, event) = taken_apart(message);
    let [priority, at, host, app, process, kind, data] = head[..] else { panic!("{head:?}") };
    assert_eq!((priority, app, data), ("<85>1", "latchkey", "-"));
    assert_eq!(
        (at, kind),
        (event["at"].as_str().expect("a time"), event["kind"].as_str().expect("a kind"))
    );
    assert!(!host.is_empty() && process.parse::<u32>().is_ok(), "{message}");
    event
}

#[actix_web::test]
async fn syslog_hears_each_event_over_its_socket_also_after_it_was_away() {
    let database = TestDatabase::fresh();
    let path = database.folder().join("log.socket");
    let settings = [("events_syslog", &*path.to_string_lossy())];
    let app = App::on(database, latchkey::config::SAMPLE, &settings).await;
    // Long after the start, and yet nothing is lost: the log was empty then.
    let listen = || {
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_nonblocking(true).expect("no waiting");
        socket
    };
    let mut buffer = vec![0; 65_536];
    actix_web::rt::time::sleep(Duration::from_millis(700)).await;
    let ada = app.member("ada").await;
    let socket = listen();
    let mut hear = async |socket: &UnixDatagram| {
        let length = soon(|| socket.recv(&mut buffer).ok()).await;
        heard(std::str::from_utf8(&buffer[..length]).expect("text"))
    };
    assert_eq!(hear(&socket).await["kind"], "signed_in");
    drop(socket);
    std::fs::remove_file(&path).expect("gone");
    ada.generates("CI").with("Git", "Read").await;
    ada.revokes("CI").await;
    actix_web::rt::time::sleep(Duration::from_millis(700)).await;
    let socket = listen();
    assert_eq!(hear(&socket).await["kind"], "token_generated");
    assert_eq!(hear(&socket).await["kind"], "token_revoked");
    let status = sign_in(&app.guest(), "ada", "wrong, wrong, wrong").await.status;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(hear(&socket).await["number"], 4, "and none twice");
}

#[actix_web::test]
async fn syslog_hears_each_event_over_udp_from_one_of_the_nodes() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.set_nonblocking(true).expect("no waiting");
    let to = format!("udp://{}", socket.local_addr().expect("an address"));
    let settings = [("events_syslog", &*to)];
    let one = App::with(latchkey::config::SAMPLE, &settings).await;
    let beside = one.database.beside(&one.database.url);
    let _two = App::on(beside, latchkey::config::SAMPLE, &settings).await;
    actix_web::rt::time::sleep(Duration::from_millis(700)).await;
    let ada = one.member("ada").await;
    for name in ["a", "b", "c", "d"] {
        ada.generates(name).with("Git", "Read").await;
    }
    let mut buffer = vec![0; 65_536];
    for number in 1..=5 {
        let length = soon(|| socket.recv(&mut buffer).ok()).await;
        let text = std::str::from_utf8(&buffer[..length]).expect("text");
        assert_eq!(heard(text)["number"], number);
    }
}

#[actix_web::test]
async fn the_file_of_each_node_has_all_events() {
    if lacks_postgres() {
        return;
    }
    let database = TestDatabase::fresh();
    std::fs::create_dir_all(folder_of(&database)).expect("a folder");
    let files = ["one", "two"].map(|name| folder_of(&database).join(name));
    let one = writing_to(&files[0], database).await;
    let two = writing_to(&files[1], one.database.beside(&one.database.url)).await;
    one.member("ada").await;
    two.member("bo").await;
    for file in files {
        assert_eq!(numbers(&until_there_are(&file, 2).await), [1, 2]);
    }
}
