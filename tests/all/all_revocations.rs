//! `/admin/tokens/revocation`: the end of anybody's tokens, by an administrator.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::all_tokens::PATH;
use crate::support::App;
use crate::support::form::FormOnPage;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person};

async fn works(app: &App, secret: &str) -> bool {
    app.machine().verifies(secret, "git", "read").await == StatusCode::OK
}

/// Two people with two tokens each, and an administrator.
async fn people(app: &App) -> (Person, Person, Person, Vec<String>) {
    let (ada, cy, bo) = (app.member("ada").await, app.member("cy").await, app.admin("bo").await);
    let mut secrets = Vec::new();
    for (person, name) in [(&ada, "CI runner"), (&ada, "Phone"), (&cy, "CI runner"), (&cy, "NAS")] {
        secrets.push(person.generates(name).with("Git", "Read").await);
    }
    (ada, cy, bo, secrets)
}

async fn ticks(bo: &Person, labels: &[&str]) -> Page {
    let form = bo.opens(PATH).await.form("Revoke selected");
    let tick = |form: FormOnPage, label: &&str| form.tick(label);
    bo.browser.submit(&labels.iter().fold(form, tick)).await
}

#[actix_web::test]
async fn tokens_of_several_people_are_revoked_with_one_password_and_refused_from_the_answer_on() {
    let app = App::start().await;
    let (ada, cy, bo, secrets) = people(&app).await;
    app.machine().verifies(&secrets[0], "git", "read").await;
    app.write_uses().await;
    let page = ticks(&bo, &["Select CI runner of ada", "Select NAS of cy"]).await;
    assert_eq!(page.heading(), "Revoke 2 tokens?");
    for says in [
        "Their 2 owners see in their activity that you did it.",
        "1 token used in the last 30 days",
        "1 token never used",
        "1 of them in use right now",
        "ada Nyström ada 1 token, last used just now",
        "cy Nyström cy 1 token, never used",
    ] {
        assert!(page.says(says), "{says}: {}", page.text);
    }
    let form = page.form("Revoke 2 tokens");
    let refused = bo.browser.submit(&form.clone().fill("Your password", "not my password")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(works(&app, &secrets[0]).await, "nothing was changed");
    let page = bo.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.location().as_deref(), Some(PATH));
    for (secret, still) in secrets.iter().zip([false, true, true, false]) {
        assert_eq!(works(&app, secret).await, still);
    }
    assert_eq!(bo.opens(PATH).await.status_message(), "2 tokens were revoked.");
    for (person, name) in [(&ada, "CI runner"), (&cy, "NAS")] {
        let seen = person.opens("/account/activity?kind=token_revoked").await;
        let lines = seen.each("main ul.log li");
        assert_eq!(lines.len(), 1, "one event a token, for its owner");
        let told = lines[0].contains(&format!("Revoked “{name}”"));
        let by = "By “bo Nyström”, an administrator, Mozilla, 127.0.0.1";
        assert!(told && lines[0].contains(by), "{lines:?}");
    }
    let own = bo.opens("/account/activity?kind=token_revoked").await;
    assert_eq!(own.count("main ul.log li"), 0, "it is about others");
}

#[actix_web::test]
async fn all_that_match_are_revoked_and_nothing_that_came_later() {
    let app = App::start().await;
    let (ada, _, bo, secrets) = people(&app).await;
    let list = bo.opens(&format!("{PATH}?q=ci+runner")).await;
    let link = list.link("Revoke all 2 tokens that match").expect("a link");
    let page = bo.opens(&link).await;
    assert_eq!(page.heading(), "Revoke all 2 tokens?");
    assert_eq!(page.link("Keep them"), Some(format!("{PATH}?q=ci%20runner")));
    let form = page.form("Revoke all 2 tokens").fill("Your password", PASSWORD);
    app.wait(TimeDelta::minutes(1));
    ada.revokes("CI runner").await;
    let newer = ada.generates("CI runner").with("Git", "Read").await;
    let page = bo.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    for (secret, still) in secrets.iter().chain([&newer]).zip([false, true, false, true, true]) {
        assert_eq!(works(&app, secret).await, still);
    }
    let list = bo.opens(&page.location().expect("a place")).await;
    assert!(list.status_message().starts_with("“CI runner” of cy was revoked."));
}

#[actix_web::test]
async fn more_than_one_was_asked_about_is_asked_about_again() {
    let app = App::start().await;
    let (_, _, bo, secrets) = people(&app).await;
    app.database.run("UPDATE tokens SET name = 'x', search_text = 'x' WHERE name = 'NAS'").await;
    let link =
        bo.opens(&format!("{PATH}?q=ci+runner")).await.link("Revoke all 2 tokens that match");
    let form = bo.opens(&link.expect("a link")).await.form("Revoke all 2 tokens");
    app.database.run("UPDATE tokens SET search_text = 'ci runner' WHERE search_text = 'x'").await;
    let page = bo.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("3 tokens match by now, more than the 2 you were asked about."));
    assert_eq!(page.heading(), "Revoke all 3 tokens?");
    for secret in &secrets {
        assert!(works(&app, secret).await);
    }
    let form = page.form("Revoke all 3 tokens").fill("Your password", PASSWORD);
    assert_eq!(bo.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    assert!(!works(&app, &secrets[3]).await);
}

