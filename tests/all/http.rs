//! What every answer to a browser carries, and what odd requests get.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::cli_server::Server;
use crate::support::machine::Machine;

const PAGES: [&str; 6] =
    ["/account", "/account/password", "/account/tokens", "/account/tokens/new", "/nope", "/"];

/// HTTP-01, HTTP-03, HTTP-05, SESS-08
#[actix_web::test]
async fn every_page_errors_too_carries_the_same_protection() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    for path in PAGES {
        let request =
            ada.browser.request(Method::GET, path).header("origin", "https://evil.example");
        let page = ada.browser.send(request).await;
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(page.header(name), value, "{path}");
        }
        assert!(page.header("permissions-policy").contains("camera=()"));
        for none in
            ["access-control-allow-origin", "server", "x-powered-by", "strict-transport-security"]
        {
            assert_eq!(page.header(none), "", "{path}: {none}");
        }
        if page.status != StatusCode::SEE_OTHER {
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        }
    }
}

/// HTTP-02
#[actix_web::test]
async fn no_page_has_anything_inline() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let shown = ada.generates("CI").with("Git", "Read").page().await;
    let mut pages = vec![shown];
    for path in ["/account", "/account/password", "/account/tokens", "/account/tokens/new", "/nope"]
    {
        pages.push(ada.opens(path).await);
    }
    for page in pages {
        let inline = "[style], style, script:not([src]), [onclick], [onload], [onsubmit]";
        assert_eq!(page.count(inline), 0, "{}", page.title());
    }
}

/// HTTP-06
#[actix_web::test]
async fn unknown_methods_are_refused_and_head_has_no_body() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let send = |method: Method, path: &str| ada.browser.send(ada.browser.request(method, path));
    let page = send(Method::HEAD, "/account/tokens").await;
    assert_eq!((page.status, page.text.as_str()), (StatusCode::OK, ""));
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE, Method::OPTIONS] {
        let page = send(method.clone(), "/account/tokens").await;
        assert!(page.status.is_client_error(), "{method}: {}", page.status);
    }
    // As a form of ours would come, so that it is the route that refuses.
    let page = ada.browser.post("/account/tokens/new", &[]).await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(page.heading(), "That didn’t work");
}

/// HTTP-07
#[actix_web::test]
async fn a_name_that_is_not_ours_is_refused_and_never_repeated() {
    let app = App::start().await;
    let guest = app.guest();
    for (name, value) in [("host", "evil.example"), ("host", "evil.example:80")] {
        let page = guest.send(guest.request(Method::GET, "/sign-in").header(name, value)).await;
        assert_eq!(page.status, StatusCode::MISDIRECTED_REQUEST);
        assert!(!page.text.contains("evil") && page.says("has to set public_url"));
    }
    for name in ["x-forwarded-host", "forwarded", "x-forwarded-proto"] {
        let request = guest.request(Method::GET, "/account").header(name, "host=evil.example");
        let page = guest.send(request).await;
        assert!(!format!("{:?}{}", page.headers, page.text).contains("evil"), "{name}");
    }
}

/// HTTP-08, HTTP-09
#[actix_web::test]
async fn odd_paths_get_pages_of_our_own() {
    let app = App::start().await;
    app.member("ada").await;
    for path in [
        "/nope",
        "/static/",
        "/static/nope.css",
        "/static/..%2f..%2fCargo.toml",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/.git/config",
        "/data/latchkey.db",
        "/account/tokens/",
        "/%00",
        "/%ff",
        "/account/tokens/0123456789abcdef/nope",
    ] {
        let page = app.guest().get(path).await;
        assert!(page.status.is_client_error(), "{path}: {}", page.status);
        for word in ["actix", "diesel", "panicked", "src/", "SELECT", "root:"] {
            assert!(!page.text.contains(word), "{path}: {word}");
        }
        assert!(
            page.heading() == "Page not found" || page.heading() == "That didn’t work",
            "{path}: {}",
            page.text
        );
    }
    let page = app.guest().get("/nope").await;
    assert_eq!(page.link("Go to your tokens").as_deref(), Some("/account/tokens"));
    let long = app.guest().get(&format!("/{}", "x".repeat(9_000))).await;
    assert!(long.status.is_client_error(), "LIM-09");
}

/// HTTP-10
#[actix_web::test]
async fn static_files_are_kept_for_good_and_set_no_cookie() {
    let app = App::start().await;
    let guest = app.guest();
    let page = guest.open("/setup").await;
    let mut files = page.attributes("href");
    files.extend(page.attributes("src"));
    files.retain(|file| file.starts_with("/static/"));
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let file = file.split('#').next().expect("a path");
        let request = app.guest().request(Method::GET, file).header("range", "bytes=5-1,,-9");
        let answer = guest.send(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{file}");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

/// Sends these very bytes, and reads until the server hangs up.
async fn raw(address: SocketAddr, request: String) -> String {
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a limit");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    });
    answer.await.expect("an answer")
}

/// HTTP-12
#[actix_web::test]
async fn ambiguous_framing_is_refused_without_a_second_answer() {
    let app = App::start().await;
    for head in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: chunked, identity",
        "Content-Length: +5",
    ] {
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        );
        let answer = raw(app.address, request).await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{head}: {answer}");
        assert!(answer.starts_with("HTTP/1.1 4"), "{head}: {answer}");
    }
}

