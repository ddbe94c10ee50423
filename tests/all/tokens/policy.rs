//! What the operator's policy lets people do, and what becomes of tokens when it is made stricter.

use chrono::TimeDelta;
use latchkey::domain::user::Role;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::{PASSWORD, Person, sign_in};

const GIT: &str = "[[services]]\nkey = \"git\"\nname = \"Git\"\n";

#[actix_web::test]
async fn only_the_roles_that_may_generate_do() {
    let app = App::with(&format!("[policy]\ngenerate = \"admin\"\n{GIT}"), &[]).await;
    let (ada, root) = (app.member("ada").await, app.admin("root").await);
    assert!(ada.opens("/account/tokens/new").await.says("Ask an administrator"));
    assert!(root.generates("CI").with("Git", "Read").page().await.secret().is_some());
}

#[actix_web::test]
async fn a_token_that_nobody_uses_ends_and_a_used_one_goes_on() {
    let app = App::with(&format!("[policy]\nunused = \"30d\"\n{GIT}"), &[]).await;
    let ada = app.member("ada").await;
    let used = ada.generates("used").with("Git", "Read").await;
    let idle = ada.generates("idle").with("Git", "Read").await;
    let machine = app.machine();
    app.wait(TimeDelta::days(29));
    assert_eq!(machine.verifies(&used, "git", "read").await, StatusCode::OK);
    app.write_uses().await;
    app.wait(TimeDelta::days(2));
    assert_eq!(machine.verifies(&used, "git", "read").await, StatusCode::OK);
    assert_eq!(machine.verifies(&idle, "git", "read").await, StatusCode::UNAUTHORIZED);
    sign_in(&ada.browser, "ada", PASSWORD).await;
    let path = ada.page_of(&app, "idle").await;
    assert!(ada.opens(&path).await.says("It ended because it was not used for so long."));
    let form = ada.opens(&format!("{path}/secret")).await.form("Regenerate");
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    let again = page.secret().expect("a new value");
    assert_eq!(machine.verifies(&again, "git", "read").await, StatusCode::OK);
}

#[actix_web::test]
async fn a_policy_made_stricter_marks_tokens_and_ends_none() {
    let app = App::with(GIT, &[]).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("forever").with("Git", "Read").expiring("never").await;
    let strict = "[policy]\nnever = false\nlongest = \"30d\"\nunused = \"10d\"\n";
    let app = app.restarted_with(&format!("{strict}{GIT}")).await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    let ada = Person { browser: app.guest(), name: ada.name.clone(), id: ada.id.clone() };
    sign_in(&ada.browser, "ada", PASSWORD).await;
    let page = ada.opens(&ada.page_of(&app, "forever").await).await;
    assert!(page.says("Outside today’s policy: it never expires"), "{}", page.text);
    assert!(page.says("it does not end after 10 days without use"));
    let form = page.form("Save changes").fill("Name", "renamed").fill("Your password", PASSWORD);
    assert_eq!(ada.browser.submit(&form).await.status, StatusCode::SEE_OTHER, "its end may stay");
}

#[actix_web::test]
async fn who_may_not_generate_can_narrow_a_token_and_not_widen_it() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read & write").expiring("30").await;
    app.gives_role("ada", Role::Viewer).await;
    let path = ada.page_of(&app, "CI").await;
    let page = ada.opens(&path).await;
    assert!(page.says("Here a token can only be narrowed"));
    let form = page.form("Save changes").fill("Your password", PASSWORD);
    for wider in [form.clone().choose("Mail", "Read"), form.clone().fill("Expires", "365")] {
        let page = ada.browser.submit(&wider).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.says("Your role lets you narrow a token, not widen it"), "{}", page.text);
    }
    assert_eq!(app.machine().verifies(&secret, "mail", "read").await, StatusCode::FORBIDDEN);
    let narrower = form.choose("Git", "Read");
    assert_eq!(ada.browser.submit(&narrower).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.machine().verifies(&secret, "git", "write").await, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn a_token_outside_todays_policy_gets_a_new_value_only_with_an_end_within_it() {
    let app = App::with(GIT, &[]).await;
    let ada = app.member("ada").await;
    ada.generates("forever").with("Git", "Read").expiring("never").await;
    let app = app.restarted_with(&format!("[policy]\nnever = false\n{GIT}")).await;
    let ada = Person { browser: app.guest(), name: ada.name.clone(), id: ada.id.clone() };
    sign_in(&ada.browser, "ada", PASSWORD).await;
    let path = ada.page_of(&app, "forever").await + "/secret";
    let page = ada.opens(&path).await;
    assert!(page.says("Its end is outside today’s policy, so choose another."));
    let form = page.form("Regenerate").fill("Your password", PASSWORD);
    let page = ada.browser.submit(&form.clone().without("expires")).await;
    assert_eq!(page.error("Expires"), "Choose when it expires");
    assert!(ada.browser.submit(&form.fill("Expires", "30")).await.secret().is_some());
    assert!(!ada.opens(&ada.page_of(&app, "forever").await).await.says("Outside today’s policy"));
}
