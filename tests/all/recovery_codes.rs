//! `/account/recovery-codes`: what signs in without the app, once each.

use reqwest::StatusCode;
use reqwest::header::{CACHE_CONTROL, REFERRER_POLICY};

use crate::support::App;
use crate::support::people::PASSWORD;
use crate::support::phone::{Phone, codes, half_way};

#[actix_web::test]
async fn a_recovery_code_signs_in_once() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let phone = Phone::set_up(&app, &ada).await;
    for (nth, status) in [(0, StatusCode::SEE_OTHER), (1, StatusCode::UNPROCESSABLE_ENTITY)] {
        let browser = app.guest();
        let form = half_way(&browser, "ada").await.form("Sign in");
        let code = phone.recovery[3].to_uppercase().replace('-', " ");
        let page = browser.submit(&form.fill("Recovery code", &code)).await;
        assert_eq!(page.status, status, "{nth}");
        if nth == 0 {
            let page = browser.open("/account/password").await;
            assert!(page.says("9 recovery codes are left."), "{}", page.text);
        }
    }
}

#[actix_web::test]
async fn recovery_codes_are_shown_once_and_new_ones_end_the_old() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let phone = Phone::set_up(&app, &ada).await;
    let form = ada.opens("/account/recovery-codes").await.form("Make recovery codes");
    assert!(ada.browser.submit(&form).await.error("Your password").contains("Enter"));
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.headers[CACHE_CONTROL], "no-store");
    assert_eq!(page.headers[REFERRER_POLICY], "no-referrer");
    let fresh = codes(&page);
    assert!(fresh.iter().all(|code| !phone.recovery.contains(code)));
    for (code, status) in
        [(&phone.recovery[0], StatusCode::UNPROCESSABLE_ENTITY), (&fresh[0], StatusCode::SEE_OTHER)]
    {
        let browser = app.guest();
        let form = half_way(&browser, "ada").await.form("Sign in");
        assert_eq!(browser.submit(&form.fill("Recovery code", code)).await.status, status);
    }
    let page = ada.opens("/account/password").await;
    assert!(!phone.recovery.iter().chain(&fresh).any(|code| page.text.contains(code.as_str())));
}

/// SUDO-04, ONCE-03
#[actix_web::test]
async fn the_form_sent_again_makes_no_other_codes() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    Phone::set_up(&app, &ada).await;
    let form = ada.opens("/account/recovery-codes").await.form("Make recovery codes");
    let form = form.fill("Your password", PASSWORD);
    let fresh = codes(&ada.browser.submit(&form).await);
    let again = ada.browser.submit(&form).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.says("This form was sent before, and did its work then."), "{}", again.text);
    assert!(again.labelled("Your recovery codes").is_none());
    let browser = app.guest();
    let signing = half_way(&browser, "ada").await.form("Sign in").fill("Recovery code", &fresh[0]);
    assert_eq!(
        browser.submit(&signing).await.status,
        StatusCode::SEE_OTHER,
        "those that were saved"
    );
    let page = ada.browser.submit(&form.without("nonce")).await;
    assert!(page.alert().contains("This form was incomplete"), "{}", page.alert());
}