/// Several transactions: others come in between, and each token has its line.
#[actix_web::test]
async fn hundreds_are_revoked_in_batches_each_with_its_event() {
    let app = App::start().await;
    let (ada, _, bo, secrets) = people(&app).await;
    ada.has_tokens(&app, 250).await;
    let link =
        bo.opens(&format!("{PATH}?owner=ada")).await.link("Revoke all 252 tokens that match");
    let page = bo.opens(&link.expect("a link")).await;
    assert!(page.says("The first 50 of them"), "{}", page.text);
    let form = page.form("Revoke all 252 tokens").fill("Your password", PASSWORD);
    let page = bo.browser.submit(&form).await;
    let list = bo.opens(&page.location().expect("a place")).await;
    assert_eq!(list.status_message(), "252 tokens were revoked.");
    let live = "SELECT count(*) AS n FROM tokens WHERE revoked_at IS NULL";
    assert_eq!(app.database.count(live).await, 2);
    let lines = "SELECT count(DISTINCT token_id) AS n FROM events WHERE kind = 'token_revoked'";
    assert_eq!(app.database.count(lines).await, 252);
    assert!(!works(&app, &secrets[0]).await && works(&app, &secrets[2]).await);
}

/// What is done stays done, and is told.
#[actix_web::test]
async fn where_a_batch_fails_it_is_said_how_many_are_revoked() {
    let app = App::start().await;
    if !app.database.is_sqlite() {
        return;
    }
    let (ada, _, bo, _) = people(&app).await;
    ada.has_tokens(&app, 150).await;
    app.database
        .run("CREATE TRIGGER fail BEFORE UPDATE ON tokens WHEN OLD.name = 'token-120' BEGIN SELECT RAISE(ABORT, 'no'); END")
        .await;
    let link = bo.opens(&format!("{PATH}?q=token-")).await.link("Revoke all 150 tokens that match");
    let form = bo.opens(&link.expect("a link")).await.form("Revoke all 150 tokens");
    let page = bo.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.says("after 100 of 150 tokens were revoked; those stay revoked"), "{}", page.text);
    assert_eq!(page.heading(), "Revoke all 50 tokens?");
    let revoked = "SELECT count(*) AS n FROM tokens WHERE revoked_at IS NOT NULL";
    assert_eq!(app.database.count(revoked).await, 100);
    let lines = "SELECT count(*) AS n FROM events WHERE kind = 'token_revoked'";
    assert_eq!(app.database.count(lines).await, 100, "change and line together");
}

#[actix_web::test]
async fn nothing_ticked_nothing_understood_and_nobodys_are_said() {
    let app = App::start().await;
    let (_, _, bo, secrets) = people(&app).await;
    let page = ticks(&bo, &[]).await;
    assert_eq!(page.location().as_deref(), Some(PATH));
    assert_eq!(bo.opens(PATH).await.status_message(), "Tick the tokens to revoke first.");
    for (query, status) in [
        ("id=AAAAAAAAAAAAAAAA", StatusCode::NOT_FOUND),
        ("id=x", StatusCode::NOT_FOUND),
        // What isn't understood is not left out, as the rest would find more.
        ("match=yes&unused=soon", StatusCode::BAD_REQUEST),
        ("match=yes&show=x", StatusCode::BAD_REQUEST),
        ("match=yes&token=AAAAAAAAAAAAAAAA", StatusCode::BAD_REQUEST),
    ] {
        let page = bo.opens(&format!("{PATH}/revocation?{query}")).await;
        assert_eq!(page.status, status, "{query}");
    }
    let page = bo.opens(&format!("{PATH}/revocation?match=yes&owner=nobody")).await;
    assert_eq!(page.status_message(), "None of these tokens can be revoked any more.");
    assert!(works(&app, &secrets[0]).await);
}

/// ACL-02: who was an administrator when the form was opened may be none any more.
#[actix_web::test]
async fn a_former_administrator_revokes_nothing() {
    let app = App::start().await;
    let (_, _, bo, secrets) = people(&app).await;
    app.admin("eve").await;
    let page = ticks(&bo, &["Select CI runner of ada"]).await;
    let form = page.form("Revoke token").fill("Your password", PASSWORD);
    app.gives_role("bo", latchkey::domain::user::Role::Member).await;
    assert_eq!(bo.browser.submit(&form).await.status, StatusCode::NOT_FOUND);
    assert!(works(&app, &secrets[0]).await);
}
