//! The same cases in front of each gateway that Debian has, with the very text of `docs/gateways.md`.

use crate::basic::git_is_asked_for_its_name_and_password_where_the_service_wants_it;
use crate::claims::{FORGED, OTHERS, app, bearer, believes_nothing_forged, with};
use crate::connection::what_a_client_says_of_the_connection_takes_no_header_away;
use crate::driver::Folder;
use crate::echo::{Service, Tap, stand_in};
use crate::gateway::{Gateway, Kind, Reply};
use crate::limits::a_token_over_its_limit_is_told_when_to_come_back;
use crate::refusals::{Refused, refused};
use crate::support::App;
use crate::trouble::{
    a_client_may_send_more_headers_than_latchkey_takes,
    nobody_reaches_the_gateway_at_another_address,
    while_latchkey_hangs_nothing_passes_and_nobody_waits_for_long,
    while_latchkey_is_away_nothing_passes,
};

/// Each case as a test of this gateway.
macro_rules! in_front {
    ($name:ident, $kind:expr, $($case:ident),+ $(,)?) => {
        mod $name {
            use crate::gateway::Kind;
            $(
                #[actix_web::test]
                async fn $case() {
                    super::$case($kind).await;
                }
            )+
        }
    };
}
macro_rules! every_case_in_front {
    ($($name:ident: $kind:expr),+ $(,)?) => {
        $(
            in_front!(
                $name,
                $kind,
                what_is_allowed_reaches_the_service_with_the_holders_name,
                a_token_that_ends_soon_is_told_to_the_service_and_to_the_client,
                each_refusal_reaches_the_client_and_no_request_the_service,
                a_token_over_its_limit_is_told_when_to_come_back,
                git_is_asked_for_its_name_and_password_where_the_service_wants_it,
                what_a_client_claims_to_be_never_reaches_the_service,
                what_a_client_says_of_the_connection_takes_no_header_away,
                latchkey_hears_of_the_original_request_from_the_gateway_alone,
                an_answer_that_names_nobody_makes_nobody_somebody,
                a_gateway_that_is_not_trusted_opens_nothing_by_naming_a_method,
                a_preflight_reaches_the_service_without_a_token_and_without_a_name,
                an_upload_of_megabytes_reaches_the_service_and_none_of_it_latchkey,
                a_websocket_opens_with_a_token_and_not_without,
                while_latchkey_is_away_nothing_passes,
                while_latchkey_hangs_nothing_passes_and_nobody_waits_for_long,
                a_client_may_send_more_headers_than_latchkey_takes,
                nobody_reaches_the_gateway_at_another_address,
            );
        )+
    };
}
every_case_in_front!(nginx: Kind::Nginx, caddy: Kind::Caddy, haproxy: Kind::Haproxy);

async fn what_is_allowed_reaches_the_service_with_the_holders_name(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI runner").with("Builds", "Read & write").await;
    let received = gateway.curl(&with(&[&bearer(&secret)])).await.received();
    assert_eq!((received.method.as_str(), received.target.as_str()), ("GET", "/jobs?page=2"));
    for (name, value) in [
        ("remote-user", "ada"),
        ("remote-name", "ada Nyström"),
        ("remote-email", "ada@fernhill.example"),
        ("x-auth-request-user", "ada"),
        ("x-auth-request-email", "ada@fernhill.example"),
        ("x-token-name", "CI runner"),
        ("x-token-access", "builds:read-write"),
        ("x-token-expires", "2027-02-21T00:00:00Z"),
        ("x-forwarded-for", "127.0.0.1"),
        ("host", &gateway.address.to_string()),
    ] {
        assert_eq!(received.all(name), [value], "{name}");
    }
    assert!(matches!(received.all("x-token-id")[..], [id] if id.len() == 16), "{received:?}");
    assert_eq!(received.all("authorization"), [""; 0], "the service has no use for the token");
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let arguments = ["-H", &bearer(&secret), "--request", method];
        assert_eq!(gateway.curl(&arguments).await.received().method, method);
    }
    let plain = gateway.curl(&with(&[&bearer(&secret)])).await;
    assert!(!plain.head.contains("ratelimit"), "there is no limit: {plain:?}");
    let basic = gateway.curl(&["--user", &format!("ada:{secret}")]).await.received();
    assert_eq!(basic.all("remote-user"), ["ada"]);
    let here = ada.generates("bound here").only_from("127.0.0.1").with("Builds", "Read").await;
    assert_eq!(gateway.curl(&with(&[&bearer(&here)])).await.status, 200);
}

async fn a_token_that_ends_soon_is_told_to_the_service_and_to_the_client(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI runner").with("Builds", "Read & write").await;
    let forged = "X-Token-Expires-Soon: never";
    let far = gateway.curl(&with(&[&bearer(&secret), forged])).await;
    assert_eq!(far.all("x-token-expires-soon"), [""; 0], "{far:?}");
    assert_eq!(far.received().all("x-token-expires-soon"), [""; 0]);
    app.jump_to("2027-02-20T12:00:00Z");
    let soon = gateway.curl(&with(&[&bearer(&secret), forged])).await;
    assert_eq!(soon.all("x-token-expires-soon"), ["2027-02-21t00:00:00z"], "for the client, too");
    assert_eq!(soon.received().all("x-token-expires-soon"), ["2027-02-21T00:00:00Z"]);
}

