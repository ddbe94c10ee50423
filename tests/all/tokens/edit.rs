//! A token's own page, `/account/tokens/{id}`: what it tells, and changes that keep the value.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::form::FormOnPage;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person};

async fn form(app: &App, ada: &Person, name: &str) -> FormOnPage {
    let page = ada.opens(&ada.page_of(app, name).await).await;
    page.form("Save changes").fill("Your password", PASSWORD)
}

async fn saves(ada: &Person, form: FormOnPage) -> Page {
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    ada.opens(&page.location().expect("a place")).await
}

#[actix_web::test]
async fn a_tokens_own_page_tells_all_there_is_to_know_of_it() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI runner").with("Builds", "Read & write").await;
    app.wait(TimeDelta::minutes(7));
    assert_eq!(app.machine().verifies(&secret, "builds", "read").await, StatusCode::OK);
    app.write_uses().await;
    let page = ada.opens(&ada.page_of(&app, "CI runner").await).await;
    assert_eq!(page.heading(), "CI runner");
    for told in [
        "22 November 2026, 18:00 UTC, by you",
        "22 November 2026, 18:07 UTC",
        "from 127.0.0.1",
        "curl/8.5",
        "21 February 2027, 00:00 UTC",
        "Generated",
        "“CI runner”: Read & write Builds.",
    ] {
        assert!(page.says(told), "{told}: {}", page.text);
    }
    assert_eq!(page.count("[name='access.builds'][value=write][checked]"), 1);
    assert!(!page.text.contains(&secret));
}

#[actix_web::test]
async fn times_are_shown_in_the_persons_own_zone() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    let form = ada.opens("/account").await.form("Save profile").fill("Time zone", "Asia/Tokyo");
    ada.browser.submit(&form.clone().fill("Your password", PASSWORD)).await;
    assert_eq!(ada.opens("/account").await.field("Time zone"), "Asia/Tokyo");
    let page = ada.opens(&ada.page_of(&app, "CI").await).await;
    assert!(page.says("23 November 2026, 03:00 JST, by you"), "{}", page.text);
    let wrong = form.fill("Time zone", "Mars/Base").fill("Your password", PASSWORD);
    let page = ada.browser.submit(&wrong).await;
    assert_eq!(page.error("Time zone"), "Choose a time zone of the list");
}

#[actix_web::test]
async fn name_description_access_end_and_addresses_change_without_a_new_value() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    let edited = form(&app, &ada, "CI").await;
    let edited =
        edited.fill("Name", "CI runner").fill("Description (optional)", "On nas-02.\nAsk Bo.");
    let edited =
        edited.fill("Expires", "30").fill("Allowed addresses", "127.0.0.0/8 2001:db8::/32");
    let page = saves(&ada, edited.choose("Git", "None").choose("Mail", "Read & write")).await;
    assert_eq!(page.status_message(), "Saved “CI runner”.");
    assert_eq!(page.field("Description (optional)"), "On nas-02.\nAsk Bo.");
    assert_eq!(page.field("Allowed addresses"), "127.0.0.0/8\n2001:db8::/32");
    assert!(page.says("No change (22 December 2026)"));
    assert_eq!(machine.verifies(&secret, "mail", "write").await, StatusCode::OK);
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::FORBIDDEN);
    let unchanged = saves(&ada, form(&app, &ada, "CI runner").await).await;
    assert_eq!(unchanged.status_message(), "Nothing was changed.");
}

/// SUDO-01, SUDO-07
#[actix_web::test]
async fn no_edit_without_the_password_and_what_was_typed_stays() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let edited = form(&app, &ada, "CI").await.fill("Name", "Other").choose("Git", "Read & write");
    for (password, why) in [("", "Enter your password"), ("wrong", "That password isn’t right")] {
        let page = ada.browser.submit(&edited.clone().fill("Your password", password)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error("Your password").starts_with(why));
        assert_eq!(page.field("Name"), "Other");
        assert_eq!(page.count("[name='access.git'][value=write][checked]"), 1);
    }
    assert_eq!(app.machine().verifies(&secret, "git", "write").await, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn every_wrong_field_of_an_edit_is_said_at_once() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    ada.generates("Other").with("Git", "Read").await;
    let wrong = form(&app, &ada, "CI").await.fill("Name", "").choose("Git", "None");
    let wrong = wrong.fill("Description (optional)", "a\u{202E}b").fill("Your password", "");
    let wrong = wrong.fill("Expires", "custom").fill("Allowed addresses", "home");
    let page = ada.browser.submit(&wrong).await;
    assert!(page.alert().starts_with("Check 6 things"), "{}", page.alert());
    assert_eq!(
        page.error("Allowed addresses"),
        "“home” is not an address such as 192.0.2.7 or a network such as 10.0.0.0/8"
    );
    assert_eq!(page.error("Last day it works"), "Choose a day, such as 2027-02-20");
    assert!(page.says("Choose at least one service"));
    let taken = form(&app, &ada, "CI").await.fill("Name", "Other");
    let page = ada.browser.submit(&taken).await;
    assert_eq!(page.error("Name"), "There already is a token named “Other”");
}

