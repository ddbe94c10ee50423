//! The end of several tokens, of all, of all that have expired.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::form::FormOnPage;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person};

/// Names with their values; each may read Builds.
async fn has(ada: &Person, names: &[&str]) -> Vec<String> {
    let mut secrets = Vec::new();
    for name in names {
        secrets.push(ada.generates(name).with("Builds", "Read").await);
    }
    secrets
}

async fn works(app: &App, secret: &str) -> bool {
    app.machine().verifies(secret, "builds", "read").await == StatusCode::OK
}

/// Ticks these in the list, and opens the question.
async fn ticks(ada: &Person, names: &[&str]) -> Page {
    let form = ada.opens("/account/tokens").await.form("Revoke selected");
    let tick = |form: FormOnPage, name: &&str| form.tick(&format!("Select {name}"));
    ada.browser.submit(&names.iter().fold(form, tick)).await
}

#[actix_web::test]
async fn several_tokens_are_revoked_with_one_password_and_refused_right_after() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secrets = has(&ada, &["CI runner", "Grafana", "Phone"]).await;
    let page = ticks(&ada, &["CI runner", "Phone"]).await;
    assert_eq!(page.heading(), "Revoke 2 tokens?");
    assert!(page.says("Anything that uses these tokens stops working at once."));
    assert_eq!(page.count("dialog li strong"), 2);
    assert_eq!(page.link("Keep them").as_deref(), Some("/account/tokens"));
    let form = page.form("Revoke 2 tokens").fill("Your password", PASSWORD);
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.location().as_deref(), Some("/account/tokens"));
    for (secret, still) in secrets.iter().zip([false, true, false]) {
        assert_eq!(works(&app, secret).await, still);
    }
    let list = ada.opens("/account/tokens").await;
    assert_eq!(list.status_message(), "2 tokens were revoked.");
    assert_eq!(list.names(), ["Grafana"]);
    let lines = "SELECT count(*) AS n FROM events WHERE kind = 'token_revoked'";
    assert_eq!(app.database.count(lines).await, 2);
}

#[actix_web::test]
async fn with_nothing_ticked_the_list_says_what_to_do() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    has(&ada, &["CI runner"]).await;
    let page = ticks(&ada, &[]).await;
    assert_eq!(page.location().as_deref(), Some("/account/tokens"));
    let list = ada.opens("/account/tokens").await;
    assert_eq!(list.status_message(), "Tick the tokens to revoke first.");
    for (which, says) in [("expired", "None of your tokens has expired."), ("nothing", "Tick")] {
        let page = ada.opens(&format!("/account/tokens/revocation?{which}=yes")).await;
        assert!(page.status_message().starts_with(says), "{which}");
    }
    let eve = app.member("eve").await;
    let page = eve.opens("/account/tokens/revocation?all=yes").await;
    assert_eq!(page.status_message(), "You have no tokens to revoke.");
}

#[actix_web::test]
async fn all_tokens_are_revoked_at_once_and_the_question_sums_them_up() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let mut secrets = has(&ada, &["now", "lately", "long ago", "old"]).await;
    app.machine().verifies(&secrets[0], "builds", "read").await;
    app.write_uses().await;
    ada.used(&app, "lately", app.now().at() - TimeDelta::days(10), 1).await;
    ada.used(&app, "long ago", app.now().at() - TimeDelta::days(60), 1).await;
    app.database.run("UPDATE tokens SET expires_at = created_at WHERE name = 'old'").await;
    secrets.extend(has(&ada, &["never"]).await);
    let link = ada.opens("/account/tokens").await.link("Revoke all tokens").expect("a link");
    let page = ada.opens(&link).await;
    assert_eq!(page.heading(), "Revoke all 5 tokens?");
    for says in [
        "Every program that acts for you loses access at once.",
        "2 tokens used in the last 30 days",
        "1 token used longer ago",
        "1 token never used",
        "1 token already expired",
        "1 of them in use right now",
    ] {
        assert!(page.says(says), "{says}: {}", page.text);
    }
    assert_eq!(page.count("details li strong"), 5, "and each by name");
    let form = page.form("Revoke all 5 tokens").fill("Your password", PASSWORD);
    assert_eq!(ada.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    for secret in &secrets {
        assert!(!works(&app, secret).await);
    }
    let list = ada.opens("/account/tokens").await;
    assert_eq!(list.status_message(), "5 tokens were revoked.");
    assert!(list.says("No tokens yet"));
}

