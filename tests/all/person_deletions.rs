//! `/admin/people/{id}/deletion`: the end of somebody's account by an administrator.

use reqwest::StatusCode;

use crate::people::{invites, path_of};
use crate::support::App;
use crate::support::people::PASSWORD;

/// SUDO-01
#[actix_web::test]
async fn an_administrator_deletes_somebody_by_name_and_password_with_all_they_have() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let secret = ada.generates("CI").with("Git", "Read").await;
    let place = format!("/admin/people/{}/deletion", ada.id.as_str());
    let page = bo.opens(&place).await;
    assert!(page.says("1 token stops working at once: “CI”"), "{}", page.text);
    let form = page.form("Delete person");
    let page = bo.browser.submit(&form.clone().fill("Their username", "bo")).await;
    assert_eq!(page.error("Their username"), "Type their username, ada");
    assert_eq!(page.error("Your password"), "Enter your password");
    let form = form.fill("Their username", "Ada ");
    let page = bo.browser.submit(&form.clone().fill("Your password", "wrong")).await;
    assert_eq!(page.error("Your password"), "That password isn’t right. Nothing was changed");
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    let form = form.fill("Your password", PASSWORD);
    assert_eq!(bo.browser.submit(&form).await.location().as_deref(), Some("/admin/people"));
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::SEE_OTHER);
    let page = bo.opens("/admin/people").await;
    assert!(page.status_message().starts_with("“ada Nyström” is deleted."));
    assert_eq!(page.names(), ["bo Nyström"]);
    assert_eq!(bo.browser.submit(&form).await.status, StatusCode::NOT_FOUND, "gone");
    let lines = "SELECT count(*) AS n FROM events WHERE kind IN ('person_deleted', 'token_revoked') \
                 AND actor_id IS NOT NULL AND actor_id <> person_id";
    assert_eq!(app.database.count(lines).await, 2);
}

#[actix_web::test]
async fn the_link_of_somebody_who_was_deleted_is_dead() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let path = path_of(&invites(&bo, "Eve", "eve", "").await, &app.base);
    let eve = bo.opens("/admin/people").await.link("Eve").expect("a link");
    let form = bo.opens(&format!("{eve}/deletion")).await.form("Delete person");
    let form = form.fill("Their username", "eve").fill("Your password", PASSWORD);
    assert_eq!(bo.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.guest().open(&path).await.status, StatusCode::NOT_FOUND);
}

/// SVC-13
#[actix_web::test]
async fn whose_tokens_are_in_use_leaves_only_after_a_word_about_what_runs_with_them() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    ada.generates("CI").with("Git", "Read").await;
    ada.generates("Old").with("Git", "Read").await;
    let word = "1 of these tokens was used in the last 30 days.";
    let places =
        ["deletion", "standing"].map(|noun| format!("/admin/people/{}/{noun}", ada.id.as_str()));
    for place in &places {
        assert!(!bo.opens(place).await.says("in the last 30 days"), "{place}: not used");
    }
    let now = app.now().at();
    ada.used(&app, "CI", now - chrono::TimeDelta::days(29), 3).await;
    ada.used(&app, "Old", now - chrono::TimeDelta::days(31), 3).await;
    for place in &places {
        let page = bo.opens(place).await;
        assert!(page.says(word), "{place}: {}", page.text);
        assert_eq!(page.link("service account").as_deref(), Some("/service-accounts"));
    }
}
