//! `/admin/people/{id}/standing`: disabling somebody, and enabling them with the tokens that are to come back.

use reqwest::StatusCode;

use crate::callers::beside;
use crate::cli::{err, out};
use crate::people::{invites, path_of};
use crate::support::App;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person, sign_in};

fn place(person: &Person) -> String {
    format!("/admin/people/{}/standing", person.id.as_str())
}

async fn sends(admin: &Person, page: &Page, button: &str) -> Page {
    let form = page.form(button).fill("Your password", PASSWORD);
    admin.browser.submit(&form).await
}

/// AUTH-14
#[actix_web::test]
async fn a_person_who_is_disabled_is_out_from_the_next_request_on() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let secret = ada.generates("CI").with("Git", "Read").await;
    let elsewhere = ada.elsewhere().await;
    let works = async || app.machine().verifies(&secret, "git", "read").await;
    assert_eq!(works().await, StatusCode::OK);
    let page = bo.opens(&place(&ada)).await;
    assert!(page.says("2 sessions are over and 1 token is refused"), "{}", page.text);
    assert_eq!(sends(&bo, &page, "Disable person").await.status, StatusCode::SEE_OTHER);
    assert_eq!(works().await, StatusCode::UNAUTHORIZED);
    for browser in [&ada.browser, &elsewhere] {
        assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
    }
    let page = sign_in(&app.guest(), "ada", PASSWORD).await;
    assert!(page.alert().contains("don’t match"), "{}", page.alert());
    let page = bo.opens(&place(&ada)).await;
    assert_eq!(sends(&bo, &page, "Enable person").await.status, StatusCode::SEE_OTHER);
    assert_eq!(works().await, StatusCode::OK);
    assert_eq!(elsewhere.get("/account").await.status, StatusCode::SEE_OTHER, "sessions don’t");
    ada.elsewhere().await;
}

#[actix_web::test]
async fn disabling_somebody_speaks_of_sessions_and_tokens_only_where_there_are_any() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let page = bo.opens(&place(&ada)).await;
    assert!(page.says("From the next request on, 1 session is over. Nobody"), "{}", page.text);
    ada.generates("CI").with("Git", "Read").await;
    app.database
        .run("DELETE FROM sessions WHERE user_id <> (SELECT id FROM users WHERE name = 'bo')")
        .await;
    let page = bo.opens(&place(&ada)).await;
    assert!(page.says("From the next request on, 1 token is refused. Nobody"), "{}", page.text);
    app.database.run("DELETE FROM tokens").await;
    let page = bo.opens(&place(&ada)).await;
    assert!(!page.says("From the next request on"), "{}", page.text);
    assert!(page.says("Nobody can sign in as them until an administrator enables them again"));
}

/// AUTH-14
#[actix_web::test]
async fn enabling_somebody_brings_back_the_tokens_that_were_chosen() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let kept = ada.generates("kept").with("Git", "Read").expiring("30").await;
    let ended = ada.generates("ended").with("Mail", "Read & write").await;
    let asks =
        async |secret: &str, service: &str| app.machine().verifies(secret, service, "read").await;
    assert_eq!(asks(&kept, "git").await, StatusCode::OK);
    app.write_uses().await;
    let page = bo.opens(&place(&ada)).await;
    sends(&bo, &page, "Disable person").await;
    let page = bo.opens(&place(&ada)).await;
    assert_eq!(page.heading(), "Enable “ada Nyström”?");
    assert!(page.says("2 tokens come back with them"));
    let named = page.each("ul.scopes li");
    assert!(
        named[0].starts_with("ended lk_") && named[0].contains("Read & write Mail"),
        "{named:?}"
    );
    assert!(named[1].contains("Read Git Expires in 30 days, last used just now"), "{named:?}");
    let form = page.form("Enable person").tick("Revoke ended instead");
    let page = bo.browser.submit(&form.clone().fill("Your password", "wrong")).await;
    assert_eq!(page.error("Your password"), "That password isn’t right. Nothing was changed");
    assert_eq!(page.count("[name=revoke][checked]"), 1, "what was ticked stays");
    let page = bo.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(asks(&kept, "git").await, StatusCode::OK);
    assert_eq!(asks(&ended, "mail").await, StatusCode::UNAUTHORIZED);
    let page = ada.elsewhere().await.open("/account/activity").await;
    let lines = page.each("main ul.log li").join("\n");
    for told in ["Account disabled", "Account enabled", "With “kept”.", "Revoked “ended”"] {
        assert!(lines.contains(told), "{told}: {lines}");
    }
    assert_eq!(lines.matches("By “bo Nyström”, an administrator").count(), 3, "{lines}");
}

