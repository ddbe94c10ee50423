//! A log that is not what was handed on of it, or not to be read.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::{Duration, Instant};

use latchkey::domain::event::{Event, Kind};
use latchkey::store::{events, sinks};

use super::{events_in, heard, numbers, soon, until_there_are};
use crate::support::cli_server::Server;

/// As after an old backup was restored: what comes now has numbers that were written before.
#[actix_web::test]
async fn a_file_of_another_log_gets_all_of_this_one() {
    let mut server = Server::with_person().await;
    let path = server.folder().join("events.jsonl");
    let position = server.folder().join("events.jsonl.position");
    std::fs::write(&position, format!("700:{}", "ab".repeat(32))).expect("a position");
    server.restart_with("LATCHKEY_EVENTS_FILE", &path.to_string_lossy());
    assert_eq!(numbers(&until_there_are(&path, 1).await), [1]);
    server.says("ERROR").await;
    server.says("events_file: the log was rewritten or its end cut off: entry 700 was").await;
}

#[actix_web::test]
async fn a_file_without_its_position_gets_all_of_the_log_and_that_is_said() {
    let mut server = Server::with_person().await;
    let path = server.folder().join("events.jsonl");
    std::fs::write(&path, "{}\n").expect("a file");
    server.restart_with("LATCHKEY_EVENTS_FILE", &path.to_string_lossy());
    server.says("events.jsonl.position does not say how far").await;
    soon(|| Some(()).filter(|()| events_in(&path).len() == 2)).await;
    assert_eq!(events_in(&path)[1]["number"], 1);
}

/// All behind the first entry is cut off, and others are in its place.
async fn replaces_the_end(server: &Server) {
    let now = latchkey::domain::time::Now::new(chrono::DateTime::UNIX_EPOCH);
    server
        .database()
        .write(move |tx| {
            let cut = "DELETE FROM events WHERE number > 1";
            diesel::connection::SimpleConnection::batch_execute(tx, cut).expect("cut");
            for detail in ["one", "two"] {
                let event = Event::by_the_operator(Kind::CallerAdded, detail.to_owned(), now);
                events::record(tx, &event)?;
            }
            Ok(())
        })
        .await;
}

/// A syslog that is new gets what happens from then on.
async fn hands_on(server: &mut Server, syslog: &Path, file: &Path) {
    server.restart_with("LATCHKEY_EVENTS_SYSLOG", &syslog.to_string_lossy());
    server.restart_with("LATCHKEY_EVENTS_FILE", &file.to_string_lossy());
    let position = || server.database().read(|c| Ok(sinks::position(c, "syslog")?));
    let began = Instant::now();
    while position().await.is_none() {
        assert!(began.elapsed() < Duration::from_secs(20), "syslog never began");
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
}

/// AUD-02, AUD-03: what comes after a cut has numbers that were handed on before, and is handed on all the same.
#[actix_web::test]
async fn a_log_whose_end_was_replaced_while_it_is_handed_on_is_said_and_handed_on_whole() {
    let mut server = Server::with_person().await;
    let path = server.folder().join("events.jsonl");
    let at = server.folder().join("log.socket");
    let socket = UnixDatagram::bind(&at).expect("a socket");
    socket.set_nonblocking(true).expect("no waiting");
    hands_on(&mut server, &at, &path).await;
    server.add_person("bo");
    server.add_person("cy");
    let mut buffer = vec![0; 65_536];
    let mut hears = async || {
        let length = soon(|| socket.recv(&mut buffer).ok()).await;
        heard(std::str::from_utf8(&buffer[..length]).expect("text"))["number"].clone()
    };
    assert_eq!((hears().await, hears().await), (2.into(), 3.into()));
    let position = path.with_extension("jsonl.position");
    let reached = || std::fs::read_to_string(&position).ok();
    let before = soon(|| reached().filter(|text| text.starts_with("3:"))).await;
    replaces_the_end(&server).await;
    assert_eq!((hears().await, hears().await, hears().await), (1.into(), 2.into(), 3.into()));
    let all = until_there_are(&path, 6).await;
    assert_eq!(numbers(&all), [1, 2, 3, 1, 2, 3]);
    assert_eq!(all[5]["detail"], "two");
    let (_, hash) = before.split_once(':').expect("a hash");
    for sink in ["events_file", "events_syslog"] {
        let said = format!(
            "{sink}: the log was rewritten or its end cut off: entry 3 was handed on with the hash {hash}, and there is another one with the hash {}",
            all[5]["hash"].as_str().expect("a hash")
        );
        server.says(&said).await;
        assert_eq!(server.log().matches(&said).count(), 1, "{}", server.log());
    }
    // The position goes on; what it was before tells of it until somebody takes it away.
    soon(|| reached().filter(|text| *text != before)).await;
    let verified = server.output(&["events", "verify"]);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert_eq!(verified.status.code(), Some(1), "{said}");
    assert!(said.contains("events.jsonl.rewritten) knows another one"), "{said}");
}

#[actix_web::test]
async fn an_entry_that_cannot_be_read_is_passed_over_and_said() {
    let mut server = Server::with_person_in_a_file().await;
    let path = server.folder().join("events.jsonl");
    for name in ["bo", "cy"] {
        server.add_person(name);
    }
    let spoil = "UPDATE events SET agent = CAST(x'ff00fe' AS TEXT) WHERE number IN (1, 3)";
    server.database().run(spoil).await;
    server.restart_with("LATCHKEY_EVENTS_FILE", &path.to_string_lossy());
    server.says("events_file: entry 3 can’t be read, and was not handed on").await;
    server.add_person("di");
    assert_eq!(numbers(&until_there_are(&path, 2).await), [2, 4]);
}
