//! Confirming a change with a passkey, in the place of the password.
#![cfg(feature = "passkeys")]

use chrono::TimeDelta;
use latchkey::config::SAMPLE;
use latchkey::domain::second_factor::TotpKey;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::authenticator::{Authenticator, options};
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person};

async fn question(ada: &Person, token: &str) -> Page {
    let link = ada.opens("/account/tokens").await.link(&format!("Revoke {token}"));
    ada.opens(&link.expect("its link")).await
}

fn is_refused(page: &Page) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert!(page.error("Your password").contains("Nothing was changed"), "{}", page.text);
}

#[actix_web::test]
async fn a_passkey_confirms_a_change_in_the_place_of_the_password() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let secret = ada.generates("ci").with("Git", "Read").await;
    assert!(question(&ada, "ci").await.attributes("data-options").is_empty(), "she has none");
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let page = question(&ada, "ci").await;
    assert_eq!(options(&page)["publicKey"]["allowCredentials"].as_array().map(Vec::len), Some(1));
    let page = laptop.confirms(&ada.browser, &page, "Revoke token").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn a_token_is_generated_and_edited_with_a_passkey() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let page = ada.opens("/account/tokens/new").await;
    let answer = laptop.answers(&options(&page));
    let form = page.form("Generate token").fill("Name", "ci").choose("Git", "Read");
    let page = ada.browser.submit(&form.forged("answer", &answer)).await;
    assert!(page.secret().is_some(), "{}", page.text);
    let page = ada.opens(&ada.page_of(&app, "ci").await).await;
    let answer = laptop.answers(&options(&page));
    let form = page.form("Save changes").fill("Name", "builds").forged("answer", &answer);
    assert_eq!(ada.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    assert!(ada.sees("builds").await.is_some());
}

#[actix_web::test]
async fn one_answer_confirms_one_change() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    for name in ["one", "two"] {
        ada.generates(name).with("Git", "Read").await;
    }
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let (first, second) = (question(&ada, "one").await, question(&ada, "two").await);
    let answer = laptop.answers(&options(&first));
    let form = first.form("Revoke token").forged("answer", &answer);
    assert_eq!(ada.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    // Neither with its own question, nor with another, nor with a new answer to the used one.
    let again = second.form("Revoke token").forged("answer", &answer);
    is_refused(&ada.browser.submit(&again).await);
    let again = again.forged("ceremony", &form.value("ceremony"));
    is_refused(&ada.browser.submit(&again).await);
    let newer = laptop.answers(&options(&first));
    is_refused(&ada.browser.submit(&again.forged("answer", &newer)).await);
    assert!(ada.sees("two").await.is_some());
}

#[actix_web::test]
async fn an_answer_counts_in_its_own_session_and_for_minutes() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    ada.generates("ci").with("Git", "Read").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let elsewhere = ada.elsewhere().await;
    let page = question(&ada, "ci").await;
    let form = page.form("Revoke token").forged("answer", &laptop.answers(&options(&page)));
    let csrf = elsewhere.open("/account").await.form("Save profile").value("csrf");
    is_refused(&elsewhere.submit(&form.clone().forged("csrf", &csrf)).await);
    app.wait(TimeDelta::minutes(15));
    let late = ada.browser.submit(&form).await;
    assert!(late.error("Your password").contains("took too long"), "{}", late.text);
    assert!(ada.sees("ci").await.is_some());
}

#[actix_web::test]
async fn what_signs_in_or_adds_confirms_nothing() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    ada.generates("ci").with("Git", "Read").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let form = question(&ada, "ci").await.form("Revoke token");
    let door = app.guest().open("/sign-in").await;
    let adding = ada.opens("/account/passkeys").await;
    for (page, button, field) in
        [(door, "Sign in with a passkey", "ceremony"), (adding, "Add passkey", "new-ceremony")]
    {
        let ceremony = page.form(button).value(field);
        let form = form.clone().forged("ceremony", &ceremony);
        let form = form.forged("answer", &laptop.answers(&options(&page)));
        is_refused(&ada.browser.submit(&form).await);
    }
}

