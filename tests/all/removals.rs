//! `/account/second-factor/removal`: back to the password alone.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::{PASSWORD, sign_in};
use crate::support::phone::Phone;

#[actix_web::test]
async fn it_is_turned_off_with_the_password() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    assert_eq!(
        ada.browser.get("/account/second-factor/removal").await.status,
        StatusCode::NOT_FOUND
    );
    Phone::set_up(&app, &ada).await;
    let page = ada.opens("/account/second-factor/removal").await;
    let form = page.form("Turn off second factor");
    assert!(ada.browser.submit(&form).await.error("Your password").contains("Enter"));
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.location().as_deref(), Some("/account/password"));
    assert_eq!(sign_in(&app.guest(), "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn the_operator_turns_it_off_for_somebody_who_has_lost_it() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    Phone::set_up(&app, &ada).await;
    let name = latchkey::domain::user::UserName::parse("ada").expect("a name");
    let manage = &app.application.manage;
    manage.reset_second_factor(name.clone(), app.now()).await.expect("a second factor");
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::SEE_OTHER, "signed out");
    assert_eq!(sign_in(&app.guest(), "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
    assert!(manage.reset_second_factor(name, app.now()).await.is_err(), "there is none");
}