async fn each_refusal_reaches_the_client_and_no_request_the_service(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    for Refused { what, header, method, status, challenge } in refused(&app, kind).await {
        let forwarded = "X-Forwarded-For: 203.0.113.9";
        let reply = gateway.curl(&["-H", &header, "-H", forwarded, "--request", method]).await;
        assert_eq!(reply.status, status, "{what}: {reply:?}");
        assert!(reply.head.contains(challenge), "{what}: {reply:?}");
        assert!(!reply.head.contains("x-error-"), "{what}: {reply:?}");
        if status == 403 || kind != Kind::Nginx {
            assert!(reply.head.contains("content-type: application/problem+json"), "{reply:?}");
            assert!(reply.head.contains("cache-control: no-store"), "{reply:?}");
            assert!(reply.body.contains(&format!("\"status\":{status}")), "{what}: {reply:?}");
        }
    }
    let token = bearer("lk_000000000000000000000000000000000000");
    let twice = gateway.curl(&with(&[&token, &token])).await;
    assert_eq!(twice.status, 400, "{twice:?}");
    // nginx refuses it before it asks.
    let told = twice.head.contains("error=\"invalid_request\"");
    assert_eq!(told, kind != Kind::Nginx, "{twice:?}");
    assert_eq!(service.requests(), 0);
}

async fn latchkey_hears_of_the_original_request_from_the_gateway_alone(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let tap = Tap::before(app.address);
    let gateway = Gateway::asking(kind, tap.address, &service).await;
    let secret = app.member("ada").await.generates("CI runner").with("Builds", "Read").await;
    let token = bearer(&secret);
    let address = "X-Forwarded-For: 203.0.113.9";
    let claimed = with(&[&FORGED[..], &OTHERS[..], &[address, &token][..]].concat());
    assert_eq!(gateway.curl(&[&claimed[..], &["--request", "PUT"]].concat()).await.status, 403);
    let asked = tap.heard().to_ascii_lowercase();
    let told: Vec<&str> =
        asked.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name).collect();
    let (method, path) = match kind {
        Kind::Nginx | Kind::Haproxy => ("x-original-method", "x-original-uri"),
        Kind::Caddy => ("x-forwarded-method", "x-forwarded-uri"),
    };
    for (name, value) in [(method, "put"), (path, "/jobs?page=2"), ("x-forwarded-for", "127.0.0.1")]
    {
        assert!(asked.contains(&format!("\n{name}: {value}\r\n")), "{name}: {asked}");
        assert_eq!(told.iter().filter(|known| **known == name).count(), 1, "{name}: {asked}");
    }
    assert!(asked.contains("\nuser-agent: curl/"), "{asked}");
    let nameless = gateway.curl(&with(&[&token, "User-Agent:"])).await;
    assert_eq!(nameless.status, 200, "{nameless:?}");
    let named =
        |line: &str| line.strip_prefix("user-agent:").is_some_and(|name| !name.trim().is_empty());
    let agents = tap.heard().to_ascii_lowercase().lines().filter(|line| named(line)).count();
    assert_eq!(agents, 1, "nobody says another name: {}", tap.heard());
    assert!(!asked.contains("x-original-url") && asked.starts_with("get /verify?"), "{asked}");
}

