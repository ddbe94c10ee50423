//! `/setup`: the first person.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::{Person, sign_in};

const GOOD: &str = "four lazy weasels hum";

async fn link(app: &App) -> String {
    let code = app.application.manage.setup_code().await.expect("a database");
    format!("/setup?code={}", code.expect("a code, while there is nobody"))
}

/// AUTH-08
#[actix_web::test]
async fn on_a_fresh_install_no_usual_name_gets_in() {
    let app = App::start().await;
    let guest = app.guest();
    Person::add(&app, "somebody", "member").await;
    for name in ["admin", "root", "latchkey", "test"] {
        for password in ["admin", "password", "latchkey", "changeme"] {
            // A new address for each, so that none is refused for too many tries.
            let page = sign_in(&app.guest(), name, password).await;
            assert_ne!(page.status, StatusCode::SEE_OTHER, "{name} {password}");
        }
    }
    assert!(guest.get("/account/tokens").await.location().is_some());
}

#[actix_web::test]
async fn whoever_holds_the_printed_link_becomes_the_first_administrator() {
    let app = App::start().await;
    let guest = app.guest();
    let link = link(&app).await;
    let form = guest.open(&link).await.form("Make account");
    let form = form.fill("Username", "Ada").fill("Your name", "Ada Nyström").fill("Password", GOOD);
    let page = guest.submit(&form).await;
    assert_eq!(page.location().as_deref(), Some("/account/tokens"));
    assert!(guest.open("/account/tokens").await.says("No tokens yet"));
    assert!(guest.open("/account").await.says("admin"));
    let again = guest.copy();
    again.get("/sign-in").await;
    assert_eq!(sign_in(&app.guest(), "ada", GOOD).await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn the_link_works_once() {
    let app = App::start().await;
    let (first, second) = (app.guest(), app.guest());
    let link = link(&app).await;
    let filled = |form: crate::support::form::FormOnPage, name: &str| {
        form.fill("Username", name).fill("Your name", name).fill("Password", GOOD)
    };
    let one = filled(first.open(&link).await.form("Make account"), "ada");
    let two = filled(second.open(&link).await.form("Make account"), "eve");
    let (one, two) = tokio::join!(first.submit(&one), second.submit(&two));
    let places = [one.location(), two.location()].map(Option::unwrap_or_default);
    assert!(places.contains(&"/account/tokens".to_owned()), "{places:?}");
    assert_eq!(app.database.count("SELECT count(*) AS n FROM users").await, 1);
    assert_eq!(app.guest().get(&link).await.location().as_deref(), Some("/sign-in"));
}

#[actix_web::test]
async fn a_wrong_link_opens_nothing_and_says_where_the_right_one_is() {
    let app = App::start().await;
    let guest = app.guest();
    let page = guest.open("/setup?code=wrong").await;
    assert!(page.says("the one that the server printed"), "{}", page.text);
    assert!(!page.has_field("Password"));
    assert!(guest.open("/setup").await.says("Nobody has an account here yet"));
    let form = guest.open(&link(&app).await).await.form("Make account");
    let form = form.fill("Username", "eve").fill("Your name", "Eve").fill("Password", GOOD);
    let page = guest.submit(&form.forged("code", "wrong")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.database.count("SELECT count(*) AS n FROM users").await, 0);
}

/// AUTH-11
#[actix_web::test]
async fn every_wrong_field_is_named_at_once_and_what_was_typed_stays() {
    let app = App::start().await;
    let guest = app.guest();
    let link = link(&app).await;
    let form = guest.open(&link).await.form("Make account");
    let page = guest.submit(&form.fill("Username", "a b").fill("Your name", " ")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.alert().starts_with("Check 3 things"), "{}", page.alert());
    assert!(page.error("Username").starts_with("Use the letters"));
    assert_eq!(page.field("Username"), "a b");
    assert_eq!(page.error("Your name"), "Enter a name");
    assert_eq!(page.error("Password"), "Enter a new password");
    let form = page.form("Make account").fill("Username", "a b").fill("Password", "short");
    let both = guest.submit(&form).await;
    assert!(!both.error("Username").is_empty() && both.error("Password").contains("at least 15"));
    for (weak, why) in [("short", "at least 15"), ("passwordpassword", "easy to guess")] {
        let form = page.form("Make account").fill("Username", "ada").fill("Your name", "Ada");
        let page = guest.submit(&form.fill("Password", weak)).await;
        assert!(page.error("Password").contains(why), "{}", page.error("Password"));
        assert!(!page.text.contains(weak) || weak == "short", "never echoed");
        assert_eq!(page.field("Password"), "");
    }
}

#[actix_web::test]
async fn a_form_that_went_stale_keeps_the_names_typed_in_it() {
    let app = App::start().await;
    let guest = app.guest();
    let form = guest.open(&link(&app).await).await.form("Make account").forged("csrf", "stale");
    let form = form.fill("Username", "ada").fill("Your name", "Ada & Co").fill("Password", GOOD);
    let page = guest.submit(&form).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let page = guest.open(&page.link("Go back to the form").expect("a link")).await;
    assert_eq!(page.field("Username"), "ada");
    assert_eq!(page.field("Your name"), "Ada & Co");
    let form = page.form("Make account").fill("Password", GOOD);
    assert_eq!(guest.submit(&form).await.location().as_deref(), Some("/account/tokens"));
}
