//! The end of a service account.

use reqwest::StatusCode;

use crate::service_accounts::{LIST, app, listed, secret};
use crate::support::people::PASSWORD;

/// SVC-10
#[actix_web::test]
async fn a_deleted_account_takes_its_tokens_with_it() {
    let (app, ada) = app().await;
    let root = app.admin("root").await;
    let value = secret(&ada, "Deploys", &[("Builds", "Read")]).await;
    let place = "/service-accounts/night-build/deletion";
    let form = root.opens(place).await.form("Delete account").fill("Your password", PASSWORD);
    let page = root.browser.submit(&form.clone().fill("Its username", "night")).await;
    assert_eq!(page.error("Its username"), "Type its username, night-build");
    assert_eq!(listed(&app).await.len(), 1);
    let page = root.browser.submit(&form.fill("Its username", "night-build")).await;
    assert_eq!(page.location().as_deref(), Some("/service-accounts"));
    let refused = app.machine().verifies(&value, "builds", "read").await;
    assert_eq!(refused, StatusCode::UNAUTHORIZED);
    assert_eq!(ada.browser.get(LIST).await.status, StatusCode::NOT_FOUND);
}
