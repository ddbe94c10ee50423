//! `/admin/callers/{service}/secret`: another secret for a service that asks.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::caller::basic;
use crate::support::people::{PASSWORD, Person};

pub async fn asks(app: &App, secret: &str) -> StatusCode {
    let form = [("token", "nonsense")];
    app.machine().submits("/introspect", Some(&basic("git", secret)), &form).await.status
}

/// Gives git its first secret, through the pages.
pub async fn adds(bo: &Person) -> String {
    let form = bo.opens("/admin/callers/new").await.form("Add caller").fill("Service", "git");
    let page = bo.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.labelled("Secret of the caller").expect("the secret")
}

#[actix_web::test]
async fn an_administrator_gives_a_caller_another_secret_and_the_old_one_goes_on_as_long_as_chosen()
{
    let app = App::start().await;
    let bo = app.admin("bo").await;
    let first = adds(&bo).await;
    let path = "/admin/callers/git/secret";
    let form = bo.opens(path).await.form("Make secret").fill("Present secret stops working", "1");
    let form = form.fill("Your password", PASSWORD);
    let page = bo.browser.submit(&form).await;
    assert!(page.says("git has a new secret. The old one works until 22 November 2026, 19:00"));
    let second = page.labelled("Secret of the caller").expect("the secret");
    assert_eq!([asks(&app, &first).await, asks(&app, &second).await], [StatusCode::OK; 2]);
    let list = bo.opens("/admin/callers").await;
    assert!(list.row("git").expect("a row").join(" ").contains("works until"));
    assert!(!list.text.contains(&second[14..]) && !list.text.contains(&first[14..]));
    app.wait(TimeDelta::minutes(61));
    assert_eq!(asks(&app, &first).await, StatusCode::UNAUTHORIZED);
    // Sent again, by a reload.
    let page = bo.browser.submit(&form).await;
    assert_eq!((page.status, page.heading()), (StatusCode::CONFLICT, "Already shown".to_owned()));
    assert_eq!(asks(&app, &second).await, StatusCode::OK, "nothing was done twice");
}

#[actix_web::test]
async fn a_secret_is_made_with_the_password_alone_and_for_a_caller_that_there_is() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    assert_eq!(bo.opens("/admin/callers/git/secret").await.status, StatusCode::NOT_FOUND);
    let first = adds(&bo).await;
    let form = bo.opens("/admin/callers/git/secret").await.form("Make secret");
    for (password, overlap, says) in [
        ("", "0", "Enter your password"),
        ("not my password", "0", "That password isn’t right."),
        (PASSWORD, "soon", "Choose when the present secret stops"),
    ] {
        let form = form.clone().fill("Your password", password).forged("overlap", overlap);
        let page = bo.browser.submit(&form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.says(says), "{says}");
    }
    assert_eq!(asks(&app, &first).await, StatusCode::OK);
}
