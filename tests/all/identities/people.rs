//! Whose account it is: found by issuer and subject alone, never by name or address.

use latchkey::config::SAMPLE;
use latchkey::domain::identity::Identity;
use latchkey::domain::user::{DisplayName, UserName};
use latchkey::manage::service_accounts::{Hand, NewAccount};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::App;
use crate::support::people::Person;
use crate::support::provider::Provider;

async fn linked(app: &App) -> i64 {
    app.database.count("SELECT count(*) AS n FROM identities").await
}

/// AUTH-14: an account that is here is nobody's to take over by what a provider tells.
#[actix_web::test]
async fn a_name_or_an_address_that_is_taken_links_nothing() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    Person::add(&app, "ada", "admin").await;
    for (username, email, same) in [
        ("ada", "other@fernhill.example", "username"),
        ("ADA@evil.example", "other@fernhill.example", "username"),
        ("eve", "ada@fernhill.example", "mail address"),
        ("eve", "Ada@Fernhill.Example", "mail address"),
    ] {
        provider.tells("preferred_username", username.into());
        provider.tells("email", email.into());
        let browser = app.guest();
        let page = provider.signs_in(&browser).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{username} {email}");
        assert!(page.says(&format!("with your {same} already")), "{}", page.text);
        assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(linked(&app).await, 0);
    app.links("ada", &provider.issuer, "248289761001").await;
    let browser = app.guest();
    assert_eq!(provider.signs_in(&browser).await.status, StatusCode::SEE_OTHER);
    assert!(browser.open("/account").await.says("ada Nyström"), "the account that was here");
}

/// AUTH-14, SVC-07: a service account is nobody's to come in as, nor is its name to be had beside it.
#[actix_web::test]
async fn who_is_called_like_a_service_account_at_the_provider_does_not_get_in() {
    let provider = Provider::start();
    let team = "[[teams]]\nkey = \"platform\"\nname = \"Platform\"\n";
    let app = provider.at(&format!("{SAMPLE}\n{team}"), &[]).await;
    let name = UserName::parse("night-build").expect("a name");
    let display_name = DisplayName::from(&name);
    let new = NewAccount { name: name.clone(), display_name, team: "platform".to_owned() };
    let manage = &app.application.manage;
    let made = manage.add_service_account(Hand::Operator, new, app.now()).await;
    made.unwrap_or_else(|failure| panic!("{failure:?}"));
    provider.tells("preferred_username", "night-build".into());
    let browser = app.guest();
    let page = provider.signs_in(&browser).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.says("with your username already"), "{}", page.text);
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
    let identity = Identity { issuer: provider.issuer.clone(), subject: "248289761001".to_owned() };
    let refused = manage.link_identity(name, identity, app.now()).await;
    let said = format!("{:?}", refused.expect_err("a refusal"));
    assert!(said.contains("night-build is a service account"), "{said}");
    assert_eq!(linked(&app).await, 0);
}

/// AUTH-14
#[actix_web::test]
async fn who_is_disabled_stays_out_whatever_the_provider_says() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    provider.signs_in(&browser).await;
    app.disables("ada").await;
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
    let page = provider.signs_in(&browser).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.says("Your account here is disabled"), "{}", page.text);
    let disabled = "SELECT count(*) AS n FROM users WHERE disabled_at IS NOT NULL";
    assert_eq!(app.database.count(disabled).await, 1, "still");
}

#[actix_web::test]
async fn an_address_that_the_provider_has_not_made_sure_of_is_left_out() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let without = "SELECT count(*) AS n FROM users WHERE name LIKE 'ada%' AND email IS NULL";
    let people = [("ada", false.into()), ("ada-b", Value::Null), ("ada-c", "false".into())];
    for (so_far, (name, verified)) in (1..).zip(people) {
        provider.tells("sub", name.into());
        provider.tells("preferred_username", name.into());
        provider.tells("email_verified", verified);
        provider.signs_in(&app.guest()).await;
        assert_eq!(app.database.count(without).await, so_far, "{name}");
    }
}

#[actix_web::test]
async fn what_the_id_token_leaves_out_is_asked_for_and_is_of_the_same_person() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    for name in ["preferred_username", "name", "email"] {
        provider.tells(name, Value::Null);
    }
    let page = provider.signs_in(&app.guest()).await;
    assert!(page.says("doesn’t say what you are called"), "{}", page.text);
    let tell = |sub: &str| {
        let told = json!({ "sub": sub, "preferred_username": "grace", "name": "Grace" });
        provider.now(|script| script.userinfo = told.as_object().expect("an object").clone());
    };
    tell("somebody else");
    let page = provider.signs_in(&app.guest()).await;
    assert!(page.says("can’t be taken"), "{}", page.text);
    tell("248289761001");
    let browser = app.guest();
    assert_eq!(provider.signs_in(&browser).await.status, StatusCode::SEE_OTHER);
    assert!(browser.open("/account").await.says("Grace"));
}

#[actix_web::test]
async fn nobody_is_the_first_by_way_of_the_provider() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    let sent = browser.get("/sign-in/identity").await.location().expect("the way on");
    app.database.run("DELETE FROM users").await;
    let page = browser.get(&provider.sends_back(&sent)).await;
    assert!(page.says("This instance isn’t set up yet"), "{}", page.text);
    let page = app.guest().get("/sign-in/identity").await;
    assert_eq!(page.location().as_deref(), Some("/setup"));
}

#[actix_web::test]
async fn who_has_no_password_can_have_none_set_behind_the_companys_back() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let browser = app.guest();
    provider.signs_in(&browser).await;
    let page = browser.open("/account/password").await;
    assert!(page.says("There is no password of yours here"), "{}", page.text);
    let root = app.admin("boss").await;
    let list = root.opens("/admin/people").await;
    assert!(!list.says("Invited"), "{}", list.text);
    assert!(list.link("Reset password of Ada Nyström").is_none(), "{}", list.text);
    let ada = list.link("Ada Nyström").expect("her page");
    let page = root.opens(&ada).await;
    assert!(page.says("None: they sign in with their company account"), "{}", page.text);
    let page = root.opens(&format!("{ada}/link")).await;
    assert!(page.says("has no password to set anew"), "{}", page.text);
    let links = "SELECT count(*) AS n FROM password_links";
    let name = latchkey::domain::user::UserName::parse("ada").expect("a name");
    assert!(app.application.manage.reset_password(name, app.now()).await.is_err());
    assert_eq!(app.database.count(links).await, 0);
}
