//! A token's page: what it was used for, where it was refused, and what its owner does about that.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person};

const FILE: &str = r#"
[[services]]
key = "git"
name = "Git"

[[services]]
key = "deploys"
name = "Deployments"
methods = [
  { key = "list", name = "List", access = "read" },
  { key = "start", name = "Start", access = "read-write" },
]

[[services]]
key = "metrics"
name = "Metrics"
access = "read"
"#;

async fn page(app: &App, person: &Person) -> Page {
    app.write_uses().await;
    person.opens(&person.page_of(app, "CI").await).await
}

#[actix_web::test]
async fn a_tokens_page_draws_its_uses_and_tells_them_in_numbers() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let empty = page(&app, &ada).await;
    assert!(empty.says("Not used in the last 90 days."), "{}", empty.text);
    assert!(empty.drawings().is_empty() && empty.entries("Uses").is_empty());
    ada.used(&app, "CI", app.now().at() - TimeDelta::days(10), 1310).await;
    ada.used(&app, "CI", app.now().at() - TimeDelta::days(100), 9).await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    let used = page(&app, &ada).await;
    let sentence = "1,311 uses in the last 90 days, most on 12 November: 1,310.";
    assert_eq!(used.drawings(), [sentence]);
    assert!(used.says(sentence) && used.says("midnight in UTC"));
    assert_eq!(used.entries("Uses"), ["22 November 1", "12 November 1,310"]);
    assert_eq!(used.count("svg[role=img] rect"), 2);
    assert!(used.attributes("style").is_empty(), "the policy of the page forbids it");
}

#[actix_web::test]
async fn what_is_refused_before_the_token_is_looked_at_is_on_no_page() {
    let app = App::with(FILE, &[("trusted_proxies", "127.0.0.1")]).await;
    let ada = app.member("ada").await;
    let bearer = format!("Bearer {}", ada.generates("CI").with("Git", "Read").await);
    for (uri, status) in [("/nowhere", 403), ("/git//x", 400)] {
        let (method, uri) = (("x-original-method", "GET"), ("x-original-uri", uri));
        let headers = [("authorization", bearer.as_str()), method, uri];
        assert_eq!(app.machine().sends("", &headers).await.status.as_u16(), status, "{uri:?}");
    }
    assert!(page(&app, &ada).await.entries("Refused calls").is_empty());
}

#[actix_web::test]
async fn refused_calls_are_listed_with_their_reasons_newest_first() {
    let app = App::with(FILE, &[("trusted_proxies", "127.0.0.1")]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    assert!(page(&app, &ada).await.entries("Refused calls").is_empty());
    let (machine, bearer) = (app.machine(), format!("Bearer {secret}"));
    let headers = [
        ("authorization", bearer.as_str()),
        ("x-forwarded-for", "198.51.100.4"),
        ("user-agent", "git/2.47"),
    ];
    for (query, times) in
        [("git&access=write", 3), ("deploys&method=stop", 1), ("x&access=read", 1)]
    {
        for _ in 0..times {
            let answer = machine.sends(&format!("?service={query}"), &headers).await;
            assert!(!answer.body.contains("ada"), "who calls is told nothing more");
        }
        app.write_uses().await;
        app.wait(TimeDelta::minutes(2));
    }
    assert_eq!(machine.verifies(&secret, "git", "write").await, StatusCode::FORBIDDEN);
    let lines = page(&app, &ada).await.entries("Refused calls");
    for (line, says) in lines.iter().zip([
        "Not granted: Read & write of Git Just now Once, from 127.0.0.1, by curl/8.5. Mark it in the form",
        "No such service here: Read of “x” 2 minutes ago Once, from 198.51.100.4, by git/2.47. Tell your operator",
        "The service has no such method: “stop” of Deployments 4 minutes ago Once",
        "Not granted: Read & write of Git 6 minutes ago 3 times, from 198.51.100.4, by git/2.47.",
    ]) {
        assert!(line.starts_with(says), "{line}\n{says}");
    }
    assert_eq!(lines.len(), 4);
    let eve = app.member("eve").await;
    let other = eve.opens(&ada.page_of(&app, "CI").await).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_token_that_does_not_work_says_where_it_was_tried() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").expiring("7").await;
    let path = ada.page_of(&app, "CI").await;
    let machine = app.machine();
    let refused = async |says: &str| {
        assert_ne!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
        let lines = page(&app, &ada).await.entries("Refused calls");
        assert!(lines[0].starts_with(says), "{lines:?}");
    };
    let pause = ada.opens(&format!("{path}/pause")).await.form("Pause token");
    ada.browser.submit(&pause.fill("Your password", PASSWORD)).await;
    refused("It was paused: Read of Git Just now Once, from 127.0.0.1, by curl/8.5. Resume it (")
        .await;
    let resume = ada.opens(&format!("{path}/pause")).await.form("Resume token");
    ada.browser.submit(&resume.fill("Your password", PASSWORD)).await;
    let form = ada.opens(&path).await.form("Save changes");
    let form = form.fill("Allowed addresses", "10.0.0.0/8").fill("Your password", PASSWORD);
    ada.browser.submit(&form).await;
    refused("From an address that isn’t allowed: Read of Git").await;
    let page = page(&app, &ada).await;
    assert!(page.entries("Refused calls")[1].ends_with("By now it works again."), "{}", page.text);
    ada.regenerates(&app, "CI", "1").await;
    app.wait(TimeDelta::minutes(61));
    refused("A former value that had stopped: Read of Git").await;
    app.wait(TimeDelta::days(8));
    let ada = Person { browser: ada.elsewhere().await, name: ada.name.clone(), id: ada.id.clone() };
    app.machine().verifies(&secret, "git", "read").await;
    app.write_uses().await;
    assert!(ada.opens(&path).await.says("It has expired."));
}

#[actix_web::test]
async fn the_link_of_a_refused_call_marks_the_grant_and_the_password_saves_it() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    let token = ada.generates("CI").with("Git", "Read");
    let secret = token.with("Metrics", "Read").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "git", "write").await, StatusCode::FORBIDDEN);
    let start = machine.asks("?service=deploys&method=start", &secret).await;
    assert_eq!(start.status, StatusCode::FORBIDDEN);
    for (link, marked) in [
        ("Mark it in the form (Read & write of Git)", "Read & write Git"),
        ("Mark it in the form (Start of Deployments)", "Selected methods of Deployments: Start"),
    ] {
        let link = page(&app, &ada).await.link(link).expect("a link");
        let form = ada.opens(&link).await;
        let says = format!("Marked below and not saved yet: {marked}.");
        assert!(form.says(&says), "{}", form.text);
        assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
        let form = form.form("Save changes");
        let wrong = ada.browser.submit(&form.clone().fill("Your password", "wrong")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let saved = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    }
    assert_eq!(machine.verifies(&secret, "git", "write").await, StatusCode::OK);
    assert_eq!(machine.verifies(&secret, "metrics", "read").await, StatusCode::OK, "it is kept");
    let start = machine.asks("?service=deploys&method=start", &secret).await;
    assert_eq!(start.status, StatusCode::OK);
    for line in page(&app, &ada).await.entries("Refused calls") {
        assert!(line.ends_with("By now it is granted."), "{line}");
    }
}

