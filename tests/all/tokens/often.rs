//! How often a token may be used: in the form, the list, copies and edits.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::form::FormOnPage;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person};

const FIELD: &str = "Requests a minute";

async fn generates(ada: &Person, name: &str, limit: &str) -> Page {
    let form = ada.opens("/account/tokens/new").await.form("Generate token");
    let form = form.fill("Name", name).choose("Git", "Read").fill(FIELD, limit);
    ada.browser.submit(&form.fill("Your password", PASSWORD)).await
}

async fn form(app: &App, ada: &Person, name: &str) -> FormOnPage {
    let page = ada.opens(&ada.page_of(app, name).await).await;
    page.form("Save changes").fill("Your password", PASSWORD)
}

async fn saves(ada: &Person, form: FormOnPage) -> Page {
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    ada.opens(&page.location().expect("a place")).await
}

#[actix_web::test]
async fn a_limit_is_chosen_told_and_copied() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    assert!(generates(&ada, "CI", " 60 ").await.secret().is_some());
    assert!(generates(&ada, "Free", "").await.secret().is_some());
    let path = ada.page_of(&app, "CI").await;
    let page = ada.opens(&path).await;
    assert_eq!(page.field(FIELD), "60");
    assert!(page.says("60 requests a minute"), "{}", page.text);
    let row = ada.sees("CI").await.expect("a row").join(" ");
    assert!(row.contains("At most 60 requests a minute"), "{row}");
    let row = ada.sees("Free").await.expect("a row").join(" ");
    assert!(!row.contains("a minute"), "{row}");
    let id = path.replace("/account/tokens/", "");
    let copy = ada.opens(&format!("/account/tokens/new?from={id}")).await;
    assert_eq!(copy.field(FIELD), "60");
    let page = ada.regenerates(&app, "CI", "0").await;
    assert!(page.secret().is_some());
    assert_eq!(ada.opens(&path).await.field(FIELD), "60", "a new value keeps it");
}

#[actix_web::test]
async fn a_limit_that_is_none_is_refused_beside_its_field() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    for wrong in ["0", "-5", "ten", "1.5", "100001"] {
        let page = generates(&ada, "CI", wrong).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            page.error(FIELD),
            "Enter a whole number from 1 to 100000, or leave it empty for no limit"
        );
        assert_eq!(page.field(FIELD), wrong, "what was typed stays");
    }
}

#[actix_web::test]
async fn raising_or_removing_a_limit_is_a_widening() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    generates(&ada, "CI", "").await;
    let widened = "SELECT count(*) AS n FROM events WHERE kind = 'token_widened'";
    let sentence = "It works for at most 60 requests a minute, before as often as it is used.";
    for (limit, total, sentence) in [
        ("60", 0, sentence),
        ("10", 0, "before for at most 60 requests a minute"),
        ("11", 1, "It works for at most 11 requests a minute"),
        ("", 2, "It works as often as it is used, before for at most 11 requests a minute."),
    ] {
        let page = saves(&ada, form(&app, &ada, "CI").await.fill(FIELD, limit)).await;
        assert!(page.says(sentence), "{limit}: {}", page.text);
        assert_eq!(app.database.count(widened).await, total, "{limit}");
    }
    let unchanged = saves(&ada, form(&app, &ada, "CI").await).await;
    assert_eq!(unchanged.status_message(), "Nothing was changed.");
}

#[actix_web::test]
async fn where_tokens_can_only_be_narrowed_a_limit_can_only_be_lowered() {
    let file = "[policy]\nedits = \"narrow\"\n[[services]]\nkey = \"git\"\nname = \"Git\"\n";
    let app = App::with(file, &[]).await;
    let ada = app.member("ada").await;
    generates(&ada, "CI", "60").await;
    saves(&ada, form(&app, &ada, "CI").await.fill(FIELD, "30")).await;
    for wider in ["31", ""] {
        let page = ada.browser.submit(&form(&app, &ada, "CI").await.fill(FIELD, wider)).await;
        assert!(page.error(FIELD).starts_with("Here a token can only be narrowed"));
    }
}

#[actix_web::test]
async fn a_services_own_limit_is_told_where_it_is_chosen() {
    let file = "[[services]]\nkey = \"git\"\nname = \"Git\"\naccess = \"read\"\nper_minute = 600\n";
    let app = App::with(file, &[]).await;
    let page = app.member("ada").await.opens("/account/tokens/new").await;
    assert!(page.says("Can only be read. At most 600 requests a minute"), "{}", page.text);
}
