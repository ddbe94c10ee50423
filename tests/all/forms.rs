//! Forms: only ours, only in the browser they were made for, and nothing typed is lost.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

use crate::support::App;
use crate::support::form::FormOnPage;
use crate::support::people::{PASSWORD, Person, sign_in};

async fn filled(ada: &Person) -> FormOnPage {
    let form = ada.opens("/account/tokens/new").await.form("Generate token");
    form.fill("Name", "CI runner")
        .choose("Git", "Read")
        .choose("Builds", "Read & write")
        .fill("Expires", "30")
        .fill("Your password", PASSWORD)
}

async fn tokens(app: &App) -> i64 {
    app.database.count("SELECT count(*) AS n FROM tokens").await
}

/// Every form of the product, as its path: `tests/tidy.rs` checks that none is missing.
pub const FORMS: [&str; 48] = [
    "/setup",
    "/sign-in",
    "/sign-in/code",
    "/sign-in/passkey",
    "/sign-out",
    "/account",
    "/account/password",
    "/account/second-factor",
    "/account/second-factor/removal",
    "/account/passkeys",
    "/account/passkeys/{id}/removal",
    "/account/recovery-codes",
    "/account/sessions",
    "/account/confirmation",
    "/account/deletion",
    "/forgotten",
    "/join/{code}",
    "/admin/people",
    "/admin/people/{id}",
    "/admin/people/{id}/standing",
    "/admin/people/{id}/second-factor/reset",
    "/admin/people/{id}/deletion",
    "/admin/people/{id}/revocation",
    "/admin/people/{id}/sessions",
    "/admin/people/{id}/link",
    "/admin/callers",
    "/admin/callers/{service}/secret",
    "/admin/callers/{service}/removal",
    "/admin/tokens/search",
    "/admin/tokens/revocation",
    "/account/tokens",
    "/account/tokens/search",
    "/account/tokens/revocation",
    "/account/tokens/{id}",
    "/account/tokens/{id}/secret",
    "/account/tokens/{id}/pause",
    "/account/tokens/{id}/overlap",
    "/service-accounts",
    "/service-accounts/{account}/hand-over",
    "/service-accounts/{account}/standing",
    "/service-accounts/{account}/deletion",
    "/service-accounts/{account}/tokens",
    "/service-accounts/{account}/tokens/search",
    "/service-accounts/{account}/tokens/revocation",
    "/service-accounts/{account}/tokens/{id}",
    "/service-accounts/{account}/tokens/{id}/secret",
    "/service-accounts/{account}/tokens/{id}/pause",
    "/service-accounts/{account}/tokens/{id}/overlap",
];

/// CSRF-01, CSRF-02
#[actix_web::test]
async fn no_form_works_without_its_own_token() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    let hers = bo.opens("/account").await.form("Save profile").value("csrf");
    let own = ada.opens("/account").await.form("Save profile").value("csrf");
    assert_ne!(hers, own);
    for path in FORMS {
        for token in [None, Some(""), Some("invented"), Some(hers.as_str()), Some(&own[1..])] {
            let token = token.map(|token| ("csrf".to_owned(), token.to_owned()));
            let fields: Vec<_> = token.into_iter().collect();
            let page = ada.browser.post(path, &fields).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} {fields:?}");
        }
        // CSRF-05
        let page = ada.browser.post(&format!("{path}?csrf={own}"), &[]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}: a token in the query");
    }
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::OK, "still signed in");
}

/// CSRF-03, CSRF-07
#[actix_web::test]
async fn a_form_from_another_site_is_refused_even_with_the_right_token() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:1"),
        ("origin", ""),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-mode", "cors"),
    ] {
        let form = filled(&ada).await;
        let request = ada.browser.request(Method::POST, &form.action).form(&form.fields);
        let page = ada.browser.send(request.header(name, value)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{name}: {value}");
        let guest = app.guest();
        let form = guest.open("/sign-in").await.form("Sign in");
        let form = form.fill("Username", "ada").fill("Password", PASSWORD);
        let request = guest.request(Method::POST, &form.action).form(&form.fields);
        let page = guest.send(request.header(name, value)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "sign-in, {name}: {value}");
    }
    assert_eq!(tokens(&app).await, 0);
}

/// CSRF-08
#[actix_web::test]
async fn honest_browsers_old_and_new_are_served() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let new = [
        ("origin", app.base.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "navigate"),
    ];
    for headers in [&new[..], &new[..1], &[]] {
        let form = filled(&ada).await.fill("Name", &format!("t{}", headers.len()));
        let request = ada.browser.request(Method::POST, &form.action).form(&form.fields);
        let add = |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| {
            request.header(*name, *value)
        };
        let page = ada.browser.send(headers.iter().fold(request, add)).await;
        assert_eq!(page.status, StatusCode::OK, "{headers:?}");
    }
}

