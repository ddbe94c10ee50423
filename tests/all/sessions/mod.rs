//! Sessions: what a cookie is worth, and for how long.

mod list;

use chrono::TimeDelta;
use reqwest::{StatusCode, Url};

use crate::support::App;
use crate::support::browse::Browser;
use crate::support::people::{PASSWORD, Person, sign_in};

fn session_cookie(browser: &Browser) -> String {
    let cookies = browser.cookies();
    let found = cookies.split("; ").find(|cookie| cookie.contains("latchkey-session="));
    found.map(str::to_owned).unwrap_or_default()
}

fn with_cookie(app: &App, cookie: &str) -> Browser {
    let browser = app.guest();
    browser.jar.add_cookie_str(cookie, &Url::parse(&app.base).expect("a URL"));
    browser
}

async fn is_signed_in(browser: &Browser) -> bool {
    let page = browser.get("/account/tokens").await;
    assert!(!page.status.is_server_error(), "{}", page.status);
    page.status == StatusCode::OK
}

/// SESS-01
#[actix_web::test]
async fn behind_tls_the_cookie_is_bound_to_this_host() {
    let settings = [("public_url", "https://tokens.example.org")];
    let app = App::with(latchkey::config::SAMPLE, &settings).await;
    Person::add(&app, "ada", "member").await;
    let request = app.guest().client.get(format!("{}/sign-in", app.base));
    let page = request.header("host", "tokens.example.org").send().await.expect("an answer");
    let cookie = page.headers()["set-cookie"].to_str().expect("text").to_owned();
    for part in ["__Host-latchkey-visit=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert_eq!(page.headers()["strict-transport-security"], "max-age=31536000");
    let visit = cookie.split(';').next().expect("a cookie").to_owned();
    let csrf = crate::support::page::Page::read(page).await.form("Sign in").value("csrf");
    let form = [("csrf", csrf.as_str()), ("username", "ada"), ("password", PASSWORD), ("next", "")];
    let request = app.guest().client.post(format!("{}/sign-in", app.base)).form(&form);
    let request = request.header("host", "tokens.example.org").header("cookie", visit);
    let page = request.header("origin", "https://tokens.example.org").send().await.expect("one");
    let cookie = page.headers()["set-cookie"].to_str().expect("text");
    for part in ["__Host-latchkey-session=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain") && cookie.len() < 4096, "{cookie}");
}

/// SESS-02, SESS-03
#[actix_web::test]
async fn signing_in_makes_a_new_session_and_the_older_one_is_dead() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let old = session_cookie(&ada.browser);
    // The same browser signs in again: its old cookie is sent along with the form.
    let stranger = app.guest();
    let form = stranger.open("/sign-in").await.form("Sign in");
    stranger.jar.add_cookie_str(&old, &Url::parse(&app.base).expect("a URL"));
    let form = form.fill("Username", "ada").fill("Password", PASSWORD);
    assert_eq!(stranger.submit(&form).await.status, StatusCode::SEE_OTHER);
    assert_ne!(session_cookie(&stranger), old);
    assert!(is_signed_in(&stranger).await);
    assert!(!is_signed_in(&with_cookie(&app, &old)).await);
}

/// SESS-04, SESS-07, SESS-14
#[actix_web::test]
async fn a_cookie_is_a_strangers_after_signing_out_and_other_sessions_live() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let elsewhere = ada.elsewhere().await;
    let saved = session_cookie(&ada.browser);
    let page = ada.opens("/account/tokens").await;
    ada.browser.submit(&page.form("Sign out")).await;
    assert!(!is_signed_in(&with_cookie(&app, &saved)).await);
    assert!(is_signed_in(&elsewhere).await);
    app.database.run("DELETE FROM sessions").await;
    assert!(!is_signed_in(&elsewhere).await);
}

