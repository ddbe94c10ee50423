//! `/sign-in/passkey`: signing in with a passkey.
#![cfg(feature = "passkeys")]

use chrono::TimeDelta;
use latchkey::config::SAMPLE;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::authenticator::{Authenticator, options};
use crate::support::page::Page;
use crate::support::people::{PASSWORD, sign_in};
use crate::support::phone::Phone;

const REFUSED: &str =
    "That passkey can’t sign you in here. Try another one, or sign in another way";

fn is_refused(page: &Page) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert_eq!(page.alert(), REFUSED);
}

#[actix_web::test]
async fn a_passkey_signs_in_without_a_name_a_password_or_a_code() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    Phone::set_up(&app, &ada).await;
    let guest = app.guest();
    assert_eq!(guest.get("/sign-in/passkey").await.location().as_deref(), Some("/sign-in"));
    let page = laptop.signs_in(&guest).await;
    assert_eq!(page.location().as_deref(), Some("/account/tokens"), "{}", page.text);
    assert_eq!(guest.get("/account").await.status, StatusCode::OK);
    let said = "SELECT count(*) AS n FROM events WHERE kind = 'signed_in' AND detail = 'With the passkey “Laptop”.'";
    assert_eq!(app.database.count(said).await, 1);
    assert!(!guest.open("/account/password").await.says("not used yet"));
}

/// SESS-02
#[actix_web::test]
async fn signing_in_with_a_passkey_goes_on_within_this_site_under_a_new_key() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let older = ada.browser.copy();
    for (next, leads) in [("/account", "/account"), ("//evil.example", "/account/tokens")] {
        let guest = app.guest();
        let page = guest.open(&format!("/sign-in?next={next}")).await;
        let form = page.form("Sign in with a passkey");
        let form = form.forged("answer", &laptop.answers(&options(&page)));
        assert_eq!(guest.submit(&form).await.location().as_deref(), Some(leads));
        assert_ne!(guest.cookies(), older.cookies());
    }
}

#[actix_web::test]
async fn an_answer_signs_in_once() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let guest = app.guest();
    let page = guest.open("/sign-in").await;
    let answer = laptop.answers(&options(&page));
    let form = page.form("Sign in with a passkey").forged("answer", &answer);
    let copy = guest.copy();
    assert_eq!(guest.submit(&form).await.status, StatusCode::SEE_OTHER);
    is_refused(&copy.submit(&form).await);
    // The question is used up too, for an answer with a count further on.
    let later = laptop.answers(&options(&page));
    is_refused(&copy.submit(&form.clone().forged("answer", &later)).await);
    // And the answer is none to another question.
    let fresh = copy.open("/sign-in").await.form("Sign in with a passkey");
    is_refused(&copy.submit(&fresh.forged("answer", &answer)).await);
}