/// CSRF-04
#[actix_web::test]
async fn the_same_data_by_get_changes_nothing() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let form = filled(&ada).await.forged("_method", "POST");
    let request = ada.browser.request(Method::GET, &form.action).query(&form.fields);
    ada.browser.send(request).await;
    assert_eq!(tokens(&app).await, 0);
}

/// CSRF-06, LIM-08
#[actix_web::test]
async fn bodies_that_are_no_form_are_refused() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let form = filled(&ada).await;
    let body =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
    for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
        let request = ada.browser.request(Method::POST, &form.action).body(body.clone());
        let request = if kind.is_empty() { request } else { request.header("content-type", kind) };
        let page = ada.browser.send(request).await;
        assert_eq!(page.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert_eq!(page.heading(), "That didn’t work");
    }
    assert_eq!(tokens(&app).await, 0);
    let page = ada.browser.post_raw(&form.action, body).await;
    assert_eq!(page.status, StatusCode::OK, "and the same body as a form works");
}

/// LIM-07, LIM-08
#[actix_web::test]
async fn huge_broken_and_doubled_fields_are_answered_in_the_products_own_pages() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let csrf = filled(&ada).await.value("csrf");
    for (body, status, says) in [
        (format!("csrf={csrf}&name=%FF%FE"), StatusCode::BAD_REQUEST, "not UTF-8"),
        (format!("csrf={csrf}&name=a&name=b"), StatusCode::BAD_REQUEST, "sent twice"),
        (
            format!("csrf={csrf}&name={}", "x".repeat(200_000)),
            StatusCode::PAYLOAD_TOO_LARGE,
            "more than",
        ),
    ] {
        let page = ada.browser.post_raw("/account/tokens", body).await;
        assert_eq!(page.status, status, "{says}");
        assert!(page.says(says) && page.says("Nothing was changed"), "{}", page.text);
    }
    let raw = ada.browser.post_raw("/account/tokens", vec![0xff, 0xfe, b'=', 0x00]).await;
    assert_eq!(raw.status, StatusCode::BAD_REQUEST);
    let many: String = (0..20_000).map(|at| format!("a{at}=&")).collect();
    let page = ada.browser.post_raw("/account/tokens", many).await;
    assert!(page.status.is_client_error());
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::OK, "unharmed");
}

/// CSRF-09
#[actix_web::test]
async fn a_session_that_ends_in_the_middle_of_the_form_loses_nothing_that_was_typed() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let form = filled(&ada).await.fill("Expires", "custom").fill("Last day it works", "2027-01-05");
    app.wait(TimeDelta::hours(3));
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let place = page.location().expect("a place");
    assert!(!place.contains("plum") && !place.contains("csrf"), "no password on the way: {place}");
    let page = ada.opens(&place).await;
    assert!(page.says("You were signed out") && page.says("Sign in to go on"));
    let form = page.form("Sign in").fill("Username", "ada").fill("Password", PASSWORD);
    let page = ada.browser.submit(&form).await;
    let page = ada.opens(&page.location().expect("a place")).await;
    assert_eq!(page.field("Name"), "CI runner");
    assert_eq!(page.field("Last day it works"), "2027-01-05");
    assert_eq!(page.count("[name='access.git'][value=read][checked]"), 1);
    assert_eq!(page.count("[name='access.builds'][value=write][checked]"), 1);
    let page =
        ada.browser.submit(&page.form("Generate token").fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::OK);
}

/// CSRF-09
#[actix_web::test]
async fn a_form_that_was_open_too_long_says_so_and_keeps_what_was_typed() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let form = filled(&ada).await;
    // Signed in anew in the same browser: the form's token belongs to the older session.
    sign_in_again(&ada).await;
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.says("This form was open too long. Check it and send it again."));
    let page = ada.opens(&page.link("Go back to the form").expect("a link")).await;
    assert_eq!(page.field("Name"), "CI runner");
    assert_eq!(tokens(&app).await, 0);
    let guest = app.guest();
    let form = guest.open("/sign-in").await.form("Sign in");
    let form = form.fill("Username", "ada").fill("Password", PASSWORD).forged("csrf", "stale");
    let page = guest.submit(&form).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(page.field("Username"), "ada");
    assert!(page.alert().contains("open too long"));
    let form = page.form("Sign in").fill("Password", PASSWORD);
    assert_eq!(guest.submit(&form).await.status, StatusCode::SEE_OTHER);
}

async fn sign_in_again(ada: &Person) {
    let page = ada.opens("/account").await;
    ada.browser.submit(&page.form("Sign out")).await;
    let page = sign_in(&ada.browser, &ada.name, PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}
