//! `/admin/callers/{service}/removal`: the end of a service's secrets.

use reqwest::StatusCode;

use crate::caller_secrets::{adds, asks};
use crate::support::App;
use crate::support::people::PASSWORD;

#[actix_web::test]
async fn a_removed_caller_is_refused_from_the_answer_on() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let secret = adds(&bo).await;
    let form = bo.opens("/admin/callers/git/removal").await.form("Remove caller");
    let refused = bo.browser.submit(&form.clone().fill("Your password", "not my password")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(asks(&app, &secret).await, StatusCode::OK);
    let form = form.fill("Your password", PASSWORD);
    assert_eq!(bo.browser.submit(&form).await.location().as_deref(), Some("/admin/callers"));
    assert_eq!(asks(&app, &secret).await, StatusCode::UNAUTHORIZED);
    let list = bo.opens("/admin/callers").await;
    assert_eq!(list.status_message(), "git can ask no more. Its secret stopped working.");
    assert!(list.says("No service has a secret to ask with yet."));
    assert_eq!(bo.browser.submit(&form).await.status, StatusCode::NOT_FOUND, "it is gone");
}
