//! `/sign-in` and `/sign-out`.

use chrono::TimeDelta;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::support::App;
use crate::support::browse::Browser;
use crate::support::people::{PASSWORD, Person, sign_in};

const WRONG: &str = "not the password at all";

#[actix_web::test]
async fn a_person_signs_in_and_out() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let page = ada.opens("/account/tokens").await;
    assert_eq!(page.heading(), "Access tokens");
    assert_eq!(page.link("ada Nyström").as_deref(), Some("/account"));
    let page = ada.browser.submit(&page.form("Sign out")).await;
    assert_eq!(page.location().as_deref(), Some("/sign-in"));
    assert_eq!(ada.browser.get("/account/tokens").await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn the_name_may_be_typed_in_any_case_and_with_spaces_around() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    assert_eq!(sign_in(&app.guest(), "  ADA ", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

/// AUTH-04
#[actix_web::test]
async fn an_unknown_name_is_answered_like_a_wrong_password() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    let mut answers = Vec::new();
    for name in ["ada", "bob"] {
        let page = sign_in(&app.guest(), name, WRONG).await;
        let mut headers = page.headers.clone();
        headers.remove("date");
        let csrf = page.form("Sign in").value("csrf");
        let text = page.text.replace(&csrf, "").replace(name, "");
        let mut names: Vec<String> = headers.keys().map(|name| name.to_string()).collect();
        names.sort();
        answers.push((page.status, names, text));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, StatusCode::UNPROCESSABLE_ENTITY);
}

/// AUTH-06, AUTH-09
#[actix_web::test]
async fn only_the_very_password_opens_and_it_is_never_echoed() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    for (at, near) in [
        "Plum tractor ninety gull",
        "plum tractor ninety gull ",
        "plum tractor",
        "",
        "plum tractor ninety gull\0",
    ]
    .into_iter()
    .enumerate()
    {
        app.wait(TimeDelta::minutes(6));
        let page = sign_in(&app.guest(), "ada", near).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{at}: {near:?}");
        assert!(near.is_empty() || !page.text.contains(near), "echoed");
        assert_eq!(page.field("Username"), "ada");
        assert_eq!(page.field("Password"), "");
    }
    let page = app.guest().open("/sign-in").await;
    assert_eq!(page.attribute("Password", "type").as_deref(), Some("password"));
    assert_eq!(page.attribute("Password", "autocomplete").as_deref(), Some("current-password"));
    assert_eq!(page.attribute("Username", "autocomplete").as_deref(), Some("username"));
    assert_eq!(page.count("[onpaste]"), 0);
}

/// AUTH-07
#[actix_web::test]
async fn a_huge_password_is_refused_without_a_fault() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    let page = sign_in(&app.guest(), "ada", &"x".repeat(5_000)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// AUTH-01, AUTH-03
#[actix_web::test]
async fn repeated_wrong_passwords_are_slowed_whatever_the_name_is_dressed_in() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    let dressed = ["ada", "ADA", " ada", "Ada ", "aDa"];
    for name in dressed {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "198.51.100.7".parse().expect("a header"));
        let guest = Browser::with_headers(&app.base, headers);
        assert_eq!(sign_in(&guest, name, WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let page = sign_in(&app.guest(), "ada", PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "even the right one now");
    assert_eq!(page.alert(), "Too many tries. Wait 5 minutes, then try again.");
    let wait: u64 = page.header("retry-after").parse().expect("seconds");
    assert!((240..=300).contains(&wait), "{wait}");
    app.wait(TimeDelta::minutes(5));
    assert_eq!(sign_in(&app.guest(), "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

/// AUTH-01
#[actix_web::test]
async fn one_address_cannot_try_many_names() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    for at in 0..10 {
        let page = sign_in(&app.guest(), &format!("name{at}"), WRONG).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{at}");
    }
    let page = sign_in(&app.guest(), "another", WRONG).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
}

/// AUTH-03
#[actix_web::test]
async fn parallel_tries_all_count() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    let guests: Vec<Browser> = (0..12).map(|_| app.guest()).collect();
    let tries: Vec<_> = guests.iter().map(|guest| sign_in(guest, "ada", WRONG)).collect();
    let mut looked_at = 0;
    for page in futures_util::future::join_all(tries).await {
        looked_at += usize::from(page.status == StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(looked_at, 5);
}

/// AUTH-02
#[actix_web::test]
async fn a_strangers_failures_do_not_lock_the_owner_out() {
    let app = App::with(latchkey::config::SAMPLE, &[("trusted_proxies", "127.0.0.1")]).await;
    Person::add(&app, "ada", "member").await;
    for _ in 0..8 {
        sign_in(&from(&app, "203.0.113.9"), "ada", WRONG).await;
    }
    let stranger = sign_in(&from(&app, "203.0.113.9"), "ada", PASSWORD).await;
    assert_eq!(stranger.status, StatusCode::TOO_MANY_REQUESTS);
    let owner = sign_in(&from(&app, "198.51.100.1"), "ada", PASSWORD).await;
    assert_eq!(owner.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_right_password_is_no_try() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    for _ in 0..12 {
        assert_eq!(sign_in(&app.guest(), "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
    }
}

/// SESS-10
#[actix_web::test]
async fn signing_in_goes_on_where_one_was_and_never_elsewhere() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    for (next, place) in [
        ("/account/password", "/account/password"),
        ("//evil.example/", "/account/tokens"),
        ("https://evil.example/", "/account/tokens"),
        ("/\\evil.example", "/account/tokens"),
        ("javascript:alert(1)", "/account/tokens"),
        ("", "/account/tokens"),
    ] {
        let guest = app.guest();
        let form = guest.open(&format!("/sign-in?next={next}")).await.form("Sign in");
        let form = form.fill("Username", "ada").fill("Password", PASSWORD).forged("next", next);
        assert_eq!(guest.submit(&form).await.location().as_deref(), Some(place), "{next}");
    }
}

/// AUTH-14
#[actix_web::test]
async fn a_disabled_person_is_a_stranger_from_the_next_request_on() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    app.database.run("UPDATE users SET disabled_at = 1").await;
    assert_eq!(ada.opens("/account/tokens").await.heading(), "Sign in", "not in circles");
    assert!(!ada.browser.cookies().contains("latchkey-session"), "and without a cookie");
    let page = sign_in(&app.guest(), "ada", PASSWORD).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.alert().contains("don’t match"));
}

/// AUTH-12
#[actix_web::test]
async fn a_hash_of_older_parameters_is_renewed_at_sign_in() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    // argon2id, 8 MiB, 1 pass, of the same password.
    let older = crate::support::people::older_hash();
    let set = older.clone();
    app.database
        .write(move |tx| {
            use diesel::prelude::*;
            use latchkey::store::schema::users;
            let change = users::password.eq(&set);
            diesel::update(users::table).set(change).execute(tx).expect("an update");
            Ok(())
        })
        .await;
    assert_eq!(sign_in(&app.guest(), "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
    let everything = app.database.everything().await;
    assert!(!everything.contains(&older) && everything.contains("m=19456,t=2,p=1"));
    assert_eq!(sign_in(&app.guest(), "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

/// AUTH-15, AUD-01, LOG-01
#[actix_web::test]
async fn each_try_leaves_a_line_and_never_what_a_stranger_typed() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    sign_in(&app.guest(), "ada", WRONG).await;
    sign_in(&app.guest(), "my secret typed as a name", WRONG).await;
    sign_in(&app.guest(), "unknown-name", WRONG).await;
    sign_in(&app.guest(), "ada", PASSWORD).await;
    let count = |sql| app.database.count(sql);
    let failed = "SELECT count(*) AS n FROM events WHERE kind = 'sign_in_failed'";
    assert_eq!(count(failed).await, 3);
    let known = "SELECT count(*) AS n FROM events WHERE kind = 'sign_in_failed' AND person_id IS NOT NULL AND address = '127.0.0.1'";
    assert_eq!(count(known).await, 1);
    let done = "SELECT count(*) AS n FROM events WHERE kind = 'signed_in'";
    assert_eq!(count(done).await, 1);
    let everything = app.database.everything().await;
    for typed in ["secret typed", "unknown-name", WRONG, PASSWORD] {
        assert!(!everything.contains(typed), "{typed}");
    }
}

/// AUTH-10, DOS-02
#[actix_web::test]
async fn sixty_wrong_passwords_at_once_cost_ten_looks_and_verification_goes_on() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("ci").with("Git", "Read").await;
    let names: Vec<String> = (0..60).map(|at| format!("p{at}")).collect();
    let guests: Vec<Browser> = (0..60).map(|_| app.guest()).collect();
    let tries = names.iter().zip(&guests).map(|(name, guest)| sign_in(guest, name, WRONG));
    let machine = app.machine();
    let (pages, verified) = tokio::join!(
        futures_util::future::join_all(tries),
        machine.verifies(&secret, "git", "read")
    );
    assert_eq!(verified, StatusCode::OK);
    let of = |status| pages.iter().filter(|page| page.status == status).count();
    assert_eq!(of(StatusCode::UNPROCESSABLE_ENTITY), 10);
    assert_eq!(of(StatusCode::TOO_MANY_REQUESTS), 50);
}

/// AUTH-03
#[actix_web::test]
async fn right_passwords_sent_at_once_from_one_address_all_sign_in() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    let guests: Vec<Browser> = (0..20).map(|_| app.guest()).collect();
    let tries = guests.iter().map(|guest| sign_in(guest, "ada", PASSWORD));
    for page in futures_util::future::join_all(tries).await {
        assert_eq!(page.status, StatusCode::SEE_OTHER);
    }
}

/// AUTH-02
#[actix_web::test]
async fn strangers_who_guess_never_keep_a_person_from_revoking() {
    let app = App::with(latchkey::config::SAMPLE, &[("trusted_proxies", "127.0.0.1")]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("leaked").with("Git", "Read").await;
    for at in 0..55 {
        sign_in(&from(&app, &format!("203.0.113.{at}")), "ada", WRONG).await;
    }
    for at in 0..11 {
        sign_in(&app.guest(), &format!("name{at}"), WRONG).await;
    }
    let stopped = sign_in(&from(&app, "198.51.100.1"), "ada", PASSWORD).await;
    assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
    ada.revokes("leaked").await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
}

fn from(app: &App, address: &str) -> Browser {
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-for", address.parse().expect("a header"));
    Browser::with_headers(&app.base, headers)
}