#[actix_web::test]
async fn all_expired_tokens_are_cleared_away_and_no_other() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secrets = has(&ada, &["old", "older", "live"]).await;
    assert_eq!(ada.opens("/account/tokens").await.link("Revoke all expired tokens"), None);
    app.database.run("UPDATE tokens SET expires_at = created_at WHERE name LIKE 'old%'").await;
    let list = ada.opens("/account/tokens").await;
    let page = ada.opens(&list.link("Revoke all expired tokens").expect("a link")).await;
    assert_eq!(page.heading(), "Revoke all 2 expired tokens?");
    assert!(page.says("These tokens have expired, so nothing can be using them."));
    let form = page.form("Revoke all 2 expired tokens").fill("Your password", PASSWORD);
    ada.browser.submit(&form).await;
    assert_eq!(ada.opens("/account/tokens").await.names(), ["live"]);
    assert!(works(&app, &secrets[2]).await);
}

#[actix_web::test]
async fn a_token_in_use_right_now_is_marked_before_it_ends() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secrets = has(&ada, &["busy", "idle"]).await;
    assert!(works(&app, &secrets[0]).await);
    app.write_uses().await;
    app.wait(TimeDelta::minutes(3));
    let page = ticks(&ada, &["busy", "idle"]).await;
    assert!(page.says("in use right now, last used 3 minutes ago from 127.0.0.1 by curl/8.5"));
    app.wait(chrono::TimeDelta::minutes(60));
    assert!(!ticks(&ada, &["busy", "idle"]).await.says("in use right now"));
}

/// ACL-01, ACL-02
#[actix_web::test]
async fn one_id_that_is_not_ones_own_among_several_revokes_nothing() {
    let app = App::start().await;
    let (ada, eve) = (app.member("ada").await, app.member("eve").await);
    let hers = has(&ada, &["CI runner"]).await;
    let own = has(&eve, &["one", "two"]).await;
    let link = ada.opens("/account/tokens").await.link("Revoke CI runner").expect("a link");
    let foreign = link.split_once("id=").expect("an id").1.to_owned();
    let form = ticks(&eve, &["one", "two"]).await.form("Revoke 2 tokens");
    let form = form.fill("Your password", PASSWORD);
    for id in [foreign.as_str(), "0123456789abcdef", "../x", ""] {
        let mut form = form.clone();
        form.fields.push(("id".to_owned(), id.to_owned()));
        assert_eq!(eve.browser.submit(&form).await.status, StatusCode::NOT_FOUND, "{id}");
        let ids = form.fields.iter().filter(|(name, _)| name == "id");
        let ids: Vec<String> = ids.map(|(_, id)| format!("id={id}")).collect();
        let page = eve.opens(&format!("/account/tokens/revocation?{}", ids.join("&"))).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{id}");
    }
    for secret in hers.iter().chain(&own) {
        assert!(works(&app, secret).await);
    }
}

