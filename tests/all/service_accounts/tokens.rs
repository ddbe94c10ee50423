//! The tokens of an account, on the pages that people have for their own.

use latchkey::domain::event::Kind;
use latchkey::domain::user::{Role, UserName};
use latchkey::store::events;
use reqwest::{Method, StatusCode};

use super::{LIST, app, generates, id, listed, page_of, secret, with};
use crate::support::people::PASSWORD;
use crate::support::phone::Phone;
use crate::teams::file;

const ACTIVITY: &str = "/service-accounts/night-build/activity";
const BUILDS: [(&str, &str); 1] = [("Builds", "Read & write")];

/// SVC-01
#[actix_web::test]
async fn a_member_of_the_team_generates_a_token_that_acts_for_the_account() {
    let (app, ada) = app().await;
    let page = generates(&ada, "Deploys", &BUILDS).await;
    let value = page.secret().expect("its value");
    let answer = app.machine().asks("?service=builds&access=write", &value).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("remote-user"), "night-build");
    assert_eq!(answer.header("remote-groups"), "platform");
    assert_eq!(answer.header("remote-email"), "");
    assert!(page.says("login night-build password"), "{}", page.text);
    assert!(page.link("I’ve saved it").expect("the way back").starts_with(LIST));
    assert!(ada.opens(LIST).await.row("Deploys").is_some());
    assert!(ada.sees("Deploys").await.is_none(), "it isn’t hers");
    let own = page_of(&app, "Deploys").await;
    assert!(ada.opens(&own).await.says("by you"));
    assert_eq!(listed(&app).await[0].created_by, ada.id);
}

/// SVC-02: the log tells who acted, on a token of the account.
#[actix_web::test]
async fn what_is_done_to_a_token_of_the_account_names_who_did_it() {
    let (app, ada) = app().await;
    let bo = app.member("bo").await;
    app.joins("bo", "platform").await;
    secret(&ada, "Deploys", &BUILDS).await;
    let own = page_of(&app, "Deploys").await;
    let page = bo.opens(&own).await;
    assert!(page.says("by “ada Nyström”"), "{}", page.text);
    let form = bo.opens(&format!("{own}/pause")).await.form("Pause token");
    bo.browser.submit(&form.fill("Your password", PASSWORD)).await;
    let lines = ada.opens(&own).await.entries("Recent activity");
    assert!(lines[0].contains("Paused") && lines[0].contains("By “bo Nyström”"), "{lines:?}");
    let token = listed(&app).await.remove(0);
    let events = app.database.read(move |c| Ok(events::of_token(c, &token.id, 20)?)).await;
    let paused = events.iter().find(|event| event.kind == Kind::TokenPaused).expect("its line");
    assert_eq!(paused.actor.as_ref(), Some(&bo.id));
    assert_eq!(paused.person, Some(id(&app).await));
    bo.opens(&own).await;
    assert!(!bo.opens("/account/activity").await.says("Deploys"), "their own account’s alone");
}

/// SVC-01: every page of one's own tokens is there for the account's, such as `/service-accounts/{account}/tokens/new` and
/// `/service-accounts/{account}/tokens/{id}/explanation`.
#[actix_web::test]
async fn a_token_of_the_account_is_edited_renewed_explained_found_and_revoked_like_ones_own() {
    let (app, ada) = app().await;
    let first = secret(&ada, "Deploys", &BUILDS).await;
    let own = page_of(&app, "Deploys").await;
    let form = ada.opens(&own).await.form("Save changes").fill("Name", "Night deploys");
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.location().as_deref(), Some(&*own));
    assert!(ada.opens(&own).await.says("Saved “Night deploys”."));

    let form = ada.opens(&format!("{own}/secret")).await.form("Regenerate");
    let form = form.fill("Your password", PASSWORD).fill("Old value stops working", "24");
    let second = ada.browser.submit(&form).await.secret().expect("a new value");
    let machine = app.machine();
    for value in [&first, &second] {
        assert_eq!(machine.verifies(value, "builds", "write").await, StatusCode::OK);
    }
    let form = ada.opens(&format!("{own}/overlap")).await.form("End former value");
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.location().as_deref(), Some(&*own));
    assert_eq!(machine.verifies(&first, "builds", "write").await, StatusCode::UNAUTHORIZED);

    let asked = format!("{own}/explanation?method=GET&service=git&url=");
    let page = ada.opens(&asked).await;
    assert!(page.says("Nothing of Git was granted."), "{}", page.text);

    let form = ada.opens(LIST).await.form("Find").fill("Find a token", &second);
    let page = ada.browser.submit(&form).await;
    let place = page.location().expect("a way");
    assert!(place.starts_with(&format!("{LIST}?token=")), "{place}");
    assert!(ada.opens(&place).await.says("That value is “Night deploys”."));

    let link = ada.opens(LIST).await.link("Revoke Night deploys").expect("a link");
    let form = ada.opens(&link).await.form("Revoke token");
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.location().as_deref(), Some(LIST));
    assert_eq!(machine.verifies(&second, "builds", "write").await, StatusCode::UNAUTHORIZED);
}

