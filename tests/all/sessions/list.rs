//! `/account/sessions`, and `latchkey session` beside the running server.

use chrono::TimeDelta;
use reqwest::StatusCode;
use reqwest::header::{HeaderValue, USER_AGENT};
use serde_json::Value;

use super::is_signed_in;
use crate::callers::beside;
use crate::cli::{err, out};
use crate::support::App;
use crate::support::browse::Browser;
use crate::support::people::{PASSWORD, Person, sign_in};

const PATH: &str = "/account/sessions";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
/// The link by its name, which tells sessions apart that look alike.
const LINUX_AT: &str = "Sign out Firefox on Linux, 127.0.0.1, signed in 22 November 2026";
const IPHONE_AT: &str =
    "Sign out Safari on iPhone, 127.0.0.1, signed in 22 November 2026, 18:00 UTC";

/// Ada in a browser that calls itself this.
async fn with(ada: &Person, agent: &str) -> Browser {
    let headers = [(USER_AGENT, HeaderValue::from_str(agent).expect("text"))];
    let browser = Browser::with_headers(&ada.browser.base, headers.into_iter().collect());
    let page = sign_in(&browser, "ada", PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    browser
}

/// Ends what this link leads to the end of.
async fn follows(browser: &Browser, link: &str, button: &str) -> crate::support::page::Page {
    let page = browser.open(PATH).await;
    let link = page.link(link).unwrap_or_else(|| panic!("{link}: {}", page.text));
    let form = browser.open(&link).await.form(button).fill("Your password", PASSWORD);
    let page = browser.submit(&form).await;
    assert_eq!(page.location().as_deref(), Some(PATH), "{}", page.text);
    browser.open(PATH).await
}

#[actix_web::test]
async fn each_session_has_its_device_address_and_times_and_this_one_is_marked() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    app.member("bo").await;
    let phone = with(&ada, IPHONE).await;
    app.wait(TimeDelta::minutes(70));
    let desk = with(&ada, FIREFOX).await;
    app.wait(TimeDelta::minutes(5));
    let page = phone.open(PATH).await;
    assert_eq!(page.heading(), "Sessions");
    assert!(page.says("Safari on iPhoneThis device"), "{}", page.text);
    assert!(page.says("Firefox on Linux") && page.says("signed in 5 minutes ago"), "{}", page.text);
    assert!(page.says("last seen 1 hour ago") && page.says("127.0.0.1, signed in"));
    assert_eq!(page.text.matches("This device").count(), 1);
    assert_eq!(page.count("main ul.log li"), 3, "nobody else's");
    assert!(page.link(&format!("{LINUX_AT}, 19:10 UTC")).is_some());
    let page = desk.open(PATH).await;
    assert!(
        page.says("Firefox on LinuxThis device") && page.says("last seen just now"),
        "{}",
        page.text
    );
}

/// SESS-07
#[actix_web::test]
async fn a_session_that_was_ended_is_dead_at_its_next_request_and_the_others_live() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let (phone, desk) = (with(&ada, IPHONE).await, with(&ada, FIREFOX).await);
    let page = follows(&desk, IPHONE_AT, "Sign out device").await;
    assert_eq!(page.status_message(), "Safari on iPhone is signed out.");
    assert!(!page.says("Safari on iPhone, "), "{}", page.text);
    assert!(!is_signed_in(&phone).await);
    assert!(is_signed_in(&desk).await && is_signed_in(&ada.browser).await);
    let told = "SELECT count(*) AS n FROM events WHERE kind = 'session_ended' AND detail = 'Safari on iPhone, 127.0.0.1.'";
    assert_eq!(app.database.count(told).await, 1);
}

/// SESS-06
#[actix_web::test]
async fn signing_out_everywhere_else_ends_every_other_session_at_once() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    let (phone, desk) = (with(&ada, IPHONE).await, with(&ada, FIREFOX).await);
    let page = follows(&desk, "Sign out everywhere else", "Sign out everywhere else").await;
    assert_eq!(page.status_message(), "2 other sessions have ended.");
    assert_eq!(page.link("Sign out everywhere else"), None, "there is nothing else");
    assert!(!is_signed_in(&phone).await && !is_signed_in(&ada.browser).await);
    assert!(is_signed_in(&desk).await && is_signed_in(&bo.browser).await);
}

