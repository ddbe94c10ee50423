//! A token that is used too often, through each gateway.

use crate::claims::{bearer, with};
use crate::echo::Service;
use crate::gateway::{Gateway, Kind};
use crate::support::App;

/// Builds alone, which each token may use twice a minute.
async fn app() -> App {
    let file = "[[services]]\nkey = \"builds\"\nname = \"Builds\"\nper_minute = 2\n";
    App::with(file, &[("trusted_proxies", "127.0.0.1")]).await
}

pub async fn a_token_over_its_limit_is_told_when_to_come_back(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    let secret = app.member("ada").await.generates("CI runner").with("Builds", "Read").await;
    let token = bearer(&secret);
    for (requests, left) in [(1, "r=1;t=30"), (2, "r=0;t=30")] {
        let reply = gateway.curl(&with(&[&token])).await;
        assert_eq!((reply.status, service.requests()), (200, requests), "{reply:?}");
        assert_eq!(reply.all("ratelimit"), [format!("\"service\";{left}")], "{reply:?}");
        assert_eq!(reply.all("ratelimit-policy"), ["\"service\";q=2;w=60"], "{reply:?}");
        assert_eq!(reply.all("retry-after"), [""; 0], "{reply:?}");
    }
    let writing = gateway.curl(&[&with(&[&token])[..], &["--request", "PUT"]].concat()).await;
    assert_eq!(writing.status, 403, "too narrow comes first, and uses nothing up: {writing:?}");
    for method in ["GET", "OPTIONS"] {
        let reply = gateway.curl(&[&with(&[&token])[..], &["--request", method]].concat()).await;
        assert_eq!(reply.status, 429, "{reply:?}");
        for (name, value) in [
            ("retry-after", "30"),
            ("ratelimit", "\"service\";r=0;t=30"),
            ("ratelimit-policy", "\"service\";q=2;w=60"),
            ("content-type", "application/problem+json"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(reply.all(name), [value], "{name}: {reply:?}");
        }
        assert!(reply.body.contains("\"status\":429"), "{reply:?}");
        assert!(!reply.head.contains("x-error-"), "{reply:?}");
        assert_eq!(reply.all("www-authenticate"), [""; 0], "another token is no help: {reply:?}");
    }
    let other = gateway.curl(&with(&[&bearer("lk_000000000000000000000000000000000000")])).await;
    assert_eq!((other.status, other.all("ratelimit")), (401, vec![]), "{other:?}");
    assert_eq!(service.requests(), 2);
    app.wait(chrono::TimeDelta::seconds(30));
    let received = gateway.curl(&with(&[&token])).await.received();
    assert_eq!(received.all("remote-user"), ["ada"]);
    assert_eq!(received.all("ratelimit"), [""; 0], "that is for the client");
}
