//! `/admin/tokens/search`: whose a value is, without the value in any address.

use reqwest::StatusCode;

use crate::all_tokens::PATH;
use crate::support::App;
use crate::support::page::Page;
use crate::support::people::Person;

async fn finds(bo: &Person, words: &str) -> Page {
    let form = bo.opens(&format!("{PATH}?show=all")).await.form("Find tokens");
    assert_eq!(form.action, "/admin/tokens/search");
    let page = bo.browser.submit(&form.fill("Name, owner or value", words)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    page
}

/// ONCE-03
#[actix_web::test]
async fn a_pasted_value_leads_to_its_token_whoever_owns_it_and_is_in_no_address() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let secret = ada.generates("CI").with("Git", "Read").await;
    ada.generates("Other").with("Git", "Read").await;
    let page = finds(&bo, &secret).await;
    let place = page.location().expect("a place");
    assert!(place.starts_with("/admin/tokens?token=") && !place.contains(&secret), "{place}");
    let page = bo.opens(&place).await;
    assert_eq!(page.names(), ["CI"]);
    assert_eq!(page.status_message(), "That value is “CI” of ada.");
    assert!(!page.text.contains(&secret));
    // By hand in an address, it is led away from.
    let page = bo.browser.get(&format!("{PATH}?q={secret}")).await;
    assert!(!page.location().expect("elsewhere").contains(&secret));
    let file = bo.browser.get(&format!("{PATH}/export?format=csv&q={secret}")).await;
    assert_eq!(file.status, StatusCode::NOT_FOUND);
    ada.revokes("CI").await;
    let page = bo.opens(&finds(&bo, &secret).await.location().expect("a place")).await;
    assert!(page.status_message().starts_with("That value was “CI” of ada, revoked on "));
    let other = format!("lk_{}", "0".repeat(36));
    let page = bo.opens(&finds(&bo, &other).await.location().expect("a place")).await;
    assert_ne!(page.status_message(), "");
}

#[actix_web::test]
async fn words_and_what_narrows_the_list_down_lead_to_the_list() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let form = bo.opens(&format!("{PATH}?show=all&sort=name")).await.form("Find tokens");
    let form = form.fill("Name, owner or value", "ci x").fill("Owner’s username", "ada");
    let form = form.fill("Service", "git").fill("Age", "30").fill("Unused for", "90");
    let page = bo.browser.submit(&form).await;
    let place = "/admin/tokens?show=all&sort=name&q=ci%20x&owner=ada&service=git&age=30&unused=90";
    assert_eq!(page.location().as_deref(), Some(place));
    let ada = app.member("ada").await;
    let page = bo.opens(place).await;
    for (label, value) in
        [("Name, owner or value", "ci x"), ("Owner’s username", "ada"), ("Unused for", "90")]
    {
        assert_eq!(page.field(label), value);
    }
    let csrf = ada.opens("/account").await.form("Save profile").value("csrf");
    let page = ada.browser.submit(&form.forged("csrf", &csrf)).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "not for members");
}
