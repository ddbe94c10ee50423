//! `/join/{code}`, and `/admin/people/{id}/link`, where an administrator makes one.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

use crate::callers::beside;
use crate::cli::{err, out};
use crate::people::{invites, path_of};
use crate::support::App;
use crate::support::browse::Browser;
use crate::support::cli_server::Server;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person, sign_in};

pub const NEW: &str = "seven brass owls knit";

pub async fn sets(browser: &Browser, path: &str, password: &str) -> Page {
    let form = browser.open(path).await.form("Set password");
    browser.submit(&form.fill("New password", password)).await
}

/// The path of a link that an administrator makes for somebody.
pub async fn makes_link(app: &App, admin: &Person, id: &str) -> String {
    let form = admin.opens(&format!("/admin/people/{id}/link")).await.form("Make link");
    path_of(&admin.browser.submit(&form.fill("Your password", PASSWORD)).await, &app.base)
}

fn is_gone(page: &Page) -> bool {
    page.status == StatusCode::NOT_FOUND && page.heading() == "This link doesn’t work"
}

#[actix_web::test]
async fn somebody_invited_sets_a_password_and_is_in() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let page = invites(&bo, "Eve Öst", "eve", "eve@fernhill.example").await;
    assert_eq!((page.status, page.heading()), (StatusCode::OK, "Hand over the link".to_owned()));
    assert_eq!(page.header("cache-control"), "no-store");
    let path = path_of(&page, &app.base);
    let eve = app.guest();
    let page = eve.open(&path).await;
    assert!(page.says("You were invited as “Eve Öst”"));
    assert_eq!(page.field("Username"), "eve");
    for (weak, why) in [
        ("", "Enter a new password"),
        ("short", "at least 15"),
        ("eve öst eve öst", "easy"),
        ("seven brass\0owls knit", "control characters"),
    ] {
        let page = sets(&eve, &path, weak).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error("New password").contains(why), "{}", page.error("New password"));
    }
    let page = sets(&eve, &path, NEW).await;
    assert_eq!(page.location().as_deref(), Some("/account/tokens"));
    let page = eve.open("/account/tokens").await;
    assert!(page.status_message().starts_with("Your password is set"), "{}", page.text);
    assert!(eve.open("/account").await.says("eve@fernhill.example"));
    assert_eq!(sign_in(&app.guest(), "eve", NEW).await.status, StatusCode::SEE_OTHER);
    let row = bo.opens("/admin/people").await.row("Eve Öst").expect("a row");
    assert!(!row[0].contains("Not joined"), "{row:?}");
}

#[actix_web::test]
async fn a_link_works_once_for_72_hours_until_a_newer_one_and_all_others_look_alike() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let first = path_of(&invites(&bo, "Eve", "eve", "").await, &app.base);
    let list = bo.opens("/admin/people").await;
    let link = list.link("New link for Eve").expect("a link");
    let form = bo.opens(&link).await.form("Make link").fill("Your password", PASSWORD);
    let second = path_of(&bo.browser.submit(&form).await, &app.base);
    let wrong = app.guest().open(&format!("/join/{}", "a".repeat(32))).await;
    assert!(is_gone(&wrong), "{}", wrong.text);
    assert_eq!(app.guest().open(&first).await.text, wrong.text, "a newer one was made");
    assert_eq!(app.guest().open("/join/x").await.text, wrong.text, "of another shape");
    app.wait(TimeDelta::hours(72) - TimeDelta::minutes(1));
    let (one, other) = (app.guest(), app.guest());
    let (a, b) = (one.open(&second).await, other.open(&second).await);
    let filled = |page: &Page| page.form("Set password").fill("New password", NEW);
    assert_eq!(one.submit(&filled(&a)).await.status, StatusCode::SEE_OTHER);
    assert!(is_gone(&other.submit(&filled(&b)).await), "used");
    assert!(is_gone(&app.guest().open(&second).await));
    let bo = Person { browser: bo.elsewhere().await, ..bo };
    let third = path_of(&invites(&bo, "Ida", "ida", "").await, &app.base);
    app.wait(TimeDelta::hours(72));
    assert_eq!(app.guest().open(&third).await.text, wrong.text, "late");
    // What is too late is cleared away.
    app.application.manage.clear(app.now()).await.expect("cleared");
    assert_eq!(app.database.count("SELECT count(*) AS n FROM password_links").await, 0);
}

