//! What goes wrong between a client, a gateway and Latchkey, in front of each gateway.

use std::net::TcpStream;

use crate::claims::{app, bearer, with};
use crate::echo::Service;
use crate::gateway::{Gateway, Kind};
use crate::support::cli_server::Server;

pub async fn while_latchkey_is_away_nothing_passes(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    let ada = app.member("ada").await;
    let token = bearer(&ada.generates("CI runner").with("Builds", "Read & write").await);
    app.database.run("ALTER TABLE tokens RENAME TO elsewhere").await;
    app.database.run("ALTER TABLE feed RENAME TO nowhere").await;
    app.hears_of_it().await;
    let broken = gateway.curl(&with(&[&token])).await;
    assert!((500..=503).contains(&broken.status), "its database is away: {broken:?}");
    app.stop().await;
    let closed = gateway.curl(&with(&[&token])).await;
    assert!((500..=503).contains(&closed.status), "nobody to ask: {closed:?}");
    assert_eq!(service.requests(), 0);
}

pub async fn while_latchkey_hangs_nothing_passes_and_nobody_waits_for_long(kind: Kind) {
    let (latchkey, service) = (Server::with_person().await, Service::start());
    let address = latchkey.base.trim_start_matches("http://").parse().expect("an address");
    let gateway = Gateway::asking(kind, address, &service).await;
    let token = bearer("lk_000000000000000000000000000000000000");
    assert_eq!(gateway.curl(&with(&[&token])).await.status, 401);
    latchkey.hangs();
    // Well before curl itself has had enough.
    let arguments = [&with(&[&token])[..], &["--max-time", "15"]].concat();
    let hung = gateway.curl(&arguments).await;
    let status = match kind {
        Kind::Nginx => 500,
        Kind::Caddy => 504,
        Kind::Haproxy => 503,
    };
    assert_eq!((hung.status, service.requests()), (status, 0), "{hung:?}");
    latchkey.goes_on();
    assert_eq!(gateway.curl(&with(&[&token])).await.status, 401);
}

/// Caddy alone asks with all of them.
pub async fn a_client_may_send_more_headers_than_latchkey_takes(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    let token = bearer(&app.member("ada").await.generates("CI").with("Builds", "Read").await);
    let many: Vec<String> = (0..94).map(|n| format!("X-Number-{n}: {n}")).collect();
    let headers: Vec<&str> = many.iter().map(String::as_str).chain([token.as_str()]).collect();
    let reply = gateway.curl(&with(&headers)).await;
    if kind == Kind::Caddy {
        assert_eq!((reply.status, service.requests()), (431, 0), "{reply:?}");
        return;
    }
    let received = reply.received();
    assert_eq!(received.all("remote-user"), ["ada"]);
    assert_eq!(received.all("x-number-93"), ["93"], "they are the service's");
}

pub async fn nobody_reaches_the_gateway_at_another_address(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    let elsewhere = ("127.0.0.2", gateway.address.port());
    assert!(TcpStream::connect(elsewhere).is_err(), "{kind:?} listens on more than it says");
}
