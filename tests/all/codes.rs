//! `/sign-in/code`: the second half of signing in.

use chrono::TimeDelta;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName};

use crate::password_links::{NEW, makes_link, sets};
use crate::support::App;
use crate::support::browse::Browser;
use crate::support::people::{PASSWORD, Person};
use crate::support::phone::{Phone, enter, half_way};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

#[actix_web::test]
async fn with_a_second_factor_the_password_alone_signs_nobody_in() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let phone = Phone::set_up(&app, &ada).await;
    let browser = app.guest();
    let page = half_way(&browser, "ada").await;
    assert_eq!(browser.get("/account/tokens").await.status, StatusCode::SEE_OTHER, "not yet");
    let wrong = enter(&browser, &page, "000000").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.error("Code").contains("isn’t right"), "{}", wrong.text);
    let page = enter(&browser, &wrong, &phone.code(&app)).await;
    assert_eq!(page.location().as_deref(), Some("/account/tokens"));
    assert_eq!(browser.get("/account/tokens").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn one_goes_on_to_where_one_was_going() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let phone = Phone::set_up(&app, &ada).await;
    let browser = app.guest();
    let form = browser.open("/sign-in?next=%2Faccount%2Fpassword").await.form("Sign in");
    let page = browser.submit(&form.fill("Username", "ada").fill("Password", PASSWORD)).await;
    let page = enter(&browser, &page, &phone.code(&app)).await;
    assert_eq!(page.location().as_deref(), Some("/account/password"));
}

/// RFC 6238, section 5.2
#[actix_web::test]
async fn no_code_counts_twice_nor_one_from_before_it() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let phone = Phone::set_up(&app, &ada).await;
    let earlier = phone.code(&app);
    app.wait(TimeDelta::seconds(30));
    let code = phone.code(&app);
    let [one, other] = [app.guest(), app.guest()];
    let (page, second) = (half_way(&one, "ada").await, half_way(&other, "ada").await);
    assert_eq!(enter(&one, &page, &code).await.status, StatusCode::SEE_OTHER);
    for spent in [&code, &earlier] {
        let refused = enter(&other, &second, spent).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[actix_web::test]
async fn the_step_between_belongs_to_one_browser_one_password_and_ten_minutes() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let phone = Phone::set_up(&app, &ada).await;
    let (browser, thief) = (app.guest(), app.guest());
    let page = half_way(&browser, "ada").await;
    let mut stolen = half_way(&thief, "ada").await.form("Sign in");
    for name in ["half", "signature"] {
        stolen.set(name, &page.form("Sign in").value(name));
    }
    let refused = thief.submit(&stolen.fill("Code", &phone.code(&app))).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "another browser’s");
    let bo = Person::add(&app, "bo", "admin").await;
    let mut form = page.form("Sign in");
    let other = form.value("half").replace(ada.id.as_str(), bo.as_str());
    form.set("half", &other);
    let forged = browser.submit(&form.fill("Code", "123456")).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN, "another person’s");
    app.wait(TimeDelta::minutes(10));
    let late = enter(&browser, &page, &phone.code(&app)).await;
    assert!(late.alert().contains("Start again"), "{}", late.text);
}