/// ONCE-06
#[actix_web::test]
async fn looking_at_a_link_uses_nothing_up() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let path = path_of(&invites(&bo, "Eve", "eve", "").await, &app.base);
    for method in [Method::HEAD, Method::GET, Method::GET] {
        let guest = app.guest();
        let page = guest.send(guest.request(method, &path)).await;
        assert_eq!(page.status, StatusCode::OK);
    }
    assert_eq!(sets(&app.guest(), &path, NEW).await.status, StatusCode::SEE_OTHER);
}

/// AUTH-13
#[actix_web::test]
async fn a_reset_ends_every_session_and_keeps_the_tokens() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let secret = ada.generates("ci").with("Git", "Read").await;
    let path = makes_link(&app, &bo, ada.id.as_str()).await;
    assert_eq!(ada.opens("/account").await.status, StatusCode::OK, "until it is used");
    let elsewhere = app.guest();
    assert!(elsewhere.open(&path).await.says("your tokens keep working"));
    assert_eq!(sets(&elsewhere, &path, NEW).await.status, StatusCode::SEE_OTHER);
    assert!(elsewhere.open("/account/tokens").await.says("revoke any that you don’t know"));
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::SEE_OTHER, "signed out");
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    assert_eq!(sign_in(&app.guest(), "ada", NEW).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        sign_in(&app.guest(), "ada", PASSWORD).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    for (kind, by) in [("password_link_made", &bo.id), ("password_set", &ada.id)] {
        let (person, by) = (ada.id.clone(), by.clone());
        let kind = latchkey::domain::event::Kind::parse(kind).expect("a kind");
        let events = app.database.read(move |c| {
            let since = chrono::DateTime::UNIX_EPOCH;
            Ok(latchkey::store::events::of_person_since(c, &person, kind, since, 9)?)
        });
        let actors: Vec<_> = events.await.into_iter().map(|event| event.actor).collect();
        assert_eq!(actors, [Some(by)], "{kind:?}");
    }
}

#[actix_web::test]
async fn a_link_dies_with_a_new_password_and_with_its_person() {
    let app = App::start().await;
    let (ada, eve, bo) = (app.member("ada").await, app.member("eve").await, app.admin("bo").await);
    let hers = makes_link(&app, &bo, ada.id.as_str()).await;
    let form = ada.opens("/account/password").await.form("Change password");
    let form = form.fill("Current password", PASSWORD).fill("New password", NEW);
    assert_eq!(ada.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    assert!(is_gone(&app.guest().open(&hers).await), "the password was changed");
    let his = makes_link(&app, &bo, eve.id.as_str()).await;
    let open = app.guest();
    let form = open.open(&his).await.form("Set password").fill("New password", NEW);
    app.disables("eve").await;
    assert!(is_gone(&open.submit(&form).await), "disabled meanwhile");
    app.database.run("UPDATE users SET disabled_at = NULL").await;
    assert!(is_gone(&app.guest().open(&his).await), "and gone for good");
    let name = latchkey::domain::user::UserName::parse("eve").expect("a name");
    let again = makes_link(&app, &bo, eve.id.as_str()).await;
    app.application.manage.delete_person(name, app.now()).await.expect("deleted");
    assert!(is_gone(&app.guest().open(&again).await), "deleted");
    let page = bo.opens(&format!("/admin/people/{}/link", eve.id.as_str())).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

/// SUDO-01, SUDO-04
#[actix_web::test]
async fn no_link_without_the_password_and_none_for_a_form_sent_again() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let place = format!("/admin/people/{}/link", ada.id.as_str());
    let form = bo.opens(&place).await.form("Make link");
    for (typed, why) in
        [("", "Enter your password"), ("wrong", "That password isn’t right. Nothing was changed")]
    {
        let page = bo.browser.submit(&form.clone().fill("Your password", typed)).await;
        assert_eq!(page.error("Your password"), why);
    }
    assert_eq!(app.database.count("SELECT count(*) AS n FROM password_links").await, 0);
    let form = form.fill("Your password", PASSWORD);
    let path = path_of(&bo.browser.submit(&form).await, &app.base);
    let again = bo.browser.submit(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.labelled("Link to set a password").is_none());
    assert_eq!(app.guest().open(&path).await.status, StatusCode::OK, "the first one still works");
}

/// LOG-01, HTTP-07
#[actix_web::test]
async fn a_links_code_is_in_no_table_and_in_no_address_that_a_browser_passes_on() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let page = invites(&bo, "Eve", "eve", "").await;
    let path = path_of(&page, &app.base);
    let code = path.strip_prefix("/join/").expect("a code");
    assert_eq!(code.len(), 32);
    let guest = app.guest();
    let odd = guest.request(Method::GET, &path).header("x-forwarded-host", "evil.example");
    let page = guest.send(odd.header("forwarded", "host=evil.example")).await;
    assert_eq!(page.header("referrer-policy"), "strict-origin");
    assert!(!page.text.contains("evil.example"));
    for attribute in ["href", "src"] {
        assert!(page.attributes(attribute).iter().all(|link| !link.contains(code)));
    }
    sets(&guest, &path, "short").await;
    let everything = app.database.everything().await;
    assert!(!everything.contains(code) && everything.contains("eve"));
    let page = sets(&guest, &path, NEW).await;
    assert!(!page.location().expect("a place").contains(code) && !guest.cookies().contains(code));
    assert!(!app.database.everything().await.contains(code));
}

