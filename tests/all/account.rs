//! `/account`: the profile.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::people::PASSWORD;

#[actix_web::test]
async fn a_person_changes_what_they_are_called() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let page = ada.opens("/account").await;
    assert_eq!(page.field("Name"), "ada Nyström");
    assert!(page.says("ada@fernhill.example") && page.says("member"));
    let form = page.form("Save profile").fill("Name", "  Ada <b>N</b> ");
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.location().as_deref(), Some("/account"));
    let page = ada.opens("/account").await;
    assert_eq!(page.status_message(), "Saved your profile.");
    assert_eq!(page.field("Name"), "Ada <b>N</b>");
    assert_eq!(page.count("header b"), 0, "markup is text");
    assert_eq!(ada.opens("/account").await.status_message(), "", "said once");
}

/// SUDO-01, SUDO-07
#[actix_web::test]
async fn nothing_changes_without_the_password_and_what_was_typed_stays() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let form = ada.opens("/account").await.form("Save profile").fill("Name", " ");
    let page = ada.browser.submit(&form).await;
    assert!(page.alert().starts_with("Check 2 things"), "{}", page.alert());
    assert_eq!(page.error("Your password"), "Enter your password");
    for wrong in ["Plum tractor ninety gull", "plum"] {
        let form = ada.opens("/account").await.form("Save profile").fill("Name", "Eve");
        let page = ada.browser.submit(&form.fill("Your password", wrong)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.error("Your password"), "That password isn’t right. Nothing was changed");
        assert_eq!(page.field("Name"), "Eve");
        assert_eq!(page.field("Your password"), "");
    }
    assert_eq!(ada.opens("/account").await.field("Name"), "ada Nyström");
    for (bad, why) in [("", "Enter a name"), ("a\u{202E}b", "direction")] {
        let form = ada.opens("/account").await.form("Save profile").fill("Name", bad);
        let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
        assert!(page.error("Name").contains(why), "{}", page.error("Name"));
    }
}

/// ACL-04, LIM-07
#[actix_web::test]
async fn fields_that_no_form_has_do_nothing() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let form = ada.opens("/account").await.form("Save profile").fill("Your password", PASSWORD);
    let form = form.forged("role", "admin").forged("email", "root@fernhill.example");
    let form = form.forged("user_id", "x").forged("id", "x");
    assert_eq!(ada.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    let page = ada.opens("/account").await;
    assert!(page.says("member") && page.says("ada@fernhill.example"));
}

#[actix_web::test]
async fn dates_are_written_as_a_person_chooses() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("ci").with("Git", "Read").await;
    let token = ada.page_of(&app, "ci").await;
    // Days of ISO 8601, and months by their names, on a page full of days: told and to choose.
    let written = async |page: &str| {
        let text = ada.opens(page).await.text;
        let months = ["January", "February", "March", "April", "May", "June", "July", "August"];
        let months = months.iter().chain(&["September", "October", "November", "December"]);
        let year = app.now().today().format("%Y-").to_string();
        (text.contains(&format!("({year}")), months.into_iter().any(|name| text.contains(name)))
    };
    assert_eq!(written(&token).await, (false, true));
    let form = ada.opens("/account").await.form("Save profile").fill("Your password", PASSWORD);
    let page = ada.browser.submit(&form.clone().fill("Dates", "numbers")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert_eq!(ada.opens("/account").await.field("Dates"), "numbers");
    assert_eq!(written(&token).await, (true, false));
    let page = ada.browser.submit(&form.forged("dates", "runes")).await;
    assert_eq!(page.error("Dates"), "Choose how dates are written");
}

#[actix_web::test]
async fn a_theme_chosen_for_an_account_is_there_in_every_browser() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let page = ada.opens("/account").await;
    assert_eq!(page.field("Theme"), "system");
    assert_eq!(page.count("html[data-theme]"), 0);
    assert_eq!(ada.opens("/account/password").await.count("footer fieldset"), 1, "each browser’s");
    let form = page.form("Save profile").fill("Theme", "dark").fill("Your password", PASSWORD);
    assert_eq!(ada.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    let elsewhere = ada.elsewhere().await;
    for browser in [&ada.browser, &elsewhere] {
        let page = browser.open("/account").await;
        assert_eq!(page.count("html[data-theme=dark]"), 1);
        assert_eq!((page.field("Theme"), page.count("footer fieldset")), ("dark".to_owned(), 0));
        // Pages that don't know who asks have it from this browser.
        assert_eq!(browser.open("/no-such-page").await.count("html[data-theme=dark]"), 1);
    }
    assert_eq!(app.guest().open("/sign-in").await.count("html[data-theme]"), 0);
    let form = ada.opens("/account").await.form("Save profile").forged("theme", "pink");
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.error("Theme"), "Choose a theme of the list");
}