/// SVC-01: what is explained is what the account may do, and not who asks.
#[actix_web::test]
async fn a_request_with_a_token_of_the_account_is_explained_by_the_accounts_team() {
    let (app, ada) = app().await;
    app.joins("ada", "web").await;
    secret(&ada, "Deploys", &BUILDS).await;
    app.hands_over("night-build", "web").await;
    let own = page_of(&app, "Deploys").await;
    let page = ada.opens(&format!("{own}/explanation?method=GET&service=builds&url=")).await;
    assert!(page.says("night-build is member; the team Web gives Read."), "{}", page.text);
}

/// SVC-01: it is no token of the person's who generated it.
#[actix_web::test]
async fn an_accounts_token_goes_on_when_who_generated_it_leaves() {
    let (app, ada) = app().await;
    let bo = app.member("bo").await;
    app.joins("bo", "platform").await;
    let value = secret(&ada, "Deploys", &BUILDS).await;
    let own = page_of(&app, "Deploys").await;
    let machine = app.machine();
    let works = async |since: &str| {
        assert_eq!(machine.verifies(&value, "builds", "write").await, StatusCode::OK, "{since}");
    };
    app.leaves("ada", "platform").await;
    works("she left the team").await;
    app.gives_role("ada", Role::Viewer).await;
    works("she is a viewer").await;
    app.disables("ada").await;
    works("she is disabled").await;
    let done = app
        .application
        .manage
        .delete_person(UserName::parse("ada").expect("a name"), app.now())
        .await;
    assert!(done.expect("she is deleted").is_empty(), "no token was hers");
    works("she is gone").await;
    assert!(bo.opens(&own).await.says("by somebody else"), "and nobody is named wrongly");
    assert!(bo.opens(ACTIVITY).await.says("By somebody who is gone"));
}

/// SVC-02: who looks after it is told, as of a token of one's own.
#[actix_web::test]
async fn the_team_is_told_where_a_program_has_revoked_its_token() {
    let (app, ada) = app().await;
    let value = secret(&ada, "Deploys", &BUILDS).await;
    let bearer = format!("Bearer {value}");
    let headers = [("authorization", &*bearer)];
    let answer = app.machine().calls(Method::DELETE, "/api/v1/token", &headers).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert!(ada.opens(LIST).await.says("by a program that presented its value"));
    assert!(!ada.opens("/account/tokens").await.says("by a program"), "it wasn’t hers");
}

/// SVC-01: what may be granted is what the account may have, whoever grants it.
#[actix_web::test]
async fn a_token_of_the_account_is_granted_what_its_team_gives_and_nothing_of_the_persons() {
    let (app, ada) = app().await;
    app.joins("ada", "web").await;
    app.hands_over("night-build", "web").await;
    let page = ada.opens(&format!("{LIST}/new")).await;
    assert!(page.says("Only for the people and accounts of Platform"), "{}", page.text);
    assert!(page.says("The team Web gives Read"));
    let form = page.form("Generate token").fill("Name", "CI").forged("access.git", "read");
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(
        page.error_of("access"),
        "Git can’t be granted. Only for the people and accounts of Platform"
    );
    assert!(listed(&app).await.is_empty());
}

