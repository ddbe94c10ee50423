//! What happened to an account, for the people of its team.

use reqwest::StatusCode;

use super::{LIST, app, page_of, secret};
use crate::support::people::{PASSWORD, Person};

const PLACE: &str = "/service-accounts/night-build/activity";

/// SVC-02, on `/service-accounts/{account}/activity`.
#[actix_web::test]
async fn its_team_reads_all_that_happened_to_an_account_and_who_did_it() {
    let (app, ada) = app().await;
    let (root, eve) = (app.admin("root").await, app.member("eve").await);
    secret(&ada, "Deploys", &[("Builds", "Read")]).await;
    let token = page_of(&app, "Deploys").await.rsplit('/').next().expect("an id").to_owned();
    revokes(&root).await;
    let page = ada.opens(&ada.opens(LIST).await.link("What happened to it").expect("a way")).await;
    let lines = page.each("main ul.log li");
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (line, parts) in [
        (0, ["Revoked", "“Deploys”", "By “root Nyström”"]),
        (1, ["Generated", "“Deploys”", "By you"]),
        (2, ["Account made", "A service account of “Platform”.", "On the command line"]),
    ] {
        assert!(parts.iter().all(|part| lines[line].contains(part)), "{}", lines[line]);
    }
    assert!(!lines[0].contains("administrator"), "{}", lines[0]);
    let one = ada.opens(&format!("{PLACE}?token={token}&kind=token_revoked")).await;
    assert_eq!(one.each("main ul.log li").len(), 1, "{}", one.text);
    assert_eq!(one.link("Show all activity").as_deref(), Some(PLACE));
    assert!(!ada.opens("/account/activity").await.says("Deploys"), "her own alone");
    let own = ada.opens(&format!("/account/activity?token={token}")).await;
    assert!(own.says("There is no such token") && !own.says("Deploys"), "{}", own.text);
    app.hands_over("night-build", "web").await;
    app.joins("eve", "web").await;
    assert!(eve.opens(PLACE).await.says("From “Platform” to “Web”."), "and who has it now");
    assert_eq!(ada.browser.get(PLACE).await.status, StatusCode::NOT_FOUND);
}

async fn revokes(root: &Person) {
    let link = root.opens(LIST).await.link("Revoke Deploys").expect("a link");
    let form = root.opens(&link).await.form("Revoke token");
    root.browser.submit(&form.fill("Your password", PASSWORD)).await;
}
