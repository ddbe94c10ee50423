//! `/account/deletion`: the end of one's own account.

use reqwest::StatusCode;

use crate::callers::beside;
use crate::cli::{err, out};
use crate::people::{invites, path_of};
use crate::support::App;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person, sign_in};

async fn deletes(person: &Person, typed: &str, password: &str) -> Page {
    let form = person.opens("/account/deletion").await.form("Delete account");
    let form = form.fill("Your username", typed).fill("Your password", password);
    person.browser.submit(&form).await
}

#[actix_web::test]
async fn somebody_who_deletes_their_account_is_gone_with_their_tokens_and_stays_in_the_log() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let other = app.member("bo").await;
    let (secret, his) = (
        ada.generates("CI").with("Git", "Read").await,
        other.generates("x").with("Git", "Read").await,
    );
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    let elsewhere = ada.elsewhere().await;
    let page = ada.opens("/account").await;
    let page = ada.opens(&page.link("Delete your account").expect("a link")).await;
    assert!(page.says("1 token stops working at once") && page.says("“CI”"));
    let page = deletes(&ada, "Ada", PASSWORD).await;
    assert_eq!((page.status, page.heading()), (StatusCode::OK, "Goodbye".to_owned()));
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(app.machine().verifies(&his, "git", "read").await, StatusCode::OK);
    for browser in [&ada.browser, &elsewhere] {
        assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
    }
    let unknown = sign_in(&app.guest(), "nobody", PASSWORD).await;
    let page = sign_in(&app.guest(), "ada", PASSWORD).await;
    assert_eq!((page.status, page.alert()), (unknown.status, unknown.alert()));
    // The last uses are written although nobody is there to have them.
    app.write_uses().await;
    let everything = app.database.everything().await;
    assert!(everything.contains("person_deleted ada, called “ada Nyström”."), "{everything}");
    assert!(everything.contains("token_revoked “CI”, with the account."), "{everything}");
    assert!(everything.contains("token_generated “CI”"), "what was before stays: {everything}");
}

/// SUDO-01, SUDO-02
#[actix_web::test]
async fn no_account_is_deleted_without_its_password_and_its_name() {
    let app = App::with(latchkey::config::SAMPLE, &[("confirm_window", "15m")]).await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    let page = deletes(&ada, "", "").await;
    assert!(page.alert().starts_with("Check 2 things"), "in any window: {}", page.alert());
    assert_eq!(page.error("Your username"), "Type your username, ada");
    let page = deletes(&ada, "ada", "wrong").await;
    assert_eq!(page.error("Your password"), "That password isn’t right. Nothing was changed");
    assert_eq!(page.field("Your username"), "ada");
    let page = deletes(&ada, "bo", PASSWORD).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ada.opens("/account").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn the_last_administrator_stays() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    invites(&bo, "Ida", "ida", "").await;
    app.database.run("UPDATE users SET role = 'admin' WHERE name = 'ida'").await;
    Person::add(&app, "off", "admin").await;
    app.disables("off").await;
    let page = deletes(&bo, "bo", PASSWORD).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.alert().contains("You are the last administrator"), "{}", page.alert());
    Person::add(&app, "cy", "admin").await;
    assert_eq!(deletes(&bo, "bo", PASSWORD).await.heading(), "Goodbye");
}

#[actix_web::test]
async fn a_deleted_persons_username_goes_to_another_person_by_invitation_alone() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let secret = ada.generates("CI").with("Git", "Read").await;
    assert_eq!(deletes(&ada, "ada", PASSWORD).await.heading(), "Goodbye");
    let path = path_of(&invites(&bo, "Ada Two", "ada", "").await, &app.base);
    let two = app.guest();
    let form = two.open(&path).await.form("Set password");
    let page = two.submit(&form.fill("New password", "seven brass owls knit")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert!(two.open("/account/tokens").await.says("No tokens yet"), "none of hers");
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::SEE_OTHER, "nor her session");
}

#[actix_web::test]
async fn an_operator_deletes_somebody_beside_the_running_server() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let secret = ada.generates("CI").with("Git", "Read").await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    let asked = beside(&app, &["user", "delete", "ada"]);
    let told = err(&asked);
    assert!(!asked.status.success() && told.contains("CI") && told.contains("--yes"), "{told}");
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
    let done = beside(&app, &["user", "delete", "ada", "--yes"]);
    assert!(done.status.success(), "{}", err(&done));
    assert!(
        out(&done).starts_with("ada is deleted.") && out(&done).contains("CI"),
        "{}",
        out(&done)
    );
    app.hears_of_it().await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::SEE_OTHER);
    for (name, says) in
        [("ada", "There is no person named ada"), ("bo", "They are the last administrator")]
    {
        let done = beside(&app, &["user", "delete", name, "--yes"]);
        assert!(!done.status.success() && err(&done).contains(says), "{}", err(&done));
    }
    assert_eq!(bo.opens("/account").await.status, StatusCode::OK);
}
