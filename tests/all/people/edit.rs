//! `/admin/people/{id}`: what an administrator changes of a person.

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::page::place;
use super::{invites, path_of};
use crate::callers::beside;
use crate::cli::err;
use crate::support::App;
use crate::support::form::FormOnPage;
use crate::support::people::{PASSWORD, Person, sign_in};

const ADMINS: &str = "SELECT count(*) AS n FROM users WHERE role = 'admin' AND disabled_at IS NULL";

async fn form(admin: &Person, of: &Person) -> FormOnPage {
    admin.opens(&place(of)).await.form("Save changes").fill("Your password", PASSWORD)
}

#[actix_web::test]
async fn one_form_changes_name_address_role_and_teams_and_the_person_sees_who_did_it() {
    let app = App::with(&crate::teams::file(), &[]).await;
    let (ada, grace) = (app.member("ada").await, app.admin("grace").await);
    let page = grace.opens(&place(&ada)).await;
    assert!(page.says("Web Builds: Read"), "{}", page.text);
    let form = form(&grace, &ada).await.fill("Name", "Ada Öst").fill("Email", "A@fernhill.example");
    let page = grace.browser.submit(&form.clone().fill("Role", "viewer").tick("Web")).await;
    assert_eq!(page.location(), Some(place(&ada)), "{}", page.text);
    let page = grace.opens(&place(&ada)).await;
    assert_eq!(page.status_message(), "Saved “Ada Öst”.");
    assert_eq!(
        (page.field("Email"), page.field("Role")),
        ("a@fernhill.example".into(), "viewer".into())
    );
    let page = ada.opens("/account/activity").await;
    let lines = page.each("main ul.log li").join("\n");
    let by = "By “grace Nyström”, an administrator, Mozilla, 127.0.0.1";
    for told in [
        "From member to viewer.",
        "The name is “Ada Öst”, before “ada Nyström”.",
        "From ada@fernhill.example to a@fernhill.example.",
        "“Web”.",
    ] {
        assert!(lines.contains(&format!("{told} {by}")), "{told}: {lines}");
    }
    let page = ada.opens("/account").await;
    assert!(page.says("Role viewer") && page.says("Teams Web") && page.says("a@fernhill.example"));
    let again = form.fill("Name", "x");
    assert_eq!(grace.browser.submit(&again).await.status, StatusCode::CONFLICT, "an older form");
}

/// ACL-05
#[actix_web::test]
async fn what_a_change_does_to_tokens_is_said_before_it_is_made() {
    let app = App::with(&crate::teams::file(), &[]).await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    app.joins("ada", "platform").await;
    let secret = ada.generates("CI").with("Builds", "Read & write").with("Mail", "Read").await;
    ada.generates("untouched").with("Mail", "Read").await;
    let page = bo.opens(&place(&ada)).await;
    let form = page.form("Save changes").without("team").tick("Web");
    let asked = bo.browser.submit(&form.clone().press("look", "yes")).await;
    assert_eq!((asked.status, asked.alert()), (StatusCode::OK, String::new()));
    assert!(
        asked.says("1 token will do less from then on") && asked.says("Read Builds, Mail. Before")
    );
    let form = form.fill("Your password", PASSWORD);
    let page = bo.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.alert().contains("1 token will do less with this"), "{}", page.alert());
    let writes = async || app.machine().verifies(&secret, "builds", "write").await;
    assert_eq!(writes().await, StatusCode::OK, "nothing is changed yet");
    // Another change than the one that was shown is shown first as well.
    let told = page.form("Save changes").fill("Your password", PASSWORD);
    let other = bo.browser.submit(&told.clone().without("team")).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = bo.browser.submit(&told.clone().fill("Your password", "wrong")).await;
    assert!(page.says("1 token will do less") && page.says("That password isn’t right"));
    assert_eq!(bo.browser.submit(&told).await.status, StatusCode::SEE_OTHER);
    assert_eq!(writes().await, StatusCode::FORBIDDEN);
    assert_eq!(app.machine().verifies(&secret, "builds", "read").await, StatusCode::OK);
    let form = bo.opens(&place(&ada)).await.form("Save changes").tick("Platform");
    let page = bo.browser.submit(&form.press("look", "yes")).await;
    assert!(page.says("1 token will do more from then on"), "{}", page.text);
}

/// SUDO-01, SUDO-07
#[actix_web::test]
async fn nobody_is_changed_without_the_password_and_what_was_typed_stays() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let blank = bo.opens(&place(&ada)).await.form("Save changes");
    let page = bo.browser.submit(&blank.clone().fill("Name", " ").fill("Email", "x")).await;
    assert!(page.alert().starts_with("Check 3 things"), "{}", page.alert());
    assert_eq!(page.error("Name"), "Enter a name");
    assert!(page.error("Email").starts_with("Enter a mail address"));
    let typed = blank.fill("Name", "Eve").fill("Role", "viewer").fill("Your password", "wrong");
    let page = bo.browser.submit(&typed).await;
    assert_eq!(page.error("Your password"), "That password isn’t right. Nothing was changed");
    assert_eq!((page.field("Name"), page.field("Role")), ("Eve".into(), "viewer".into()));
    let form = form(&bo, &ada).await;
    let page = bo.browser.submit(&form.clone().fill("Email", "BO@fernhill.example")).await;
    assert_eq!(page.error("Email"), "Another person has this mail address");
    let page = bo.browser.submit(&form.clone().forged("role", "king")).await;
    assert_eq!(page.error("Role"), "Choose a role of the list");
    for team in ["nowhere", "No Team"] {
        let page = bo.browser.submit(&form.clone().forged("team", team)).await;
        assert_eq!(page.error_of("teams"), "Choose teams of the list");
    }
    let page = bo.browser.submit(&form.clone().without("was_role")).await;
    assert!(page.alert().contains("This form was incomplete"), "{}", page.alert());
    let page = bo.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(bo.opens(&place(&ada)).await.status_message(), "Nothing was changed.");
    let events = "SELECT count(*) AS n FROM events WHERE actor_id <> person_id";
    assert_eq!(app.database.count(events).await, 0);
}

