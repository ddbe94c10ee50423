//! Links that fill the form in, and tokens as templates.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::PASSWORD;

#[actix_web::test]
async fn a_link_fills_in_every_part_and_lists_what_means_nothing_here() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let link = "/account/tokens/new?name=CI&description=On%20nas&expires=45&read=git,nonsense&write=builds&set=nope&networks=192.0.2.7&per_minute=60&colour=red";
    let page = ada.opens(link).await;
    assert_eq!(page.field("Name"), "CI");
    assert_eq!(page.field("Description (optional)"), "On nas");
    assert_eq!(page.field("Last day it works"), "2027-01-06", "a number of days is a day");
    assert_eq!(page.field("Allowed addresses"), "192.0.2.7");
    assert_eq!(page.field("Requests a minute"), "60");
    assert_eq!(page.count("[name='access.git'][value=read][checked]"), 1);
    assert_eq!(page.count("[name='access.builds'][value=write][checked]"), 1);
    for left_out in ["service “nonsense”", "set “nope”", "colour “red”"] {
        assert!(page.says(left_out), "{left_out}: {}", page.text);
    }
    let page = ada.opens("/account/tokens/new?expires=soon").await;
    assert!(page.says("expires “soon”") && page.field("Expires") == "90");
    let page = ada.opens("/account/tokens/new?name=a&name=b").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.says("the link itself: it names something twice"));
    assert!(
        ada.opens("/account/tokens").await.says("No tokens yet"),
        "none of them sends the form"
    );
}

#[actix_web::test]
async fn a_link_to_the_form_as_it_stands_brings_it_back() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let form = ada.opens("/account/tokens/new").await.form("Generate token");
    let form = form.fill("Name", "CI & co").fill("Description (optional)", "two\nlines");
    let form = form.fill("Expires", "custom").fill("Last day it works", "2027-01-05");
    let form = form.fill("Allowed addresses", "192.0.2.7").fill("Requests a minute", "60");
    let form = form.fill("Your password", PASSWORD);
    let form = form.choose("Git", "Read & write").choose("Mail", "Read").press("link", "yes");
    let page = ada.browser.submit(&form).await;
    let link = page.labelled("Link to this form").expect("the link");
    assert!(!link.contains("tractor") && link.starts_with(&app.base), "{link}");
    let page = ada.opens(link.strip_prefix(&app.base).expect("a path")).await;
    assert_eq!(page.field("Name"), "CI & co");
    assert_eq!(page.field("Description (optional)"), "two\nlines");
    assert_eq!(page.field("Last day it works"), "2027-01-05");
    assert_eq!(page.field("Allowed addresses"), "192.0.2.7");
    assert_eq!(page.field("Requests a minute"), "60");
    assert_eq!(page.count("[name='access.git'][value=write][checked]"), 1);
    assert_eq!(page.count("[name='access.mail'][value=read][checked]"), 1);
    assert!(!page.says("were left out"));
}

#[actix_web::test]
async fn a_token_is_a_template_for_another() {
    let app = App::start().await;
    let (ada, eve) = (app.member("ada").await, app.member("eve").await);
    ada.generates("CI").with("Git", "Read & write").with("Mail", "Read").await;
    let id = ada.page_of(&app, "CI").await.replace("/account/tokens/", "");
    let page = ada.opens(&format!("/account/tokens/new?from={id}")).await;
    assert_eq!(page.field("Name"), "", "names are unique");
    assert_eq!(page.count("[name='access.git'][value=write][checked]"), 1);
    assert_eq!(page.count("[name='access.mail'][value=read][checked]"), 1);
    let form = page.form("Generate token").fill("Name", "CI 2").fill("Your password", PASSWORD);
    assert!(ada.browser.submit(&form).await.secret().is_some());
    let hers = eve.browser.get(&format!("/account/tokens/new?from={id}")).await;
    assert_eq!(hers.status, StatusCode::NOT_FOUND);
    assert!(ada.opens("/account/tokens/new?from=nonsense").await.says("from “nonsense”"));
}

#[actix_web::test]
async fn an_edit_cut_off_by_the_end_of_a_session_goes_on_after_signing_in() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    let path = ada.page_of(&app, "CI").await;
    let form = ada.opens(&path).await.form("Save changes").fill("Name", "CI 2");
    let form = form.choose("Git", "None").choose("Mail", "Read").fill("Your password", PASSWORD);
    app.wait(chrono::TimeDelta::hours(3));
    let page = ada.browser.submit(&form).await;
    let page = ada.opens(&page.location().expect("the way to sign in")).await;
    let form = page.form("Sign in").fill("Username", "ada").fill("Password", PASSWORD);
    let page = ada.browser.submit(&form).await;
    let page = ada.opens(&page.location().expect("the way back")).await;
    assert_eq!((page.heading().as_str(), page.field("Name").as_str()), ("CI", "CI 2"));
    assert_eq!(page.count("[name='access.git'][value=none][checked]"), 1);
    assert_eq!(page.count("[name='access.mail'][value=read][checked]"), 1);
}
