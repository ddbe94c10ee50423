//! What a client says of its connection, which is for the gateway alone.

use crate::claims::{FORGED, app, bearer, with};
use crate::echo::{Received, Service};
use crate::gateway::{Gateway, Kind};

/// The headers that a gateway sets, and would drop if it believed a client's `Connection`.
fn named() -> String {
    let identity = FORGED.map(|header| header.split(':').next().expect("a name")).join(", ");
    let asked = "X-Forwarded-For, X-Forwarded-Method, X-Forwarded-Uri, X-Original-Method";
    format!("Connection: {identity}, {asked}, X-Original-URI")
}

fn says_who_it_is(received: &Received) {
    for (name, value) in [
        ("remote-user", "ada"),
        ("x-auth-request-user", "ada"),
        ("x-token-name", "CI runner"),
        ("x-token-access", "builds:read"),
        ("x-forwarded-for", "127.0.0.1"),
    ] {
        assert_eq!(received.all(name), [value], "{name}: {received:?}");
    }
    let connection = received.all("connection").join(", ").to_ascii_lowercase();
    assert!(!connection.contains('-') || connection == "keep-alive", "{connection}");
}

pub async fn what_a_client_says_of_the_connection_takes_no_header_away(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    let secret = app.member("ada").await.generates("CI runner").with("Builds", "Read").await;
    let (token, named) = (bearer(&secret), named());
    for lines in [
        &[named.as_str()][..],
        &["Connection: close", &named],
        &["Connection: keep-alive"],
        &["Connection: Upgrade, Remote-User", "Upgrade: h2c"],
    ] {
        let received = gateway.curl(&with(&[&[token.as_str()], lines].concat())).await.received();
        says_who_it_is(&received);
        assert_eq!(received.all("upgrade"), [""; 0], "a tunnel that nobody asks about: {lines:?}");
    }
    let (head, word) = gateway.upgrades(&format!("{named}\r\n{token}\r\n")).await;
    assert!(head.starts_with("HTTP/1.1 101") && word == "hello", "{head}");
}
