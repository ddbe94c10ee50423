//! To another team: what is told before, what tokens do after, and whose business it is then.

use reqwest::StatusCode;

use crate::service_accounts::{LIST, app, secret};
use crate::support::people::PASSWORD;

const PLACE: &str = "/service-accounts/night-build/hand-over";

/// SVC-11
#[actix_web::test]
async fn a_hand_over_tells_what_changes_and_then_holds_at_once() {
    let (app, ada) = app().await;
    let (root, bo) = (app.admin("root").await, app.member("bo").await);
    app.joins("bo", "web").await;
    let value = secret(&ada, "Deploys", &[("Builds", "Read & write"), ("Mail", "Read")]).await;
    let page = root.opens(&format!("{PLACE}?team=web")).await;
    assert!(page.says("1 token will do less from then on:"), "{}", page.text);
    let form = page.form("Hand over");
    let page = root.browser.submit(&form.clone()).await;
    assert_eq!(page.error("Your password"), "Enter your password");
    let machine = app.machine();
    assert_eq!(machine.verifies(&value, "builds", "write").await, StatusCode::OK);
    let page = root.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.location().as_deref(), Some("/service-accounts"));
    assert_eq!(machine.verifies(&value, "builds", "write").await, StatusCode::FORBIDDEN);
    let answer = machine.asks("?service=builds&access=read", &value).await;
    assert_eq!((answer.status, answer.header("remote-groups")), (StatusCode::OK, "web"));
    assert_eq!(ada.browser.get(LIST).await.status, StatusCode::NOT_FOUND);
    assert!(bo.opens(LIST).await.row("Deploys").is_some());
}

/// SVC-11
#[actix_web::test]
async fn a_hand_over_decided_on_what_is_no_longer_so_is_asked_again() {
    let (app, ada) = app().await;
    let root = app.admin("root").await;
    let form = root.opens(&format!("{PLACE}?team=web")).await.form("Hand over");
    let form = form.fill("Your password", PASSWORD);
    secret(&ada, "Deploys", &[("Builds", "Read & write")]).await;
    let page = root.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.says("1 token will do less from then on:"));
    let bad = root.browser.get(&format!("{PLACE}?team=nobody")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.says("The file has no team “nobody”; it has platform, web"));
    assert_eq!(ada.browser.get(PLACE).await.status, StatusCode::NOT_FOUND);
}

/// SVC-11
#[actix_web::test]
async fn a_hand_over_of_what_another_hand_has_given_away_meanwhile_is_asked_again() {
    let (app, _ada) = app().await;
    let root = app.admin("root").await;
    let form = root.opens(&format!("{PLACE}?team=web")).await.form("Hand over");
    app.is_gone("night-build", "backend").await;
    let page = root.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.says("It is in the hands of “backend” now."), "{}", page.text);
    assert!(root.opens("/service-accounts").await.says("backend"), "and stays there");
}

/// SVC-12
#[actix_web::test]
async fn an_account_whose_team_left_the_file_is_shown_so_and_can_be_handed_over() {
    let (app, ada) = app().await;
    let root = app.admin("root").await;
    let value = secret(&ada, "Deploys", &[("Builds", "Read"), ("Mail", "Read")]).await;
    app.is_gone("night-build", "backend").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&value, "builds", "read").await, StatusCode::FORBIDDEN);
    assert_eq!(machine.verifies(&value, "mail", "read").await, StatusCode::OK);
    let list = root.opens("/service-accounts").await;
    assert!(list.says("Gone from the file") && list.says("backend"), "{}", list.text);
    let page = root.opens(&format!("{PLACE}?team=platform")).await;
    assert!(page.says("1 token will do more from then on:"), "{}", page.text);
    let form = page.form("Hand over").fill("Your password", PASSWORD);
    root.browser.submit(&form).await;
    assert_eq!(machine.verifies(&value, "builds", "read").await, StatusCode::OK);
}
