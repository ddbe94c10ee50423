//! Every way in which a token can be of no use, and what a client is to hear of it through each gateway.

use crate::claims::bearer;
use crate::gateway::Kind;
use crate::support::App;

/// A request that is refused: what it is, its header line, its method, and what the client gets.
pub struct Refused {
    pub what: &'static str,
    pub header: String,
    pub method: &'static str,
    pub status: u16,
    pub challenge: &'static str,
}

/// Every way in which a token can be of no use.
pub async fn refused(app: &App, kind: Kind) -> Vec<Refused> {
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    let reading = ada.generates("reading").with("Builds", "Read").await;
    let other = ada.generates("other").with("Git", "Read & write").await;
    let revoked = ada.generates("revoked").with("Builds", "Read & write").await;
    let expired = ada.generates("expired").expiring("7").with("Builds", "Read & write").await;
    let bound = ada.generates("bound").only_from("203.0.113.0/24").with("Builds", "Read").await;
    let orphan = bo.generates("orphan").with("Builds", "Read & write").await;
    ada.revokes("revoked").await;
    app.wait(chrono::TimeDelta::days(8));
    app.disables("bo").await;
    // nginx can't hand a 400 on.
    let malformed = if kind == Kind::Nginx { 401 } else { 400 };
    let (invalid, narrow) = ("error=\"invalid_token\"", "error=\"insufficient_scope\"");
    let scoped = "error=\"insufficient_scope\", scope=\"builds:write\"";
    [
        ("no credentials", "X-None: ".to_owned(), "GET", 401, "bearer realm=\"latchkey\""),
        ("malformed", bearer("one two"), "GET", malformed, "error=\"invalid_request\""),
        ("unknown", bearer("lk_000000000000000000000000000000000000"), "GET", 401, invalid),
        ("revoked", bearer(&revoked), "GET", 401, invalid),
        ("expired", bearer(&expired), "GET", 401, invalid),
        ("owner disabled", bearer(&orphan), "GET", 401, invalid),
        ("too narrow", bearer(&reading), "POST", 403, scoped),
        ("another service", bearer(&other), "GET", 403, narrow),
        ("from elsewhere", bearer(&bound), "GET", 403, narrow),
    ]
    .map(|(what, header, method, status, challenge)| Refused {
        what,
        header,
        method,
        status,
        challenge,
    })
    .into()
}