/// AUTH-01, AUTH-15
#[actix_web::test]
async fn whoever_guesses_links_is_slowed_and_leaves_a_line() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let path = path_of(&invites(&bo, "Eve", "eve", "").await, &app.base);
    let mut last = StatusCode::OK;
    for guess in 0..31 {
        last = app.guest().get(&format!("/join/{guess:0>32}")).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let page = app.guest().get(&path).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "nor is a right one told apart then");
    assert!(!page.header("retry-after").is_empty());
    let lines = "SELECT count(*) AS n FROM events WHERE kind = 'password_link_refused' AND address IS NOT NULL";
    assert_eq!(app.database.count(lines).await, 30);
    app.wait(TimeDelta::minutes(5));
    assert_eq!(app.guest().get(&path).await.status, StatusCode::OK);
}

/// SESS-02, CSRF-07
#[actix_web::test]
async fn a_link_begins_a_session_of_its_own_in_the_browser_that_opened_it_alone() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let path = path_of(&invites(&bo, "Eve", "eve", "").await, &app.base);
    let before = ada.browser.copy();
    let form = ada.opens(&path).await.form("Set password").fill("New password", NEW);
    let stranger = app.guest();
    let page = stranger.submit(&form).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "another browser’s form");
    assert_eq!(page.link("Go back to the form").as_deref(), Some(path.as_str()));
    assert_eq!(ada.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    assert!(ada.opens("/account").await.says("eve"));
    assert_eq!(before.get("/account").await.status, StatusCode::SEE_OTHER, "the older one is dead");
}

#[actix_web::test]
async fn an_operator_prints_a_link_and_nothing_else() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let printed = beside(&app, &["user", "reset-password", "Ada"]);
    assert!(printed.status.success(), "{}", err(&printed));
    let text = out(&printed);
    let path = text.trim_end().strip_prefix(&app.base).expect("a link of this instance");
    assert!(path.starts_with("/join/") && text.lines().count() == 1, "{text}");
    assert!(err(&printed).starts_with("ada sets a password with this link, once, until"));
    assert_eq!(sets(&app.guest(), path, NEW).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::SEE_OTHER);
    let printed = beside(&app, &["user", "reset-password", "ada", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    let mut names: Vec<_> = json.as_object().expect("an object").keys().collect();
    names.sort();
    assert_eq!(names, ["ends", "link", "username"]);
    assert_eq!(json["username"], "ada");
    let line =
        "SELECT count(*) AS n FROM events WHERE kind = 'password_link_made' AND actor_id IS NULL";
    assert_eq!(app.database.count(line).await, 2);
    app.disables("ada").await;
    for (name, says) in [
        ("ada", "ada is disabled"),
        ("bo", "There is no person named bo"),
        ("b o", "Use the letters"),
    ] {
        let printed = beside(&app, &["user", "reset-password", name]);
        assert!(!printed.status.success() && err(&printed).contains(says), "{}", err(&printed));
        assert_eq!(out(&printed), "");
    }
}

/// LOG-01
#[actix_web::test]
async fn a_link_that_was_used_is_in_no_line_of_the_log() {
    let mut server = Server::with_person().await;
    let path = server.resets_password("ada");
    let guest = Browser::new(&server.base);
    sets(&guest, &path, "short").await;
    assert_eq!(sets(&guest, &path, NEW).await.status, StatusCode::SEE_OTHER);
    let referred = guest.request(Method::GET, "/sign-in");
    let referer = format!("{}{path}", server.base);
    guest.send(referred.header("referer", referer)).await;
    assert_eq!(guest.get(&path).await.status, StatusCode::NOT_FOUND);
    server.stop();
    let (log, code) = (server.log(), path.strip_prefix("/join/").expect("a code"));
    assert!(log.contains("/join/{code}") && !log.contains(code), "{log}");
}