#[actix_web::test]
async fn what_cannot_be_granted_is_not_marked_and_the_page_says_why() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Metrics", "Read").await;
    app.machine().verifies(&secret, "metrics", "write").await;
    let path = ada.page_of(&app, "CI").await;
    let line = &page(&app, &ada).await.entries("Refused calls")[0];
    assert!(line.ends_with("It can’t be granted: Metrics can be read, not written."), "{line}");
    for (scope, says) in [
        ("metrics:write", "widen “metrics:write”: Metrics can be read, not written"),
        ("audit:read", "widen “audit:read”: There is no such service here"),
        ("nonsense", "widen “nonsense”"),
    ] {
        let page = ada.opens(&format!("{path}?widen={scope}")).await;
        assert!(page.says(says) && !page.says("Marked below"), "{}", page.text);
    }
    let app = app.restarted_with(&format!("[policy]\nedits = \"narrow\"\n{FILE}")).await;
    app.machine().verifies(&secret, "git", "read").await;
    let ada = Person { browser: app.guest(), name: ada.name.clone(), id: ada.id.clone() };
    crate::support::people::sign_in(&ada.browser, "ada", PASSWORD).await;
    let page = page(&app, &ada).await;
    let link = page.link("Generate a token that may (Read of Git)").expect("a link");
    let form = ada.opens(&link).await;
    let form = form.form("Generate token").fill("Name", "CI 2").fill("Your password", PASSWORD);
    let wider = ada.browser.submit(&form).await.secret().expect("a value");
    for service in ["git", "metrics"] {
        assert_eq!(app.machine().verifies(&wider, service, "read").await, StatusCode::OK);
    }
    let page = ada.opens(&format!("{path}?widen=git:read")).await;
    assert!(page.says("widen “git:read”: you can’t widen a token here"), "{}", page.text);
}

#[actix_web::test]
async fn a_flood_of_refused_calls_keeps_to_what_a_page_shows() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    for round in 0..2 {
        for number in 0..30 {
            machine.verifies(&secret, &format!("x{round}-{number}"), "read").await;
        }
        app.write_uses().await;
    }
    let lines = page(&app, &ada).await.entries("Refused calls");
    assert_eq!(lines.len(), 20);
    assert!(lines[0].contains("“x1-29”") && lines[19].contains("“x1-10”"), "{lines:?}");
    assert_eq!(app.database.count("SELECT count(*) AS n FROM refused_calls").await, 1);
    app.wait(TimeDelta::days(91));
    app.application.manage.clear(app.now()).await.expect("a clean-up");
    assert_eq!(app.database.count("SELECT count(*) AS n FROM refused_calls").await, 0);
}