async fn an_answer_that_names_nobody_makes_nobody_somebody(kind: Kind) {
    let latchkey =
        stand_in("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned());
    let service = Service::start();
    let gateway = Gateway::asking(kind, latchkey, &service).await;
    let reply = gateway.curl(&with(&FORGED)).await;
    if kind != Kind::Nginx {
        assert_eq!((reply.status, service.requests()), (503, 0), "{reply:?}");
        return;
    }
    believes_nothing_forged(&reply.received());
}

async fn what_a_client_claims_to_be_never_reaches_the_service(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    let secret = app.member("ada").await.generates("CI runner").with("Builds", "Read").await;
    let token = bearer(&secret);
    let address =
        ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-Host: evil", "X-Forwarded-Proto: evil"];
    let claimed = with(&[&FORGED[..], &OTHERS[..], &address[..], &[token.as_str()][..]].concat());
    let received = gateway.curl(&claimed).await.received();
    believes_nothing_forged(&received);
    assert_eq!(received.all("remote-user"), ["ada"]);
    assert_eq!(received.all("remote-groups"), [""; 0]);
    assert_eq!(received.all("x-forwarded-for"), ["127.0.0.1"]);
    for name in ["x-forwarded-host", "x-forwarded-proto"] {
        assert!(!received.all(name).contains(&"evil"), "{name}");
    }
    for header in OTHERS {
        let name = header.split(':').next().expect("a name").to_ascii_lowercase();
        assert_eq!(received.all(&name), [""; 0], "{name}");
    }
    let writing = gateway.curl(&[&claimed[..], &["--request", "DELETE"]].concat()).await;
    assert_eq!(writing.status, 403, "{writing:?}");
    assert!(writing.head.contains("scope=\"builds:write\""), "{writing:?}");
    let without = gateway.curl(&with(&FORGED)).await;
    assert_eq!(without.status, 401, "{without:?}");
    assert_eq!(service.requests(), 1);
}

async fn a_gateway_that_is_not_trusted_opens_nothing_by_naming_a_method(kind: Kind) {
    let (app, service) = (App::start().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    let ada = app.member("ada").await;
    let reading = bearer(&ada.generates("reading").with("Builds", "Read").await);
    let writing = bearer(&ada.generates("writing").with("Builds", "Read & write").await);
    let refused = gateway.curl(&with(&[&reading])).await;
    assert_eq!(refused.status, 403, "the most is needed: {refused:?}");
    let received = gateway.curl(&with(&[&writing])).await.received();
    assert_eq!(received.all("remote-user"), ["ada"]);
}

async fn a_preflight_reaches_the_service_without_a_token_and_without_a_name(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    let (origin, asks) = ("Origin: https://app.example:8443", "Access-Control-Request-Method: PUT");
    let preflight = async |method: &str, headers: &[&str]| -> Reply {
        let claimed = with(&[&FORGED[..], &OTHERS[..], headers].concat());
        gateway.curl(&[&claimed[..], &["--request", method]].concat()).await
    };
    let token = bearer("lk_000000000000000000000000000000000000");
    let received = preflight("OPTIONS", &[origin, asks, &token]).await.received();
    assert_eq!(received.method, "OPTIONS");
    believes_nothing_forged(&received);
    for header in FORGED.iter().chain(&OTHERS) {
        let name = header.split(':').next().expect("a name").to_ascii_lowercase();
        assert_eq!(received.all(&name), [""; 0], "{name}");
    }
    assert_eq!(received.all("access-control-request-method"), ["PUT"]);
    let search = "Access-Control-Request-Method: M-SEARCH";
    assert_eq!(preflight("OPTIONS", &[origin, search]).await.status, 200);
    let (nowhere, nothing) = ("Origin;", "Access-Control-Request-Method;");
    let two = "Access-Control-Request-Method: PUT GET";
    for (method, headers) in [
        ("OPTIONS", &[origin][..]),
        ("OPTIONS", &[asks]),
        ("OPTIONS", &[origin, nothing]),
        ("OPTIONS", &[nowhere, asks]),
        ("OPTIONS", &[origin, two]),
        ("OPTIONS", &[]),
        ("GET", &[origin, asks]),
        ("POST", &[origin, asks]),
    ] {
        let reply = preflight(method, headers).await;
        assert_eq!(reply.status, 401, "{method} {headers:?}: {reply:?}");
    }
    assert_eq!(service.requests(), 2);
}

async fn an_upload_of_megabytes_reaches_the_service_and_none_of_it_latchkey(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let tap = Tap::before(app.address);
    let gateway = Gateway::asking(kind, tap.address, &service).await;
    let ada = app.member("ada").await;
    let writing = ada.generates("Uploader").with("Builds", "Read & write").await;
    let reading = ada.generates("Reader").with("Builds", "Read").await;
    let folder = Folder::new();
    let path = folder.path().join("upload");
    let bytes: Vec<u8> =
        (0..9_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    std::fs::write(&path, &bytes).expect("a file");
    let upload = format!("@{}", path.display());
    let arguments = ["-H", &bearer(&writing), "--data-binary", &upload];
    let received = gateway.curl(&arguments).await.received();
    assert_eq!((received.method.as_str(), received.length), ("POST", bytes.len()));
    assert_eq!(received.checksum, crc32fast::hash(&bytes));
    let expecting = ["-H", &bearer(&reading), "-H", "Expect: 100-continue"];
    let refused = gateway.curl(&[&expecting[..], &["--data-binary", &upload]].concat()).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(service.requests(), 1);
    let heard = tap.heard();
    assert!((1..10_000).contains(&heard.len()), "{} bytes went to Latchkey", heard.len());
    assert!(!heard.to_ascii_lowercase().contains("content-length: 9"), "{heard}");
}

async fn a_websocket_opens_with_a_token_and_not_without(kind: Kind) {
    let (app, service) = (app().await, Service::start());
    let gateway = Gateway::start(kind, &app, &service).await;
    let secret = app.member("ada").await.generates("Watcher").with("Builds", "Read").await;
    let (head, _) = gateway.upgrades("").await;
    assert!(head.starts_with("HTTP/1.1 401"), "{head}");
    assert_eq!(service.requests(), 0);
    let (head, word) = gateway.upgrades(&format!("{}\r\n", bearer(&secret))).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert_eq!(word, "hello");
    assert_eq!(service.requests(), 1);
}