#[actix_web::test]
async fn a_wrong_answer_changes_nothing_and_is_written_down() {
    let app = App::on_localhost(SAMPLE).await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    ada.generates("ci").with("Git", "Read").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let mut other = Authenticator::of(&app, &bo, "Phone").await;
    is_refused(&other.confirms(&ada.browser, &question(&ada, "ci").await, "Revoke token").await);
    other.user = laptop.user.clone();
    is_refused(&other.confirms(&ada.browser, &question(&ada, "ci").await, "Revoke token").await);
    laptop.verifies = false;
    is_refused(&laptop.confirms(&ada.browser, &question(&ada, "ci").await, "Revoke token").await);
    laptop.verifies = true;
    laptop.origin = "https://evil.example".to_owned();
    is_refused(&laptop.confirms(&ada.browser, &question(&ada, "ci").await, "Revoke token").await);
    let failed = "SELECT count(*) AS n FROM events WHERE kind = 'passkey_refused'";
    assert_eq!(app.database.count(failed).await, 4);
    assert!(ada.sees("ci").await.is_some());
}

/// AUTH-13
#[actix_web::test]
async fn a_new_password_and_a_new_passkey_ask_for_the_password_itself() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let mut laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let page = ada.opens("/account").await;
    let (ceremony, answer) =
        (page.form("Save profile").value("ceremony"), laptop.answers(&options(&page)));
    let form = ada.opens("/account/password").await.form("Change password");
    let form = form.fill("New password", "four calm herons wade");
    let form = form.forged("ceremony", &ceremony).forged("answer", &answer);
    let page = ada.browser.submit(&form).await;
    assert!(page.error("Current password").contains("Enter"), "{}", page.text);
    let page = ada.opens("/account/passkeys").await;
    let new = Authenticator::new(&app).makes(&options(&page));
    let form = page.form("Add passkey").fill("Name", "Other").forged("new-answer", &new);
    let form = form.forged("ceremony", &ceremony).forged("answer", &answer);
    let page = ada.browser.submit(&form).await;
    assert!(page.error("Your password").contains("Enter"), "{}", page.text);
    assert_eq!(app.database.count("SELECT count(*) AS n FROM passkeys").await, 1);
    assert!(ada.browser.submit(&form.fill("Your password", PASSWORD)).await.location().is_some());
}

/// A form of hers, with an answer of her passkey's in the place of the password.
struct Confirming<'a> {
    person: &'a Person,
    laptop: Authenticator,
}

impl Confirming<'_> {
    async fn sends(&mut self, path: &str, button: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.person.opens(path).await;
        let answer = self.laptop.answers(&options(&page));
        let form = page.form(button).forged("answer", &answer);
        let form = fields.iter().fold(form, |form, (label, text)| form.fill(label, text));
        self.person.browser.submit(&form).await
    }

    async fn goes_on(&mut self, path: &str, button: &str, fields: &[(&str, &str)]) {
        let page = self.sends(path, button, fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}: {}", page.text);
    }

    /// Where the answer is a page that is shown once.
    async fn reads(&mut self, path: &str, button: &str, fields: &[(&str, &str)], heading: &str) {
        let page = self.sends(path, button, fields).await;
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, heading), "{path}");
    }
}

