//! What `/verify` leaves behind, and what it does when the database is in the way.

use latchkey::domain::id::{Nonce, TokenId};
use reqwest::{Method, StatusCode};

use crate::support::App;

/// VER-16
#[actix_web::test]
async fn when_the_tokens_cannot_be_read_nothing_is_allowed() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    app.database.run("ALTER TABLE tokens RENAME TO elsewhere").await;
    app.database.run("ALTER TABLE feed RENAME TO nowhere").await;
    // What is in memory is known to be true for so long after the feed was read last.
    app.hears_of_it().await;
    let answer = machine.asks("?service=git&access=read", &secret).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("Tell the operator this number"), "{}", answer.body);
    assert!(!answer.body.contains("tokens"), "no word of the database: {}", answer.body);
    let alive = machine.calls(Method::GET, "/healthz", &[]).await;
    assert_eq!(alive.status, StatusCode::OK);
    let ready = machine.calls(Method::GET, "/readyz", &[]).await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[actix_web::test]
async fn the_last_use_is_noted_with_time_address_and_program() {
    let app = App::with(latchkey::config::SAMPLE, &[("trusted_proxies", "127.0.0.1")]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let bearer = format!("Bearer {secret}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("x-forwarded-for", "203.0.113.9, 198.51.100.4"),
        ("user-agent", "git/2.47 \u{202e}x"),
    ];
    let answer = app.machine().sends("?service=git&access=read", &headers).await;
    assert_eq!(answer.status, StatusCode::OK);
    app.write_uses().await;
    let page = ada.opens(&ada.page_of(&app, "CI").await).await;
    assert!(page.says("from 198.51.100.4") && page.says("git/2.47 x"), "{}", page.text);
    assert_eq!(ada.sees("CI").await.expect("a row")[2], "Just now");
    for (forwarded, address) in [
        ("192.0.2.7:4444", "192.0.2.7"),
        ("203.0.113.9, [2001:db8::1]:4444", "2001:db8::1"),
        ("203.0.113.9, [2001:db8::2]", "2001:db8::2"),
        ("203.0.113.9, [198.51.100.7]", "127.0.0.1"),
    ] {
        let headers = [("authorization", bearer.as_str()), ("x-forwarded-for", forwarded)];
        app.machine().sends("?service=git&access=read", &headers).await;
        app.write_uses().await;
        let page = ada.opens(&ada.page_of(&app, "CI").await).await;
        assert!(page.says(&format!("from {address}")), "{forwarded}: {}", page.text);
    }
    // A refused request is no use.
    app.wait(chrono::TimeDelta::minutes(9));
    app.machine().verifies(&secret, "git", "write").await;
    app.write_uses().await;
    assert_eq!(ada.sees("CI").await.expect("a row")[2], "9 minutes ago");
}

/// TOK-07, DUR-08
#[actix_web::test]
async fn a_verification_never_waits_for_a_write() {
    let app = App::start().await;
    let secret = app.member("ada").await.generates("CI").with("Git", "Read").await;
    let db = app.database.db();
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let writing = actix_web::rt::spawn(async move {
        let job = move |tx: &mut latchkey::store::conn::Conn| {
            let now = latchkey::domain::time::Now::new(chrono::DateTime::UNIX_EPOCH);
            let (nonce, token) = (Nonce::random(), TokenId::random());
            latchkey::store::nonces::take(tx, &nonce, &token, now)?;
            let held = held.lock().expect("the channel");
            let _ = held.recv_timeout(std::time::Duration::from_secs(20));
            Ok(())
        };
        db.write(job).await.expect("a write");
    });
    actix_web::rt::time::sleep(std::time::Duration::from_millis(100)).await;
    let machine = app.machine();
    for _ in 0..20 {
        assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    }
    assert!(!writing.is_finished(), "all twenty were answered while the write went on");
    hold.send(()).expect("the writer waits");
    writing.await.expect("the write");
}