/// What the contract in `docs/api.md` says of the parser's own answers.
#[actix_web::test]
async fn what_is_no_http_request_gets_a_400_without_a_body_or_a_header_of_ours() {
    let app = App::start().await;
    let target = |length: usize| format!("/verify?{}", "x".repeat(length - 8));
    let ask =
        |target: String| format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    for request in [
        "\0\u{1}\r\n\r\n".to_owned(),
        "GET /verify HTTP/1.1\r\n\r\n".to_owned(),
        "GET /verify HTTP/1.1\r\nHost: a\r\nno header\r\n\r\n".to_owned(),
        ask("/verify?service=ä".to_owned()),
        ask(target(65_535)),
    ] {
        let answer = raw(app.address, request).await.to_lowercase();
        assert!(answer.starts_with("http/1.1 400") && answer.ends_with("\r\n\r\n"), "{answer}");
        for header in ["cache-control", "content-type", "www-authenticate"] {
            assert!(!answer.contains(header), "{answer}");
        }
    }
    let longest = raw(app.address, ask(target(65_534))).await;
    assert!(longest.contains("The query names no service"), "{longest}");
}

#[actix_web::test]
async fn what_any_stranger_can_send_amiss_is_no_error_in_the_log() {
    let mut server = Server::with_person().await;
    let address = server.base.trim_start_matches("http://").parse().expect("an address");
    let ask = |headers: &str| format!("GET /verify HTTP/1.1\r\nHost: a\r\n{headers}\r\n");
    let amiss = [ask(&"X-Number: 1\r\n".repeat(97)), ask("X-Odd: \u{1}\r\n"), "\0\r\n\r\n".into()];
    for request in &amiss {
        assert!(raw(address, request.clone()).await.starts_with("HTTP/1.1 4"), "{request}");
    }
    assert!(!server.log().contains("ERROR"), "{}", server.log());
    server.restart_with("LATCHKEY_LOG", "debug");
    raw(address, amiss[0].clone()).await;
    server.says("message head is too large").await;
}

/// DOS-03
#[actix_web::test]
async fn half_a_head_and_half_a_body_are_let_go() {
    let app = App::start().await;
    let half = |request: &'static str| {
        let address = app.address;
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).expect("a connection");
            stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
            stream.write_all(request.as_bytes()).expect("sent");
            let mut answer = vec![0; 12];
            let read = stream.read(&mut answer).expect("an answer or an end, not a wait");
            String::from_utf8_lossy(&answer[..read]).into_owned()
        })
    };
    let (head, body) = tokio::join!(half(HALF_A_HEAD), half(HALF_A_BODY));
    assert!(["", "HTTP/1.1 408"].contains(&head.expect("an end").as_str()));
    assert_eq!(body.expect("an end"), "HTTP/1.1 408");
}

const HALF_A_HEAD: &str = "GET /sign-in HTTP/1.1\r\nHost: 127";
const HALF_A_BODY: &str = "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\na=b";

/// DOS-01
#[actix_web::test]
async fn three_hundred_stalled_connections_keep_nobody_waiting_and_are_let_go() {
    let server = Server::with_person().await;
    let browser = server.signed_in().await;
    let secret = server.generate(&browser, "CI").await;
    let began = Instant::now();
    let stall = |sent: &&str| {
        let mut stream =
            TcpStream::connect(server.base.replace("http://", "")).expect("a connection");
        stream.write_all(sent.as_bytes()).expect("sent");
        stream
    };
    let stalled: Vec<_> =
        [HALF_A_HEAD, HALF_A_BODY, ""].iter().cycle().take(300).map(stall).collect();
    let mut waits = Vec::new();
    for _ in 0..40 {
        let asked = Instant::now();
        // On a connection of its own each time, behind the others.
        let status = Machine::new(&server.base).verifies(&secret, "git", "read").await;
        assert_eq!(status, StatusCode::OK);
        waits.push(asked.elapsed());
    }
    waits.sort_unstable();
    assert!(waits[37] < Duration::from_millis(500), "of 40, the third slowest: {:?}", waits[37]);
    assert_eq!(browser.get("/account/tokens").await.status, StatusCode::OK);
    assert!(began.elapsed() < Duration::from_secs(9), "all of them were still open");
    let let_go = tokio::task::spawn_blocking(move || {
        stalled.into_iter().all(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
            let end = stream.read(&mut [0]).map_err(|error| error.kind());
            !matches!(end, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut))
        })
    });
    assert!(let_go.await.expect("an end"));
}
