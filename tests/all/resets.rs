//! `/admin/people/{id}/second-factor/reset`: for somebody who has lost the app and the recovery codes.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::{PASSWORD, sign_in};
use crate::support::phone::{Phone, half_way};

/// SUDO-01
#[actix_web::test]
async fn an_administrator_resets_a_second_factor_with_their_own_password() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let secret = ada.generates("CI").with("Git", "Read").await;
    let place = format!("/admin/people/{}", ada.id.as_str());
    let reset = format!("{place}/second-factor/reset");
    assert_eq!(bo.opens(&reset).await.status, StatusCode::NOT_FOUND, "there is none");
    Phone::set_up(&app, &ada).await;
    assert_eq!(bo.opens(&place).await.link("Reset second factor"), Some(reset.clone()));
    let form = bo.opens(&reset).await.form("Reset second factor");
    for (typed, why) in
        [("", "Enter your password"), ("wrong", "That password isn’t right. Nothing was changed")]
    {
        let page = bo.browser.submit(&form.clone().fill("Your password", typed)).await;
        assert_eq!(page.error("Your password"), why);
    }
    half_way(&app.guest(), "ada").await;
    let form = form.fill("Your password", PASSWORD);
    assert_eq!(bo.browser.submit(&form).await.location(), Some(place));
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::SEE_OTHER, "signed out");
    let browser = app.guest();
    assert_eq!(sign_in(&browser, "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
    let lines = browser.open("/account/activity").await.each("main ul.log li").join("\n");
    assert!(
        lines.contains("Second factor turned off") && lines.contains("By “bo Nyström”"),
        "{lines}"
    );
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    assert_eq!(bo.browser.submit(&form).await.status, StatusCode::NOT_FOUND, "once");
}
