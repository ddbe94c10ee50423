//! The form.

use reqwest::StatusCode;

use crate::support::App;

#[actix_web::test]
async fn each_choice_of_expiry_names_its_day() {
    let app = App::start().await;
    let page = app.member("ada").await.opens("/account/tokens/new").await;
    for choice in [
        "In 7 days (29 November 2026)",
        "In 30 days (22 December 2026)",
        "In 90 days (20 February 2027)",
        "In 1 year (22 November 2027)",
        "On a date I choose",
        "Never",
    ] {
        assert!(page.says(choice), "{choice}");
    }
    assert_eq!(page.field("Expires"), "90");
    let range = |name| page.attribute("Last day it works", name);
    assert_eq!(range("min").as_deref(), Some("2026-11-23"));
    assert_eq!(range("max").as_deref(), Some("2027-11-22"));
}

#[actix_web::test]
async fn every_service_has_none_read_and_read_and_write() {
    let app = App::start().await;
    let page = app.member("ada").await.opens("/account/tokens/new").await;
    assert_eq!(page.count("[role=radiogroup]"), 12);
    assert_eq!(page.count("[role=radiogroup] input:not([value=methods])"), 36);
    assert_eq!(page.count("[value=none][checked]"), 12, "nothing is granted by default");
    assert_eq!(
        page.count("[name='access.audit'][value=write][disabled]"),
        1,
        "read only by design"
    );
    assert!(page.says("All 12 services stay closed"));
}

#[actix_web::test]
async fn a_link_fills_the_form_in_and_sends_nothing() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let link = "/account/tokens/new?name=CI%20runner&expires=30&read=git,mail&write=builds";
    let page = ada.opens(link).await;
    assert_eq!(page.field("Name"), "CI runner");
    assert_eq!(page.field("Expires"), "30");
    assert_eq!(page.count("[name='access.git'][value=read][checked]"), 1);
    assert_eq!(page.count("[name='access.builds'][value=write][checked]"), 1);
    assert!(page.says("9 other services stay closed") && page.says("22 December 2026"));
    let page = ada.opens("/account/tokens/new?expires=2027-01-05&read=nonsense").await;
    assert_eq!(
        (page.field("Expires"), page.field("Last day it works")),
        ("custom".into(), "2027-01-05".into())
    );
    assert_eq!(page.count("[value=none][checked]"), 12);
    assert!(ada.opens("/account/tokens").await.says("No tokens yet"));
}

#[actix_web::test]
async fn the_policy_shapes_the_form() {
    let file = latchkey::config::SAMPLE.replace("longest = \"365d\"", "longest = \"60d\"");
    let file = file
        .replace("default = \"90d\"", "default = \"14d\"")
        .replace("never = true", "never = false");
    let app = App::with(&file, &[]).await;
    let ada = app.member("ada").await;
    let page = ada.opens("/account/tokens/new").await;
    assert_eq!(page.field("Expires"), "14");
    assert!(!page.says("In 90 days") && page.count("option[value=never]") == 0);
    for (expires, sentence) in [
        ("never", "Choose a day: tokens here always expire"),
        ("90", "Choose a day from 23 November 2026 to 21 January 2027"),
    ] {
        let page = ada.generates("x").expiring(expires).with("Git", "Read").page().await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.error("Expires"), sentence);
    }
}

#[actix_web::test]
async fn a_viewer_is_told_instead_of_offered_a_form() {
    let app = App::start().await;
    let vera = app.viewer("vera").await;
    let page = vera.opens("/account/tokens/new").await;
    assert!(page.says("Your role lets you use and revoke tokens, not generate them"));
    assert!(!page.has_field("Name"));
    assert!(vera.opens("/account/tokens").await.link("Generate your first token").is_none());
}