/// SUDO-01
#[actix_web::test]
async fn nobody_is_disabled_without_the_password_or_twice() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let form = bo.opens(&place(&ada)).await.form("Disable person");
    for (typed, why) in
        [("", "Enter your password"), ("wrong", "That password isn’t right. Nothing was changed")]
    {
        let page = bo.browser.submit(&form.clone().fill("Your password", typed)).await;
        assert_eq!(
            (page.status, page.error("Your password").as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, why)
        );
    }
    let form = form.fill("Your password", PASSWORD);
    for (deed, says) in [("sing", "Nothing was changed."), ("enable", "Nothing was changed.")] {
        bo.browser.submit(&form.clone().forged("deed", deed)).await;
        assert_eq!(bo.opens("/admin/people").await.status_message(), says, "{deed}");
    }
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::OK);
    bo.browser.submit(&form).await;
    assert!(bo.opens("/admin/people").await.status_message().contains("is disabled"));
    bo.browser.submit(&form).await;
    assert_eq!(bo.opens("/admin/people").await.status_message(), "Nothing was changed.");
    let lines = "SELECT count(*) AS n FROM events WHERE kind = 'person_disabled'";
    assert_eq!(app.database.count(lines).await, 1);
}

/// AUTH-14
#[actix_web::test]
async fn no_token_comes_back_that_the_form_has_not_named() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    ada.generates("first").with("Git", "Read").await;
    app.disables("ada").await;
    let older = bo.opens(&place(&ada)).await.form("Enable person").fill("Your password", PASSWORD);
    assert_eq!(bo.browser.submit(&older).await.status, StatusCode::SEE_OTHER);
    let ada = Person { browser: ada.elsewhere().await, ..ada };
    let second = ada.generates("second").with("Git", "Read").await;
    app.disables("ada").await;
    let page = bo.browser.submit(&older).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.alert().contains("Other tokens would come back now"), "{}", page.alert());
    assert!(page.says("2 tokens come back"), "and names them");
    let still = app.machine().verifies(&second, "git", "read").await;
    assert_eq!(still, StatusCode::UNAUTHORIZED);
    assert_eq!(sends(&bo, &page, "Enable person").await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.machine().verifies(&second, "git", "read").await, StatusCode::OK);
}

#[actix_web::test]
async fn the_link_of_somebody_invited_is_dead_once_they_are_disabled() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let path = path_of(&invites(&bo, "Eve", "eve", "").await, &app.base);
    let eve = bo.opens("/admin/people").await.link("Eve").expect("a link");
    let page = bo.opens(&format!("{eve}/standing")).await;
    assert!(page.says("Their link to set a password stops working"), "{}", page.text);
    sends(&bo, &page, "Disable person").await;
    assert_eq!(app.guest().open(&path).await.status, StatusCode::NOT_FOUND);
    let page = bo.opens(&format!("{eve}/standing")).await;
    assert!(page.says("No token of theirs comes back."));
    sends(&bo, &page, "Enable person").await;
    assert_eq!(app.guest().open(&path).await.status, StatusCode::NOT_FOUND, "for good");
}

#[actix_web::test]
async fn who_disables_themself_is_out() {
    let app = App::start().await;
    let (bo, _) = (app.admin("bo").await, app.admin("cy").await);
    let page = bo.opens(&place(&bo)).await;
    assert_eq!(page.heading(), "Disable your own account?");
    let page = sends(&bo, &page, "Disable person").await;
    assert_eq!(page.location().as_deref(), Some("/sign-in"));
    assert_eq!(bo.browser.get("/account").await.status, StatusCode::SEE_OTHER);
}

/// CLI-01: a script that says so goes on, and is told what came back.
#[actix_web::test]
async fn the_command_that_enables_names_the_tokens_that_come_back() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    ada.generates("asleep").with("Git", "Read").await;
    let path = ada.page_of(&app, "asleep").await + "/pause";
    let form = ada.opens(&path).await.form("Pause token").fill("Your password", PASSWORD);
    ada.browser.submit(&form).await;
    app.disables("ada").await;
    let asked = beside(&app, &["user", "enable", "ada", "--json"]);
    assert!(!asked.status.success() && out(&asked).is_empty(), "{}", out(&asked));
    for said in ["These tokens come back with ada:", "CI", "asleep  (stays paused)", "--yes"] {
        assert!(err(&asked).contains(said), "{said}: {}", err(&asked));
    }
    assert!(out(&beside(&app, &["user", "show", "ada"])).contains("disabled"));
    let done = beside(&app, &["user", "enable", "ada", "--json", "--yes"]);
    assert!(done.status.success(), "{}", err(&done));
    let json: serde_json::Value = serde_json::from_str(&out(&done)).expect("JSON");
    let tokens = json["tokens"].as_array().expect("tokens").iter();
    let states: Vec<_> = tokens.map(|t| (t["name"].as_str(), t["state"].as_str())).collect();
    assert_eq!(states, [(Some("asleep"), Some("paused")), (Some("CI"), Some("live"))]);
    app.disables("ada").await;
    let text = out(&beside(&app, &["user", "enable", "ada", "--yes"]));
    assert!(
        text.contains("These tokens are back:") && text.contains("asleep  (stays paused)"),
        "{text}"
    );
}