#[actix_web::test]
async fn a_new_password_ends_a_step_between() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let phone = Phone::set_up(&app, &ada).await;
    let browser = app.guest();
    let page = half_way(&browser, "ada").await;
    let form = ada.opens("/account/password").await.form("Change password");
    let form = form.fill("Current password", PASSWORD);
    ada.browser.submit(&form.fill("New password", "seven brass owls knit")).await;
    let late = enter(&browser, &page, &phone.code(&app)).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn codes_can_not_be_guessed() {
    let app = App::with(latchkey::config::SAMPLE, &[("trusted_proxies", "127.0.0.1")]).await;
    let ada = app.member("ada").await;
    let phone = Phone::set_up(&app, &ada).await;
    for nth in 0..6 {
        // From another address each time, and with the password anew.
        let from = format!("192.0.2.{nth}").parse().expect("a header");
        let headers = HeaderMap::from_iter([(FORWARDED_FOR, from)]);
        let browser = Browser::with_headers(&app.base, headers);
        let page = half_way(&browser, "ada").await;
        let page = enter(&browser, &page, "000000").await;
        let expected =
            if nth < 5 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(page.status, expected, "{nth}");
    }
    let browser = app.guest();
    // Each wrong one from now on doubles the wait.
    for minutes in [5, 10, 20, 40, 80, 160, 240, 240] {
        app.wait(TimeDelta::minutes(minutes) - TimeDelta::seconds(1));
        let page = half_way(&browser, "ada").await;
        let early = enter(&browser, &page, &phone.code(&app)).await;
        assert_eq!(early.status, StatusCode::TOO_MANY_REQUESTS, "{minutes}");
        app.application.manage.clear(app.now()).await.expect("cleared");
        app.wait(TimeDelta::seconds(1));
        let page = half_way(&browser, "ada").await;
        let wrong = enter(&browser, &page, "000000").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{minutes}");
    }
    app.wait(TimeDelta::hours(4));
    for (typed, status) in [
        (phone.code(&app), StatusCode::SEE_OTHER),
        ("000000".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        ("000000".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let browser = app.guest();
        let page = half_way(&browser, "ada").await;
        assert_eq!(enter(&browser, &page, &typed).await.status, status, "a right one forgives");
    }
}

/// Who knows the password keeps nobody out who has kept their recovery codes.
#[actix_web::test]
async fn wrong_codes_never_keep_a_recovery_code_from_counting() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let phone = Phone::set_up(&app, &ada).await;
    let thief = app.guest();
    let mut page = half_way(&thief, "ada").await;
    for _ in 0..5 {
        page = enter(&thief, &page, "000000").await;
    }
    assert_eq!(enter(&thief, &page, "000000").await.status, StatusCode::TOO_MANY_REQUESTS);
    let browser = app.guest();
    let form = half_way(&browser, "ada").await.form("Sign in");
    let page = browser.submit(&form.fill("Recovery code", &phone.recovery[0])).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let browser = app.guest();
    let page = half_way(&browser, "ada").await;
    let page = enter(&browser, &page, &phone.code(&app)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "and with that the app counts again");
    let browser = app.guest();
    let wrong = "aaaaaa-aaaaaa-aaaaaa-aaaaaa";
    let form = half_way(&browser, "ada").await.form("Sign in").fill("Recovery code", wrong);
    for _ in 0..30 {
        assert_eq!(browser.submit(&form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(
        browser.submit(&form).await.status,
        StatusCode::TOO_MANY_REQUESTS,
        "work is bounded"
    );
}

#[actix_web::test]
async fn a_code_counts_in_either_field_and_what_is_none_costs_no_try() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let phone = Phone::set_up(&app, &ada).await;
    let browser = app.guest();
    let page = half_way(&browser, "ada").await;
    for typed in ["12345", "1234567", &phone.recovery[0][1..], "hunter2", "12345", "a code"] {
        let page = enter(&browser, &page, typed).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(page.error("Code").contains("six digits"), "{}", page.text);
    }
    assert!(page.says("Lost both? An administrator or your operator can turn"), "{}", page.text);
    let page = enter(&browser, &page, &phone.recovery[0].to_uppercase()).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert!(browser.open("/account").await.says("9 recovery codes are left."));
    let browser = app.guest();
    let form = half_way(&browser, "ada").await.form("Sign in");
    let page = browser.submit(&form.fill("Recovery code", &phone.code(&app))).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
}

/// Whoever reads somebody's mail has their link, and not their phone.
#[actix_web::test]
async fn a_link_leads_no_further_than_the_password_where_a_second_factor_is_set_up() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let phone = Phone::set_up(&app, &ada).await;
    let path = makes_link(&app, &bo, ada.id.as_str()).await;
    let browser = app.guest();
    let page = sets(&browser, &path, NEW).await;
    assert_eq!((page.status, page.heading()), (StatusCode::OK, "Enter your code".to_owned()));
    assert_eq!(browser.get("/account/tokens").await.status, StatusCode::SEE_OTHER, "not yet");
    let page = enter(&browser, &page, &phone.code(&app)).await;
    assert_eq!(page.location().as_deref(), Some("/account/tokens"));
    assert_eq!(browser.get("/account/tokens").await.status, StatusCode::OK);
}