/// TOK-06
#[actix_web::test]
async fn a_widening_is_marked_as_such_in_the_activity() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    let page = saves(&ada, form(&app, &ada, "CI").await.choose("Git", "Read & write")).await;
    assert!(page.says("Widened") && page.says("Access: Read & write Git. Before: Read Git."));
    let page = saves(&ada, form(&app, &ada, "CI").await.choose("Git", "Read")).await;
    assert!(page.says("Edited"));
    let widened = "SELECT count(*) AS n FROM events WHERE kind = 'token_widened'";
    assert_eq!(app.database.count(widened).await, 1);
}

#[actix_web::test]
async fn the_second_of_two_edits_is_told_what_changed_and_loses_nothing() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    let (first, second) = (form(&app, &ada, "CI").await, form(&app, &ada, "CI").await);
    saves(&ada, first.fill("Name", "Laptop")).await;
    let page = ada.browser.submit(&second.fill("Description (optional)", "mine")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.alert().contains("The name is “Laptop”, before “CI”"), "{}", page.alert());
    assert_eq!(page.field("Name"), "CI", "what was typed stays");
    assert_eq!(page.field("Description (optional)"), "mine");
    let again = page.form("Save changes").fill("Your password", PASSWORD);
    assert_eq!(saves(&ada, again).await.status_message(), "Saved “CI”.");
}

/// ACL-01, ACL-02
#[actix_web::test]
async fn anothers_token_has_no_page() {
    let app = App::start().await;
    let (ada, eve) = (app.member("ada").await, app.member("eve").await);
    let secret = ada.generates("CI").with("Git", "Read").await;
    eve.generates("mine").with("Git", "Read").await;
    let (hers, absent) = (ada.page_of(&app, "CI").await, "/account/tokens/0123456789abcdef");
    for path in [hers.as_str(), absent] {
        for path in ["", "/secret", "/pause", "/overlap"].map(|rest| format!("{path}{rest}")) {
            assert_eq!(eve.browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    let mut stolen = form(&app, &eve, "mine").await.fill("Name", "stolen");
    stolen.action = hers;
    assert_eq!(eve.browser.submit(&stolen).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
}

#[actix_web::test]
async fn a_token_bound_to_addresses_works_only_from_there() {
    let app = App::with(latchkey::config::SAMPLE, &[("trusted_proxies", "127.0.0.1")]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    saves(&ada, form(&app, &ada, "CI").await.fill("Allowed addresses", "192.0.2.0/24")).await;
    let authorization = format!("Bearer {secret}");
    for (address, status) in [("192.0.2.9", 200), ("192.0.3.9", 403)] {
        let headers = [("authorization", authorization.as_str()), ("x-forwarded-for", address)];
        let answer = app.machine().sends("?service=git&access=read", &headers).await;
        assert_eq!(answer.status.as_u16(), status, "{address}");
        let own = app.machine().calls(reqwest::Method::GET, "/api/v1/token", &headers).await;
        assert_eq!(own.status.as_u16(), status, "{address}");
    }
}

#[actix_web::test]
async fn an_operator_may_let_people_change_names_only_or_only_narrow() {
    for (edits, says) in [("name", "only name and description"), ("narrow", "only be narrowed")] {
        let file =
            format!("[policy]\nedits = \"{edits}\"\n[[services]]\nkey = \"git\"\nname = \"Git\"\n");
        let app = App::with(&file, &[]).await;
        let ada = app.member("ada").await;
        let secret = ada.generates("CI").with("Git", "Read").await;
        let page = ada.opens(&ada.page_of(&app, "CI").await).await;
        assert!(page.says(says), "{}", page.text);
        let page = saves(&ada, form(&app, &ada, "CI").await.fill("Name", "Renamed")).await;
        assert_eq!(page.heading(), "Renamed");
        let wider = form(&app, &ada, "Renamed").await.forged("access.git", "write");
        let page = ada.browser.submit(&wider).await;
        if edits == "narrow" {
            assert!(page.says("Here a token can only be narrowed"), "{}", page.text);
        }
        assert_eq!(app.machine().verifies(&secret, "git", "write").await, StatusCode::FORBIDDEN);
    }
}

#[actix_web::test]
async fn an_operator_may_allow_a_short_window_after_a_confirmed_change() {
    let app = App::with(latchkey::config::SAMPLE, &[("confirm_window", "5m")]).await;
    let ada = app.member("ada").await;
    assert!(
        ada.opens("/account/tokens/new").await.has_field("Your password"),
        "signing in begins none"
    );
    ada.generates("CI").with("Git", "Read").await;
    let page = ada.opens(&ada.page_of(&app, "CI").await).await;
    assert!(!page.has_field("Your password"));
    let elsewhere = ada.elsewhere().await;
    assert!(elsewhere.open("/account/tokens/new").await.has_field("Your password"), "SUDO-03");
    let form = page.form("Save changes").fill("Name", "Renamed");
    assert_eq!(saves(&ada, form.clone()).await.heading(), "Renamed");
    app.wait(TimeDelta::minutes(6));
    let page = ada.browser.submit(&form.fill("Name", "Again")).await;
    assert_eq!(page.error("Your password"), "Enter your password");
    assert_eq!(page.field("Name"), "Again");
}