#[actix_web::test]
async fn an_answer_counts_in_the_browser_that_was_asked_and_for_minutes() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let (one, other) = (app.guest(), app.guest());
    let page = one.open("/sign-in").await;
    let form = page.form("Sign in with a passkey");
    let form = form.forged("answer", &laptop.answers(&options(&page)));
    let csrf = other.open("/sign-in").await.form("Sign in with a passkey").value("csrf");
    let stolen = other.submit(&form.clone().forged("csrf", &csrf)).await;
    assert!(stolen.alert().contains("asked for elsewhere"), "{}", stolen.alert());
    app.wait(TimeDelta::minutes(15));
    let late = one.submit(&form).await;
    assert_eq!(late.alert(), "That took too long, so nothing was done. Try again");
    assert_eq!(one.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_passkey_is_refused_from_another_origin_unverified_or_under_another_name() {
    let app = App::on_localhost(SAMPLE).await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let other = Authenticator::of(&app, &bo, "Phone").await;
    let (origin, party, user) = (laptop.origin.clone(), laptop.party.clone(), laptop.user.clone());
    laptop.origin = "https://evil.example".to_owned();
    is_refused(&laptop.signs_in(&app.guest()).await);
    laptop.origin = origin;
    laptop.party = "evil.example".to_owned();
    is_refused(&laptop.signs_in(&app.guest()).await);
    laptop.party = party;
    laptop.verifies = false;
    is_refused(&laptop.signs_in(&app.guest()).await);
    laptop.verifies = true;
    laptop.user = other.user.clone();
    is_refused(&laptop.signs_in(&app.guest()).await);
    laptop.user = String::new();
    is_refused(&laptop.signs_in(&app.guest()).await);
    laptop.user = user;
    assert_eq!(laptop.signs_in(&app.guest()).await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn unknown_passkeys_removed_ones_and_those_of_disabled_people_get_the_same_answer() {
    let app = App::on_localhost(SAMPLE).await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    let mut stranger = Authenticator::new(&app);
    stranger.user = Authenticator::of(&app, &ada, "Laptop").await.user;
    is_refused(&stranger.signs_in(&app.guest()).await);
    let mut phone = Authenticator::of(&app, &bo, "Phone").await;
    app.disables("bo").await;
    is_refused(&phone.signs_in(&app.guest()).await);
    let failed = "SELECT count(*) AS n FROM events WHERE kind = 'sign_in_failed'";
    assert_eq!(app.database.count(failed).await, 2);
    let guest = app.guest();
    let form = guest.open("/sign-in").await.form("Sign in with a passkey");
    is_refused(&guest.submit(&form.forged("answer", "{}")).await);
}

#[actix_web::test]
async fn a_passkey_whose_count_goes_back_is_refused_and_written_down() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    laptop.counter = 41;
    assert_eq!(laptop.signs_in(&app.guest()).await.status, StatusCode::SEE_OTHER);
    laptop.counter = 40;
    is_refused(&laptop.signs_in(&app.guest()).await);
    let doubted = "SELECT count(*) AS n FROM events WHERE kind = 'passkey_doubted'";
    assert_eq!(app.database.count(doubted).await, 1);
}

/// AUTH-01
#[actix_web::test]
async fn tries_with_passkeys_are_slowed_by_address() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let guest = app.guest();
    laptop.verifies = false;
    for _ in 0..10 {
        is_refused(&laptop.signs_in(&guest).await);
    }
    laptop.verifies = true;
    let page = laptop.signs_in(&guest).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!page.header("retry-after").is_empty());
    let page = sign_in(&app.guest(), "bo", PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "one count for both ways in");
    app.wait(TimeDelta::minutes(5));
    assert_eq!(laptop.signs_in(&guest).await.status, StatusCode::SEE_OTHER);
}

/// SUDO-04
#[actix_web::test]
async fn what_counts_nothing_signs_in_again_and_again_but_no_answer_twice_however_short_sessions_are()
 {
    let settings = [("session_lifetime", "1m"), ("session_idle", "1m")];
    let app = App::on_localhost_with(SAMPLE, &settings).await;
    let ada = app.member("ada").await;
    let mut laptop = Authenticator::new(&app);
    laptop.step = 0;
    assert_eq!(laptop.adds(&ada, "Laptop").await.status, StatusCode::SEE_OTHER);
    for _ in 0..2 {
        assert_eq!(laptop.signs_in(&app.guest()).await.status, StatusCode::SEE_OTHER);
    }
    let guest = app.guest();
    let page = guest.open("/sign-in").await;
    let form = page.form("Sign in with a passkey");
    let form = form.forged("answer", &laptop.answers(&options(&page)));
    let copy = guest.copy();
    assert_eq!(guest.submit(&form).await.status, StatusCode::SEE_OTHER);
    for _ in 0..14 {
        app.wait(TimeDelta::minutes(1));
        app.application.manage.clear(app.now()).await.expect("room");
        is_refused(&copy.submit(&form).await);
    }
}
