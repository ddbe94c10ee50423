//! Making accounts, by administrators.

use reqwest::StatusCode;

use super::{LIST, secret};
use crate::support::App;
use crate::support::people::PASSWORD;
use crate::teams::file;

/// SVC-09
#[actix_web::test]
async fn an_administrator_adds_an_account_and_its_team_generates_a_token() {
    let app = App::with(&file(), &[]).await;
    let (root, ada) = (app.admin("root").await, app.member("ada").await);
    app.joins("ada", "platform").await;
    assert!(root.opens("/service-accounts").await.says("No service accounts yet"));
    assert!(ada.opens("/service-accounts").await.says("None of your teams has one"));
    let form = root.opens("/service-accounts/new").await.form("Add service account");
    let form = form.fill("Name", "Night build").fill("Username", "night-build");
    let page = root.browser.submit(&form.clone().fill("Your password", PASSWORD)).await;
    assert_eq!(page.error("Team"), "Choose the team that it belongs to");
    assert_eq!(page.field("Name"), "Night build", "what was typed stays");
    let form = form.fill("Team", "platform");
    let page = root.browser.submit(&form.clone()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "without a password");
    let form = form.fill("Your password", PASSWORD);
    let page = root.browser.submit(&form).await;
    assert_eq!(page.location().as_deref(), Some(LIST));
    let again = root.browser.submit(&form).await;
    assert_eq!(again.error("Username"), "There already is a service account named night-build");
    secret(&ada, "Deploys", &[("Builds", "Read")]).await;
    let row = root.opens("/service-accounts").await.row("Night build").expect("its row");
    assert!(row.iter().any(|cell| cell.contains("Platform")), "{row:?}");
    assert_eq!(ada.browser.get("/service-accounts/new").await.status, StatusCode::NOT_FOUND);
}
