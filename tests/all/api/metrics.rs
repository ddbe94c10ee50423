//! `/metrics`, on a listener of its own.

use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::cli_server::Server;
use crate::support::machine::{Answer, Machine};
use crate::support::open_metrics::Metrics;
use crate::support::people::sign_in;

const UNKNOWN: &str = "lk_000000000000000000000000000000000000";
const LISTEN: [(&str, &str); 1] = [("metrics_listen", "127.0.0.1:0")];
const FILE: &str = "
[[services]]
key = \"git\"
name = \"Git\"
per_minute = 4
[[services]]
key = \"mail\"
name = \"Mail\"
methods = [{ key = \"send\" }]
[[services]]
key = \"builds\"
name = \"Builds\"";

async fn metrics(app: &App) -> Metrics {
    Metrics::parse(&scrape(app).await.body)
}

async fn scrape(app: &App) -> Answer {
    let machine = Machine::new(&format!("http://{}", app.metrics.expect("a listener")));
    let answer = machine.calls(Method::GET, "/metrics", &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer
}

async fn asks_of_every_kind(machine: &Machine, secret: &str) {
    for (query, token) in [
        ("?service=git&access=write", secret),
        ("?service=mail&method=send", secret),
        ("?service=mail&method=fetch", secret),
        ("?service=mail&access=read&gateway=traefik", secret),
        ("?service=mail&access=read&gateway=caddy", secret),
        ("?service=mail&access=read&gateway=envoy&original=/inbox", secret),
        ("?service=strange&access=read", secret),
        ("?service=stranger&access=read", secret),
        ("?service=mail&access=read", UNKNOWN),
        ("?service=mail&access=all", secret),
        ("?service=mail&access=read", "two words"),
    ] {
        machine.asks(query, token).await;
    }
}

#[actix_web::test]
async fn verifications_are_counted_by_service_dialect_and_verdict() {
    let app = App::with(FILE, &LISTEN).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").with("Mail", "Read").await;
    assert!(metrics(&app).await.verifications().is_empty());
    let machine = app.machine();
    for _ in 0..6 {
        machine.asks("?gateway=nginx&service=git&access=read", &secret).await;
    }
    asks_of_every_kind(&machine, &secret).await;
    machine.sends("?service=builds&access=read", &[]).await;
    let metrics = metrics(&app).await;
    let label = |service: &str, dialect: &str, verdict: &str| {
        format!("{{service=\"{service}\",dialect=\"{dialect}\",verdict=\"{verdict}\"}}")
    };
    let expected = [
        ("builds", "generic", "no_credentials", 1.0),
        ("git", "generic", "too_narrow", 1.0),
        ("git", "nginx", "allowed", 4.0),
        ("git", "nginx", "limited", 2.0),
        ("mail", "caddy", "allowed", 1.0),
        ("mail", "envoy", "allowed", 1.0),
        ("mail", "generic", "invalid", 1.0),
        ("mail", "generic", "malformed", 1.0),
        ("mail", "generic", "too_narrow", 1.0),
        ("mail", "generic", "unknown_method", 1.0),
        ("mail", "traefik", "allowed", 1.0),
        ("unknown", "generic", "malformed", 1.0),
        ("unknown", "generic", "unknown_service", 2.0),
    ];
    let expected: Vec<_> =
        expected.map(|(service, dialect, verdict, n)| (label(service, dialect, verdict), n)).into();
    let counted = metrics.verifications();
    let counted: Vec<_> = counted.iter().map(|(series, n)| ((*series).to_owned(), *n)).collect();
    assert_eq!(counted, expected);
    let never = label("git", "nginx", "fault");
    assert_eq!(metrics.value(&format!("latchkey_verifications_total{never}")), 0.0);
    assert_eq!(metrics.value("latchkey_verification_duration_seconds_count"), 18.0);
}

#[actix_web::test]
async fn the_time_of_verifications_is_a_histogram() {
    let app = App::with(FILE, &LISTEN).await;
    for _ in 0..20 {
        app.machine().sends("?service=builds&access=read", &[]).await;
    }
    let metrics = metrics(&app).await;
    let name = "latchkey_verification_duration_seconds";
    assert_eq!(metrics.types[name], "histogram");
    let bucket = |bound: &str| metrics.value(&format!("{name}_bucket{{le=\"{bound}\"}}"));
    let bounds = [
        "0.00005", "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025",
        "0.05", "0.1", "0.25", "1.0", "+Inf",
    ];
    let counts = bounds.map(bucket);
    assert!(counts.is_sorted(), "each holds what those before it hold: {counts:?}");
    assert_eq!(counts[13], 20.0);
    assert_eq!(metrics.value(&format!("{name}_count")), 20.0);
    assert!(metrics.value(&format!("{name}_sum")) > 0.0);
}

#[actix_web::test]
async fn a_database_that_cannot_answer_is_counted_as_a_fault() {
    let app = App::with(FILE, &LISTEN).await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    app.database.run("ALTER TABLE tokens RENAME TO elsewhere").await;
    app.database.run("ALTER TABLE feed RENAME TO nowhere").await;
    app.hears_of_it().await;
    app.machine().asks("?service=git&access=read", &secret).await;
    let labels = "{service=\"git\",dialect=\"generic\",verdict=\"fault\"}";
    let metrics = metrics(&app).await;
    assert_eq!(metrics.verifications(), [(labels, 1.0)]);
    assert_eq!(metrics.value("latchkey_index_trusted"), 0.0);
}

#[actix_web::test]
async fn sign_ins_passwords_connections_and_the_version_are_told() {
    let app = App::with(FILE, &LISTEN).await;
    let ada = app.member("ada").await;
    let browser = app.guest();
    for _ in 0..6 {
        sign_in(&browser, "ada", "not the password at all").await;
    }
    drop(ada);
    let metrics = metrics(&app).await;
    let sign_ins =
        |outcome: &str| metrics.value(&format!("latchkey_sign_ins_total{{outcome=\"{outcome}\"}}"));
    let outcomes = ["signed_in", "refused", "throttled", "fault"];
    assert_eq!(outcomes.map(sign_ins), [1.0, 5.0, 1.0, 0.0]);
    for state in ["running", "waiting"] {
        let checks = format!("latchkey_password_checks{{state=\"{state}\"}}");
        assert_eq!(metrics.value(&checks), 0.0);
    }
    for pool in ["read", "write"] {
        let open = |state: &str| {
            let labels = format!("{{pool=\"{pool}\",state=\"{state}\"}}");
            metrics.value(&format!("latchkey_database_connections{labels}"))
        };
        assert!(open("idle") + open("busy") >= 1.0);
    }
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(metrics.value(&format!("latchkey_build_info{{version=\"{version}\"}}")), 1.0);
    assert_eq!(metrics.types["latchkey_sign_ins"], "counter");
}

#[actix_web::test]
async fn the_memory_is_told_with_its_size_and_how_current_it_is() {
    let app = App::with(FILE, &LISTEN).await;
    while metrics(&app).await.value("latchkey_index_complete") < 1.0 {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let lookups = |metrics: &Metrics, result: &str| {
        metrics.value(&format!("latchkey_index_lookups_total{{result=\"{result}\"}}"))
    };
    let before = metrics(&app).await;
    for _ in 0..4 {
        app.machine().asks("?service=git&access=read", &secret).await;
    }
    let after = metrics(&app).await;
    let asked = |result| lookups(&after, result) - lookups(&before, result);
    assert_eq!(asked("hit") + asked("miss"), 4.0);
    assert!(asked("hit") >= 3.0, "what was looked up once is in memory");
    assert_eq!(after.value("latchkey_index_entries"), 1.0);
    assert_eq!(after.value("latchkey_index_bytes"), 200.0);
    assert_eq!(after.value("latchkey_index_trusted"), 1.0);
    assert!(after.value("latchkey_feed_lag_seconds") < 60.0);
}

#[actix_web::test]
async fn metrics_are_on_their_own_listener_and_nothing_else_is() {
    let app = App::with(FILE, &LISTEN).await;
    let answer = scrape(&app).await;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header("content-type"), kind);
    let ada = app.member("ada").await;
    let secret = ada.generates("CI runner").with("Git", "Read").await;
    app.machine().verifies(&secret, "git", "read").await;
    let body = scrape(&app).await.body;
    for private in ["ada", "CI runner", &secret, "127.0.0.1"] {
        assert!(!body.contains(private), "{private}: {body}");
    }
    let on_main = app.machine().calls(Method::GET, "/metrics", &[]).await;
    assert_eq!(on_main.status, StatusCode::NOT_FOUND);
    let apart = Machine::new(&format!("http://{}", app.metrics.expect("a listener")));
    for path in ["/", "/verify", "/healthz", "/sign-in", "/metrics/"] {
        let answer = apart.calls(Method::GET, path, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let posted = apart.calls(Method::POST, "/metrics", &[]).await;
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
    let head = apart.calls(Method::HEAD, "/metrics", &[]).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
}

#[actix_web::test]
async fn without_an_address_there_are_no_metrics() {
    let app = App::start().await;
    assert_eq!(app.config.settings.metrics_listen, None);
    let answer = app.machine().calls(Method::GET, "/metrics", &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_server_serves_its_metrics_until_it_stops() {
    let address = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        free.local_addr().expect("an address").to_string()
    };
    let mut server = Server::with_person().await;
    server.restart_with("LATCHKEY_METRICS_LISTEN", &address);
    let on_main = Machine::new(&server.base).calls(Method::GET, "/healthz", &[]).await;
    assert_eq!(on_main.status, StatusCode::OK);
    let machine = Machine::new(&format!("http://{address}"));
    let answer = machine.calls(Method::GET, "/metrics", &[]).await;
    assert!(answer.body.ends_with("# EOF\n"), "{}", answer.body);
    assert!(server.stop().success());
    assert!(std::net::TcpStream::connect(&address).is_err(), "it went with the server");
}
