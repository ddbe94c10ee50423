//! `/account/passkeys/{id}/removal`: the end of a passkey.
#![cfg(feature = "passkeys")]

use latchkey::config::SAMPLE;
use latchkey::domain::user::UserName;
use reqwest::StatusCode;

use crate::password_links::{NEW, makes_link, sets};
use crate::support::App;
use crate::support::authenticator::Authenticator;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person, sign_in};
use crate::support::phone::Phone;

#[actix_web::test]
async fn a_removed_passkey_signs_nobody_in() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let link = ada.opens("/account/password").await.link("Remove Laptop").expect("its link");
    let page = ada.opens(&link).await;
    let form = page.form("Remove passkey");
    assert!(ada.browser.submit(&form).await.error("Your password").contains("Enter"));
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.location().as_deref(), Some("/account/password"), "{}", page.text);
    let page = laptop.signs_in(&app.guest()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ada.browser.get(&link).await.status, StatusCode::NOT_FOUND);
    let removed = "SELECT count(*) AS n FROM events WHERE kind = 'passkey_removed'";
    assert_eq!(app.database.count(removed).await, 1);
}

/// ACL-01, ACL-02
#[actix_web::test]
async fn nobody_sees_or_removes_the_passkey_of_somebody_else() {
    let app = App::on_localhost(SAMPLE).await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    Authenticator::of(&app, &bo, "Phone").await;
    let link = ada.opens("/account/password").await.link("Remove Laptop").expect("its link");
    let own = bo.opens("/account/password").await.link("Remove Phone").expect("its link");
    let form = bo.opens(&own).await.form("Remove passkey").fill("Your password", PASSWORD);
    for path in [link.as_str(), "/account/passkeys/abcdefghijklmnop/removal"] {
        assert_eq!(bo.browser.get(path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(bo.browser.post(path, &form.fields).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(laptop.signs_in(&app.guest()).await.status, StatusCode::SEE_OTHER);
}

const LAST: &str =
    "This is your last second factor. Without one you can’t generate or regenerate tokens here.";

async fn wanting_a_factor() -> App {
    App::on_localhost(&SAMPLE.replace("second_factor = false", "second_factor = true")).await
}

async fn removal(person: &Person, name: &str) -> Page {
    let link = person.opens("/account/password").await.link(&format!("Remove {name}"));
    person.opens(&link.expect("its link")).await
}

#[actix_web::test]
async fn whoever_removes_their_last_second_factor_is_told_before_what_they_cant_do_then() {
    let app = wanting_a_factor().await;
    let ada = app.member("ada").await;
    Authenticator::of(&app, &ada, "Laptop").await;
    assert!(removal(&ada, "Laptop").await.says(LAST));
    let form = removal(&ada, "Laptop").await.form("Remove passkey");
    assert!(ada.browser.submit(&form).await.says(LAST), "and once more");
    Authenticator::of(&app, &ada, "Phone").await;
    assert!(!removal(&ada, "Laptop").await.says(LAST), "another passkey is left");
    let form = removal(&ada, "Phone").await.form("Remove passkey");
    ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    Phone::set_up(&app, &ada).await;
    assert!(!removal(&ada, "Laptop").await.says(LAST), "the app is left");
    let off = "/account/second-factor/removal";
    assert!(!ada.opens(off).await.says(LAST), "the passkey is left");
    let form = removal(&ada, "Laptop").await.form("Remove passkey");
    ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert!(ada.opens(off).await.says(LAST));
    let form = ada.opens(off).await.form("Turn off second factor");
    ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    let page = ada.opens("/account/tokens/new").await;
    assert!(page.says("Whoever generates tokens here needs a second factor"), "{}", page.text);
    assert_eq!(page.link("add passkey").as_deref(), Some("/account/passkeys"));
}

#[actix_web::test]
async fn nobody_is_warned_of_what_they_couldnt_do_or_can_do_all_the_same() {
    let app = wanting_a_factor().await;
    let vera = app.viewer("vera").await;
    Authenticator::of(&app, &vera, "Laptop").await;
    assert!(!removal(&vera, "Laptop").await.says(LAST), "viewers generate nothing anyway");
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    Authenticator::of(&app, &ada, "Laptop").await;
    assert!(!removal(&ada, "Laptop").await.says(LAST), "nothing is asked for here");
}

#[actix_web::test]
async fn the_operator_takes_every_second_factor_of_somebody_who_has_lost_them() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let mut phone = Authenticator::of(&app, &ada, "Phone").await;
    let reset = async || {
        let name = UserName::parse("ada").expect("a name");
        app.application.manage.reset_second_factor(name, app.now()).await
    };
    reset().await.expect("passkeys, without an app");
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::SEE_OTHER, "signed out");
    for lost in [&mut laptop, &mut phone] {
        let page = lost.signs_in(&app.guest()).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let guest = app.guest();
    assert_eq!(sign_in(&guest, "ada", PASSWORD).await.status, StatusCode::SEE_OTHER);
    let log = guest.open("/account/activity").await;
    assert!(log.says("“Laptop”.") && log.says("“Phone”."), "{}", log.text);
    assert!(log.says("On the command line"), "{}", log.text);
    assert!(reset().await.is_err(), "there is none left");
}

#[actix_web::test]
async fn a_link_to_set_a_password_leaves_passkeys_and_says_so() {
    let app = App::on_localhost(SAMPLE).await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let guest = app.guest();
    let path = makes_link(&app, &bo, ada.id.as_str()).await;
    assert_eq!(sets(&guest, &path, NEW).await.status, StatusCode::SEE_OTHER);
    let page = guest.open("/account/tokens").await;
    assert!(page.says("Your passkeys still sign you in. Remove any that you don’t know"));
    assert_eq!(laptop.signs_in(&app.guest()).await.status, StatusCode::SEE_OTHER);
    let path = makes_link(&app, &bo, bo.id.as_str()).await;
    let guest = app.guest();
    sets(&guest, &path, NEW).await;
    assert!(!guest.open("/account/tokens").await.says("passkey"), "who has none hears of none");
}
