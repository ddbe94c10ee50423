//! Making accounts, by administrators.

use latchkey::domain::password::Password;
use latchkey::domain::user::Role;
use latchkey::manage::service_accounts::Hand;
use reqwest::StatusCode;

use super::{LIST, actor, id, name, new, secret};
use crate::support::App;
use crate::support::people::PASSWORD;
use crate::teams::file;

/// SVC-09
#[actix_web::test]
async fn an_administrator_adds_an_account_and_its_team_generates_a_token() {
    let app = App::with(&file(), &[]).await;
    let (root, ada) = (app.admin("root").await, app.member("ada").await);
    app.joins("ada", "platform").await;
    assert!(root.opens("/service-accounts").await.says("No service accounts yet"));
    assert!(ada.opens("/service-accounts").await.says("None of your teams has one"));
    let form = root.opens("/service-accounts/new").await.form("Add service account");
    let form = form.fill("Name", "Night build").fill("Username", "night-build");
    let page = root.browser.submit(&form.clone().fill("Your password", PASSWORD)).await;
    assert_eq!(page.error("Team"), "Choose the team that it belongs to");
    assert_eq!(page.field("Name"), "Night build", "what was typed stays");
    let form = form.fill("Team", "platform");
    let page = root.browser.submit(&form.clone()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "without a password");
    let form = form.fill("Your password", PASSWORD);
    let page = root.browser.submit(&form).await;
    assert_eq!(page.location().as_deref(), Some(LIST));
    let again = root.browser.submit(&form).await;
    assert_eq!(again.error("Username"), "There already is a service account named night-build");
    secret(&ada, "Deploys", &[("Builds", "Read")]).await;
    let row = root.opens("/service-accounts").await.row("Night build").expect("its row");
    assert!(row.iter().any(|cell| cell.contains("Platform")), "{row:?}");
    assert_eq!(ada.browser.get("/service-accounts/new").await.status, StatusCode::NOT_FOUND);
}

/// SVC-09: at the request, and again in the transaction of the change.
#[actix_web::test]
async fn who_is_no_administrator_any_more_does_nothing_to_an_account() {
    let (app, _ada) = super::app().await;
    let (root, _other) = (app.admin("root").await, app.admin("other").await);
    let (manage, now) = (&app.application.manage, app.now());
    let actor = actor(&app, &root).await;
    app.gives_role("root", Role::Member).await;
    let hand = async || {
        let by = manage.confirm(&actor, Password::typed(PASSWORD), now).await;
        Hand::Administrator(Box::new(by.expect("her password")))
    };
    let another = manage.add_service_account(hand().await, new(), now).await.map(drop);
    let web = "web".to_owned();
    let handed = manage.hand_over(hand().await, name(), None, web, now).await.map(drop);
    let disabled = manage.disable_account(hand().await, name(), now).await.map(drop);
    let deleted = manage.delete_service_account(hand().await, name(), now).await.map(drop);
    for done in [another, handed, disabled, deleted] {
        assert!(format!("{:?}", done.expect_err("it was done")).contains("NotFound"));
    }
    assert!(manage.service_account_of(&actor, name()).await.is_err(), "nor seen");
    let account = manage.service_account(name()).await.expect("it is there").account;
    assert_eq!((account.id, account.disabled), (id(&app).await, None));
}

/// SVC-08: who comes first is asked to set the instance up, whatever the operator has made before.
#[actix_web::test]
async fn an_account_alone_leaves_the_set_up_to_the_first_person() {
    let app = App::with(&file(), &[]).await;
    let manage = &app.application.manage;
    let made = manage.add_service_account(Hand::Operator, new(), app.now()).await;
    made.unwrap_or_else(|failure| panic!("{failure:?}"));
    assert!(manage.setup_code().await.expect("read").is_some());
}