#[actix_web::test]
async fn a_second_edit_of_a_person_is_told_what_the_first_did() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let cy = app.admin("cy").await;
    let second = form(&cy, &ada).await.fill("Name", "Ada Two");
    let first = form(&bo, &ada).await.fill("Role", "viewer");
    assert_eq!(bo.browser.submit(&first).await.status, StatusCode::SEE_OTHER);
    let page = cy.browser.submit(&second).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.alert().contains("The role is viewer, before member."), "{}", page.alert());
    assert_eq!(page.field("Name"), "Ada Two", "what was typed stays");
    let form = page.form("Save changes").fill("Role", "viewer").fill("Your password", PASSWORD);
    assert_eq!(cy.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    let page = bo.opens(&place(&ada)).await;
    assert_eq!((page.field("Name"), page.field("Role")), ("Ada Two".into(), "viewer".into()));
}

#[actix_web::test]
async fn the_last_administrator_stays_one_whoever_would_have_it_otherwise() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let page = bo.browser.submit(&form(&bo, &bo).await.fill("Role", "member")).await;
    let own = "You are the last administrator. Make somebody else one first";
    assert_eq!(page.error("Role"), own);
    let disable = bo.opens(&format!("{}/standing", place(&bo))).await.form("Disable person");
    let page = bo.browser.submit(&disable.fill("Your password", PASSWORD)).await;
    assert!(page.alert().contains(own), "{}", page.alert());
    for words in [&["user", "set-role", "bo", "viewer"][..], &["user", "disable", "bo"]] {
        let done = beside(&app, words);
        let why = "They are the last administrator. Make somebody else one first";
        assert!(!done.status.success() && err(&done).contains(why), "{}", err(&done));
    }
    // Somebody who was invited and has not joined can't look after anybody.
    invites(&bo, "Eve", "eve", "").await;
    app.gives_role("eve", latchkey::domain::user::Role::Admin).await;
    let page = bo.browser.submit(&form(&bo, &bo).await.fill("Role", "member")).await;
    assert_eq!(page.error("Role"), own);
    app.admin("cy").await;
    let page = bo.browser.submit(&form(&bo, &bo).await.fill("Role", "member")).await;
    assert_eq!(page.location().as_deref(), Some("/account"), "no administrator any more");
    assert_eq!(bo.opens("/admin/people").await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn administrators_who_demote_or_disable_each_other_at_once_leave_one() {
    let app = App::start().await;
    for round in 0..3 {
        let (one, two) = (format!("one-{round}"), format!("two-{round}"));
        let (one, two) = (app.admin(&one).await, app.admin(&two).await);
        let before = app.database.count(ADMINS).await;
        let (a, b) = if round == 0 {
            let demote = async |by: &Person, of: &Person| form(by, of).await.fill("Role", "member");
            (demote(&one, &two).await, demote(&two, &one).await)
        } else {
            let disable = async |by: &Person, of: &Person| {
                let page = by.opens(&format!("{}/standing", place(of))).await;
                page.form("Disable person").fill("Your password", PASSWORD)
            };
            (disable(&one, &two).await, disable(&two, &one).await)
        };
        let (a, b) = tokio::join!(one.browser.submit(&a), two.browser.submit(&b));
        let done = |page: &crate::support::page::Page| {
            page.location().is_some_and(|place| place.starts_with("/admin/people/"))
        };
        assert!(done(&a) != done(&b), "{} and {}", a.status, b.status);
        assert_eq!(app.database.count(ADMINS).await, before - 1, "of these two one is left");
    }
}

/// ONCE-06
#[actix_web::test]
async fn a_link_that_went_to_a_wrong_address_is_dead_once_that_is_put_right() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let path = path_of(&invites(&bo, "Eve", "eve", "wrong@fernhill.example").await, &app.base);
    let list = bo.opens("/admin/people").await;
    let eve = list.link("Eve").expect("a link");
    let form = bo.opens(&eve).await.form("Save changes").fill("Your password", PASSWORD);
    let page = bo.browser.submit(&form.clone().fill("Name", "Eve Öst")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(app.guest().open(&path).await.status, StatusCode::OK, "another name ends none");
    let form = bo.opens(&eve).await.form("Save changes").fill("Your password", PASSWORD);
    bo.browser.submit(&form.fill("Email", "")).await;
    assert_eq!(app.guest().open(&path).await.status, StatusCode::NOT_FOUND);
}

/// CSRF-09
#[actix_web::test]
async fn what_was_typed_of_a_person_outlasts_the_session() {
    let app = App::with(&crate::teams::file(), &[]).await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let typed = form(&bo, &ada).await.fill("Name", "Ada Two").tick("Web").fill("Role", "viewer");
    app.wait(TimeDelta::hours(3));
    let place = bo.browser.submit(&typed).await.location().expect("the way to sign in");
    assert!(!place.contains("plum"), "{place}");
    let form = bo.opens(&place).await.form("Sign in").fill("Username", "bo");
    let page = bo.browser.submit(&form.fill("Password", PASSWORD)).await;
    let page = bo.opens(&page.location().expect("a place")).await;
    assert_eq!((page.field("Name"), page.field("Role")), ("Ada Two".into(), "viewer".into()));
    assert_eq!(page.count("[name=team][value=web][checked]"), 1);
    let page = bo.browser.submit(&page.form("Save changes").fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert_eq!(sign_in(&app.guest(), "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
}
