//! Disabling an account, and enabling it with the tokens that are to come back.

use reqwest::StatusCode;

use crate::service_accounts::{LIST, app, secret};
use crate::support::people::PASSWORD;

/// SVC-10
#[actix_web::test]
async fn a_disabled_accounts_tokens_are_refused_at_once_and_come_back_by_choice() {
    let (app, ada) = app().await;
    let root = app.admin("root").await;
    let access = [("Builds", "Read")];
    let kept = secret(&ada, "Deploys", &access).await;
    let ended = secret(&ada, "Old job", &access).await;
    let place = "/service-accounts/night-build/standing";
    let form = root.opens(place).await.form("Disable account");
    root.browser.submit(&form.fill("Your password", PASSWORD)).await;
    let machine = app.machine();
    for value in [&kept, &ended] {
        assert_eq!(machine.verifies(value, "builds", "read").await, StatusCode::UNAUTHORIZED);
    }
    assert!(ada.opens("/service-accounts").await.says("Disabled"));
    assert!(ada.opens(LIST).await.says("This account is disabled: its tokens are refused"));
    let form = root.opens(place).await.form("Enable account").tick("Revoke Old job instead");
    root.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(machine.verifies(&kept, "builds", "read").await, StatusCode::OK);
    assert_eq!(machine.verifies(&ended, "builds", "read").await, StatusCode::UNAUTHORIZED);
    assert!(!ada.opens(LIST).await.says("This account is disabled"));
    assert_eq!(ada.browser.get(place).await.status, StatusCode::NOT_FOUND);
}
