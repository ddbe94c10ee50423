//! What a client may send through a gateway, also of what is not its to say.

use crate::echo::Received;
use crate::support::App;

pub async fn app() -> App {
    App::with(latchkey::config::SAMPLE, &[("trusted_proxies", "127.0.0.1")]).await
}

pub fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

/// A request with these headers, as curl is told of it.
pub fn with<'a>(headers: &[&'a str]) -> Vec<&'a str> {
    headers.iter().flat_map(|header| ["-H", *header]).collect()
}

/// The identity headers, with what a client might claim in each.
pub const FORGED: [&str; 11] = [
    "Remote-User: root",
    "Remote-Name: Root",
    "Remote-Email: root@evil.example",
    "Remote-Groups: admins",
    "X-Auth-Request-User: root",
    "X-Auth-Request-Email: root@evil.example",
    "X-Token-Id: AAAAAAAAAAAAAAAA",
    "X-Token-Name: everything",
    "X-Token-Access: builds:read-write",
    "X-Token-Expires: 2099-01-01T00:00:00Z",
    "X-Token-Expires-Soon: 2099-01-01T00:00:00Z",
];

/// What a service or Latchkey might take for another method, path, address or name.
pub const OTHERS: [&str; 26] = [
    "X-HTTP-Method-Override: DELETE",
    "X-HTTP-Method: DELETE",
    "X-Method-Override: DELETE",
    "X-Original-Method: GET",
    "X-Original-URI: /public",
    "X-Original-URL: https://builds.example/public",
    "X-Forwarded-Method: GET",
    "X-Forwarded-Uri: /public",
    "Remote_User: root",
    "Remote.User: root",
    "X-Auth-Request-Groups: root",
    "X-Auth-Request-Preferred-Username: root",
    "X-Auth-Request-Access-Token: root",
    "X-Forwarded-User: root",
    "X-Forwarded-Groups: root",
    "X-Forwarded-Email: root",
    "X-Forwarded-Preferred-Username: root",
    "X-Forwarded-Access-Token: root",
    "X-Forwarded-Port: 9",
    "X-Forwarded-Prefix: /public",
    "X-Forwarded-Server: evil",
    "X-Remote-User: root",
    "X-Real-IP: 203.0.113.9",
    "X-Client-IP: 203.0.113.9",
    "True-Client-IP: 203.0.113.9",
    "Forwarded: for=203.0.113.9",
];

/// Asserts that nothing of what a client claimed has reached the service.
pub fn believes_nothing_forged(received: &Received) {
    for header in FORGED {
        let (name, forged) = header.split_once(": ").expect("a header");
        let values = received.all(&name.to_ascii_lowercase());
        assert!(!values.contains(&forged) && values.len() <= 1, "{name}: {values:?}");
    }
    assert_eq!(received.all("authorization"), [""; 0], "the service has no use for the token");
}