/// CONC-02
#[actix_web::test]
async fn what_was_revoked_meanwhile_is_skipped_and_no_deed_is_claimed() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    has(&ada, &["one", "two", "three"]).await;
    let form = ticks(&ada, &["one", "two"]).await.form("Revoke 2 tokens");
    let form = form.fill("Your password", PASSWORD);
    ada.revokes("one").await;
    ada.opens("/account/tokens").await;
    let wrong = ada.browser.submit(&form.clone().fill("Your password", "wrong")).await;
    assert_eq!(wrong.heading(), "Revoke “two”?", "the question is asked of what is left");
    ada.browser.submit(&form).await;
    let list = ada.opens("/account/tokens").await;
    assert!(list.status_message().starts_with("“two” was revoked."), "{}", list.status_message());
    for form in [form.clone(), form.fill("Your password", "wrong")] {
        let page = ada.browser.submit(&form).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        let list = ada.opens("/account/tokens").await;
        assert_eq!(
            (list.status_message(), list.names()),
            ("Nothing was changed.".into(), vec!["three".into()])
        );
    }
}

#[actix_web::test]
async fn a_revocation_leads_back_to_where_the_list_was() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.has_tokens(&app, 25).await;
    let place = "/account/tokens?show=unused&sort=name&q=token&page=2";
    let list = ada.opens(place).await;
    let page = ada.opens(&list.link("Revoke token-20").expect("a link")).await;
    assert_eq!((page.link("Keep it").as_deref(), page.rows()), (Some(place), 5));
    let form = page.form("Revoke token").fill("Your password", PASSWORD);
    assert_eq!(ada.browser.submit(&form).await.location().as_deref(), Some(place));
    let page = ada.browser.submit(&list.form("Revoke selected").tick("Select token-21")).await;
    let form = page.form("Revoke token").fill("Your password", PASSWORD);
    for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example", ""] {
        let form = form.clone().forged("back", elsewhere).fill("Your password", "wrong");
        let page = ada.browser.submit(&form).await;
        assert_eq!(page.link("Keep it").as_deref(), Some("/account/tokens"), "{elsewhere}");
    }
    let page = ada.browser.submit(&form.forged("back", "//evil.example")).await;
    assert_eq!(page.location().as_deref(), Some("/account/tokens"));
}

#[actix_web::test]
async fn the_password_is_asked_by_name_and_not_at_all_within_the_operators_window() {
    let app = App::with(latchkey::config::SAMPLE, &[("confirm_window", "5m")]).await;
    let ada = app.member("ada").await;
    ada.has_tokens(&app, 3).await;
    let form = ticks(&ada, &["token-00"]).await.form("Revoke token");
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.error("Your password"), "Enter your password");
    ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    let page = ticks(&ada, &["token-01"]).await;
    assert!(!page.has_field("Your password"));
    ada.browser.submit(&page.form("Revoke token")).await;
    assert_eq!(ada.opens("/account/tokens").await.names(), ["token-02"]);
    let form = ticks(&ada, &["token-02"]).await.form("Revoke token");
    app.wait(chrono::TimeDelta::minutes(6));
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.error("Your password"), "Enter your password", "the window is over");
}

/// LIM-07
#[actix_web::test]
async fn only_the_name_of_a_tick_may_come_several_times() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.has_tokens(&app, 2).await;
    let form = ticks(&ada, &["token-00", "token-01"]).await.form("Revoke 2 tokens");
    for name in ["csrf", "back", "password"] {
        let mut form = form.clone().fill("Your password", PASSWORD);
        form.fields.push((name.to_owned(), form.value(name)));
        assert_eq!(ada.browser.submit(&form).await.status, StatusCode::BAD_REQUEST, "{name}");
    }
    let twice = ada.opens("/account/tokens/revocation?all=yes&all=yes").await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    assert_eq!(ada.opens("/account/tokens").await.rows(), 2);
}

#[actix_web::test]
async fn one_that_was_revoked_meanwhile_does_not_hide_the_question_about_the_others() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let mut query = String::new();
    for name in ["a", "b", "c"] {
        ada.generates(name).with("Git", "Read").await;
        query += &ada.page_of(&app, name).await.replace("/account/tokens/", "&id=");
    }
    ada.revokes("b").await;
    let page = ada.opens(&format!("/account/tokens/revocation?{query}")).await;
    assert_eq!(page.heading(), "Revoke 2 tokens?");
}