/// SVC-03
#[actix_web::test]
async fn a_viewer_of_the_team_sees_and_revokes_but_generates_nothing() {
    let (app, ada) = app().await;
    let vera = app.viewer("vera").await;
    app.joins("vera", "platform").await;
    let value = secret(&ada, "Deploys", &BUILDS).await;
    let page = vera.opens(&format!("{LIST}/new")).await;
    assert!(page.says("Your role lets you use and revoke tokens, not generate them"));
    let own = page_of(&app, "Deploys").await;
    for (path, button) in [(format!("{own}/secret"), None), (own.clone(), Some("Save changes"))] {
        let page = vera.opens(&path).await;
        let Some(button) = button else {
            assert!(page.says("not generate them"), "{}", page.text);
            continue;
        };
        let form = page.form(button).choose("Mail", "Read").fill("Your password", PASSWORD);
        let page = vera.browser.submit(&form).await;
        assert_eq!(page.error_of("access"), "Your role lets you narrow a token, not widen it");
    }
    let form = ada.opens(&format!("{LIST}/new")).await.form("Generate token").fill("Name", "Own");
    let form = form.choose("Builds", "Read").fill("Your password", PASSWORD);
    let csrf = vera.opens("/account").await.form("Save profile").value("csrf");
    let mut forged = form;
    forged.set("csrf", &csrf);
    let page = vera.browser.submit(&forged).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(listed(&app).await.len(), 1);
    let link = vera.opens(LIST).await.link("Revoke Deploys").expect("a link");
    let form = vera.opens(&link).await.form("Revoke token");
    vera.browser.submit(&form.fill("Your password", PASSWORD)).await;
    let refused = app.machine().verifies(&value, "builds", "write").await;
    assert_eq!(refused, StatusCode::UNAUTHORIZED);
}

/// SVC-01
#[actix_web::test]
async fn the_limit_of_tokens_counts_for_the_account() {
    let (app, ada) = app().await;
    ada.has_tokens(&app, 100).await;
    secret(&ada, "Deploys", &BUILDS).await;
    let full = ada.generates("One more").with("Builds", "Read").page().await;
    assert_eq!(full.status, StatusCode::UNPROCESSABLE_ENTITY, "hers are full");
    assert_eq!(
        generates(&ada, "Deploys", &BUILDS).await.error("Name"),
        "There already is a token named “Deploys”"
    );
}

/// SVC-04: a password typed is the acting person's.
#[actix_web::test]
async fn every_change_of_the_accounts_tokens_asks_for_the_persons_own_password() {
    let (app, ada) = app().await;
    let form = ada.opens(&format!("{LIST}/new")).await.form("Generate token").fill("Name", "CI");
    let form = form.choose("Builds", "Read");
    for typed in ["", "another password of somebody"] {
        let page = ada.browser.submit(&form.clone().fill("Your password", typed)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(listed(&app).await.is_empty());
    let form = form.without("csrf").fill("Your password", PASSWORD);
    assert_eq!(ada.browser.submit(&form).await.status, StatusCode::FORBIDDEN);
    assert!(listed(&app).await.is_empty());
}

/// A form that comes too late leads back to the account's list, not to one's own.
#[actix_web::test]
async fn who_has_signed_out_meanwhile_goes_on_at_the_same_account() {
    let (_app, ada) = app().await;
    let form = ada.opens(&format!("{LIST}/new")).await.form("Generate token").fill("Name", "CI");
    ada.browser.submit(&ada.opens("/account").await.form("Sign out")).await;
    let page = ada.browser.submit(&form).await;
    let place = page.location().expect("the way to sign in");
    assert!(place.contains("next=%2Fservice-accounts%2Fnight-build%2Ftokens%2Fnew"), "{place}");
}

/// SVC-03: where a second factor is asked for, it is that of who generates.
#[actix_web::test]
async fn who_lacks_the_second_factor_that_is_asked_for_generates_no_token_of_an_account() {
    let strict = file().replace("second_factor = false", "second_factor = true");
    let (app, ada) = with(&strict).await;
    let page = generates(&ada, "Deploys", &BUILDS).await;
    assert!(page.alert().contains("Set up a second factor first"), "{}", page.text);
    assert!(listed(&app).await.is_empty());
    Phone::set_up(&app, &ada).await;
    generates(&ada, "Deploys", &[("Builds", "Read")]).await;
    let form = ada.opens("/account/second-factor/removal").await.form("Turn off second factor");
    ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    let form = ada.opens(&page_of(&app, "Deploys").await).await.form("Save changes");
    let form = form.choose("Builds", "Read & write").fill("Your password", PASSWORD);
    let page = ada.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "nor widens one");
    assert!(page.alert().contains("Set up a second factor first"), "{}", page.text);
}