/// SUDO-01, SUDO-02, ACL-01, ACL-02
#[actix_web::test]
async fn no_session_ends_without_the_password_or_for_somebody_else() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    let phone = with(&ada, IPHONE).await;
    let link = ada.opens(PATH).await.link(IPHONE_AT).expect("a link");
    let form = ada.opens(&link).await.form("Sign out device");
    for (typed, says) in [
        ("", "Enter your password"),
        ("wrong, wrong, wrong", "That password isn’t right. Nothing was changed"),
    ] {
        let page = ada.browser.submit(&form.clone().fill("Your password", typed)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.error("Your password"), says);
        assert_eq!(page.heading(), "Sign out Safari on iPhone?");
    }
    assert!(is_signed_in(&phone).await);
    assert_eq!(
        bo.browser.get(&link).await.location().as_deref(),
        Some(PATH),
        "as if it weren't there"
    );
    let csrf = bo.opens("/account").await.form("Save profile").value("csrf");
    let id = link.rsplit('=').next().expect("an id");
    let fields = [("csrf", &*csrf), ("end", id), ("password", PASSWORD)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(bo.browser.post(PATH, &fields).await.location().as_deref(), Some(PATH));
    assert!(is_signed_in(&phone).await, "not theirs to end");
    assert!(bo.opens(PATH).await.status_message().starts_with("That session has ended already"));
    let fields = [("csrf".to_owned(), csrf), ("end".to_owned(), "everything".to_owned())];
    assert_eq!(bo.browser.post(PATH, &fields).await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn a_session_moves_with_its_browser_to_another_address_and_program() {
    let app = App::with(latchkey::config::SAMPLE, &[("trusted_proxies", "127.0.0.1")]).await;
    let ada = app.member("ada").await;
    app.wait(TimeDelta::minutes(2));
    let request = ada.browser.client.get(format!("{}{PATH}", app.base));
    let request = request.header("x-forwarded-for", "203.0.113.9").header("user-agent", IPHONE);
    assert_eq!(request.send().await.expect("an answer").status(), StatusCode::OK);
    let page = ada.opens(PATH).await;
    assert!(page.says("Safari on iPhone") && page.says("203.0.113.9"), "{}", page.text);
}

fn list(app: &App, more: &[&str]) -> Vec<Value> {
    let output = beside(app, &[&["session", "list", "--json"], more].concat());
    serde_json::from_str(&out(&output)).unwrap_or_else(|_| panic!("{}", err(&output)))
}

/// The server and the commands go by different clocks here: sessions are to be alive by both.
async fn today() -> App {
    let app = App::start().await;
    let now = latchkey::domain::time::from_micros(real_micros());
    app.wait(now - app.now().at());
    app
}

fn real_micros() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().expect("after 1970");
    i64::try_from(since.as_micros()).expect("before 2262")
}

/// SESS-06
#[actix_web::test]
async fn the_operator_lists_and_ends_sessions_beside_the_running_server() {
    let app = today().await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    let phone = with(&ada, IPHONE).await;
    assert_eq!((list(&app, &[]).len(), list(&app, &["--user", "ada"]).len()), (3, 2));
    let all = list(&app, &["--user", "ADA"]);
    let one = all.iter().find(|row| row["device"] == "Safari on iPhone").expect("the phone");
    assert_eq!((&one["user"], &one["address"]), (&"ada".into(), &"127.0.0.1".into()));
    assert_eq!(one["agent"], IPHONE);
    for time in ["started", "seen"] {
        assert!(one[time].as_str().is_some_and(|at| at.ends_with('Z') && at.len() == 20));
    }
    let id = one["id"].as_str().expect("an id");
    let plain = out(&beside(&app, &["session", "list", "--user", "ada"]));
    assert!(plain.lines().any(|line| line.starts_with(id) && line.contains("Safari on iPhone")));
    let ended = beside(&app, &["session", "end", id]);
    assert_eq!(out(&ended), "Ended the session of Safari on iPhone.\n", "{}", err(&ended));
    assert!(!is_signed_in(&phone).await && is_signed_in(&ada.browser).await);
    let ended = beside(&app, &["session", "end", "--user", "ada", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&out(&ended)).expect("JSON")["ended"], 1);
    assert!(!is_signed_in(&ada.browser).await && is_signed_in(&bo.browser).await);
    let told = "SELECT count(*) AS n FROM events WHERE kind = 'session_ended' AND actor_id IS NULL AND address IS NULL";
    assert_eq!(app.database.count(told).await, 2);
    assert!(list(&app, &["--user", "ada"]).is_empty());
    assert_eq!(out(&beside(&app, &["session", "list", "--user", "ada"])), "Nobody is signed in.\n");
    for (words, says) in [
        (vec!["session", "end", id], "there is no session"),
        (vec!["session", "end", "x"], "there is no session “x”"),
        (vec!["session", "end", "--user", "eve"], "There is no person named eve"),
        (vec!["session", "list", "--user", "eve"], "There is no person named eve"),
        (vec!["session", "end"], "--user"),
        (vec!["session", "end", id, "--user", "ada"], "cannot be used with"),
    ] {
        let output = beside(&app, &words);
        assert!(!output.status.success() && err(&output).contains(says), "{}", err(&output));
    }
}

/// Sessions of a release before this one have no address, and stay.
#[actix_web::test]
async fn sessions_of_an_older_database_live_on() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    app.database
        .run("UPDATE sessions SET id = CAST(started_at AS TEXT), address = NULL, agent = ''")
        .await;
    let page = ada.opens(PATH).await;
    assert!(
        page.says("Unknown deviceThis device") && page.says("signed in just now"),
        "{}",
        page.text
    );
}