/// SESS-05
#[actix_web::test]
async fn a_damaged_cookie_is_a_strangers() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let cookie = session_cookie(&ada.browser);
    assert!(is_signed_in(&with_cookie(&app, &cookie)).await);
    let (name, value) = cookie.split_once('=').expect("a cookie");
    for damaged in [
        value[..value.len() - 1].to_owned(),
        format!("{value}x"),
        value.to_ascii_uppercase(),
        "x".repeat(5000),
        "%00%ff".to_owned(),
        String::new(),
    ] {
        let browser = with_cookie(&app, &format!("{name}={damaged}"));
        assert!(!is_signed_in(&browser).await, "{damaged}");
    }
}

/// SESS-11, SESS-12
#[actix_web::test]
async fn a_session_ends_after_two_idle_hours_and_after_twelve_in_any_case() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    app.wait(TimeDelta::minutes(119));
    assert!(is_signed_in(&ada.browser).await, "not before");
    app.wait(TimeDelta::minutes(121));
    assert!(!is_signed_in(&ada.browser).await, "idle");
    let bo = app.member("bo").await;
    for _ in 0..11 {
        app.wait(TimeDelta::minutes(60));
        assert!(is_signed_in(&bo.browser).await);
    }
    app.wait(TimeDelta::minutes(61));
    let page = bo.browser.get("/account/tokens").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "the lifetime is over");
    let page = bo.browser.open("/account/tokens").await;
    assert!(page.says("after 2 hours without use, after 12 hours in any case"), "{}", page.text);
}

/// SESS-13
#[actix_web::test]
async fn the_database_holds_no_key_of_a_session() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let cookie = session_cookie(&ada.browser);
    let (_, value) = cookie.split_once('=').expect("a cookie");
    let signed = percent_encoding::percent_decode_str(value).decode_utf8().expect("text");
    // Signed cookies are 44 characters of signature, then the value.
    let key = &signed[44..];
    assert_eq!(key.len(), 43, "256 bits");
    assert!(!app.database.everything().await.contains(key));
    let keys = "SELECT count(*) AS n FROM sessions WHERE length(digest) = 32";
    assert_eq!(app.database.count(keys).await, 1);
}

/// SESS-15
#[actix_web::test]
async fn one_session_too_many_ends_the_oldest() {
    let app = App::with(latchkey::config::SAMPLE, &[("sessions_per_person", "3")]).await;
    let ada = app.member("ada").await;
    let mut browsers = vec![ada.browser.clone()];
    for _ in 0..3 {
        browsers.push(ada.elsewhere().await);
    }
    assert!(!is_signed_in(&browsers[0]).await);
    for browser in &browsers[1..] {
        assert!(is_signed_in(browser).await);
    }
}

/// SESS-08, SESS-09
#[actix_web::test]
async fn a_stranger_sees_nothing_and_pages_are_never_stored() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    for path in [
        "/account",
        "/account/password",
        "/account/tokens",
        "/account/tokens/new",
        "/account/tokens/revocation?id=x",
    ] {
        let page = app.guest().get(path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        let place = page.location().expect("a place");
        assert!(place.starts_with("/sign-in?next=%2Faccount"), "{place}");
        let page = ada.browser.get(path).await;
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
    }
}

#[actix_web::test]
async fn ended_sessions_are_cleared_away() {
    let app = App::start().await;
    app.member("ada").await;
    app.wait(TimeDelta::hours(13));
    app.application.manage.clear(app.now()).await.expect("a clearing");
    assert_eq!(app.database.count("SELECT count(*) AS n FROM sessions").await, 0);
    assert_eq!(app.database.count("SELECT count(*) AS n FROM throttles").await, 0);
    sign_in(&app.guest(), "ada", PASSWORD).await;
}

/// INP-01: nothing was done yet when the session can't be read, and the page says so.
#[actix_web::test]
async fn a_session_that_cannot_be_read_is_a_fault_with_a_number_and_nothing_was_changed() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    app.database.run("ALTER TABLE sessions RENAME TO elsewhere").await;
    for path in ["/account/tokens", "/sign-in"] {
        let page = ada.browser.get(path).await;
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert!(page.says("Nothing was changed") && page.says("this number"), "{}", page.text);
    }
    app.database.run("ALTER TABLE elsewhere RENAME TO sessions").await;
    assert_eq!(ada.browser.get("/account/tokens").await.status, StatusCode::OK);
}