#[actix_web::test]
async fn every_form_that_asks_for_the_password_takes_a_passkey_in_its_place() {
    let app = App::on_localhost(SAMPLE).await;
    let (bo, ada) = (app.admin("bo").await, app.member("ada").await);
    app.admin("cy").await;
    bo.generates("ci").with("Git", "Read").await;
    let token = bo.page_of(&app, "ci").await;
    let laptop = Authenticator::of(&app, &bo, "Laptop").await;
    let mut bo = Confirming { person: &bo, laptop };
    bo.goes_on("/account", "Save profile", &[("Name", "Bo Ek")]).await;
    bo.goes_on(&format!("{token}/pause"), "Pause token", &[]).await;
    bo.goes_on(&format!("{token}/pause"), "Resume token", &[]).await;
    bo.reads(&format!("{token}/secret"), "Regenerate", &[], "Save your new token").await;
    let elsewhere = bo.person.elsewhere().await;
    bo.goes_on("/account/sessions?end=others", "Sign out everywhere else", &[]).await;
    assert_eq!(elsewhere.get("/account").await.status, StatusCode::SEE_OTHER);
    let eve = [("Name", "Eve"), ("Username", "eve")];
    bo.reads("/admin/people/new", "Invite person", &eve, "Hand over the link").await;
    let link = format!("/admin/people/{}/link", ada.id.as_str());
    bo.reads(&link, "Make link", &[], "Hand over the link").await;
    let page = bo.person.opens("/account/second-factor").await;
    let key = TotpKey::parse(&page.form("Set up second factor").value("key")).expect("a key");
    let form = page.form("Set up second factor").fill("Code", &key.code(app.now()));
    let answer = bo.laptop.answers(&options(&page));
    let page = bo.person.browser.submit(&form.forged("answer", &answer)).await;
    assert_eq!(page.heading(), "Save your recovery codes");
    bo.reads("/account/recovery-codes", "Make recovery codes", &[], "Save your recovery codes")
        .await;
    bo.goes_on("/account/second-factor/removal", "Turn off second factor", &[]).await;
    bo.reads("/account/deletion", "Delete account", &[("Your username", "bo")], "Goodbye").await;
    let left = "SELECT count(*) AS n FROM passkeys";
    assert_eq!(app.database.count(left).await, 0, "they end with the account");
    let page = bo.laptop.signs_in(&app.guest()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// SUDO-01
#[actix_web::test]
async fn what_administrators_do_to_others_takes_a_passkey_too() {
    let app = App::on_localhost(SAMPLE).await;
    let (bo, ada) = (app.admin("bo").await, app.member("ada").await);
    let secret = ada.generates("ci").with("Git", "Read").await;
    Authenticator::of(&app, &ada, "Phone").await;
    let laptop = Authenticator::of(&app, &bo, "Laptop").await;
    let mut bo = Confirming { person: &bo, laptop };
    let place = format!("/admin/people/{}", ada.id.as_str());
    let at = |page: &str| format!("{place}/{page}");
    bo.goes_on(&place, "Save changes", &[("Name", "Ada Ek")]).await;
    bo.goes_on(&at("sessions?end=all"), "Sign out everywhere", &[]).await;
    assert_eq!(ada.browser.get("/account").await.status, StatusCode::SEE_OTHER);
    bo.goes_on(&at("revocation?all=yes"), "Revoke token", &[]).await;
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::UNAUTHORIZED);
    bo.goes_on(&at("standing"), "Disable person", &[]).await;
    bo.goes_on(&at("standing"), "Enable person", &[]).await;
    let reset = at("second-factor/reset");
    assert_eq!(bo.person.opens(&place).await.link("Reset second factor"), Some(reset.clone()));
    bo.goes_on(&reset, "Reset second factor", &[]).await;
    assert_eq!(bo.person.opens(&reset).await.status, StatusCode::NOT_FOUND, "none is left");
    bo.goes_on(&at("deletion"), "Delete person", &[("Their username", "ada")]).await;
    assert_eq!(bo.person.opens(&place).await.status, StatusCode::NOT_FOUND);
}

/// SUDO-01, SUDO-04
#[actix_web::test]
async fn no_account_is_deleted_by_a_wrong_answer_or_a_used_one() {
    let app = App::on_localhost(SAMPLE).await;
    let ada = app.member("ada").await;
    let laptop = Authenticator::of(&app, &ada, "Laptop").await;
    let mut ada = Confirming { person: &ada, laptop };
    let right = [("Your username", "ada")];
    ada.laptop.verifies = false;
    is_refused(&ada.sends("/account/deletion", "Delete account", &right).await);
    ada.laptop.verifies = true;
    let page = ada.person.opens("/account").await;
    let form = page.form("Save profile").forged("answer", &ada.laptop.answers(&options(&page)));
    assert_eq!(ada.person.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    let page = ada.person.opens("/account/deletion").await;
    let again = page.form("Delete account").fill("Your username", "ada");
    let again = again.forged("ceremony", &form.value("ceremony"));
    is_refused(&ada.person.browser.submit(&again.forged("answer", &form.value("answer"))).await);
    assert_eq!(ada.person.opens("/account").await.status, StatusCode::OK);
}
