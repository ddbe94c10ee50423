//! What the script adds, and that nothing is missing without it.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::driver::look;
use crate::journey::{FORMS, asked_before_leaving};
use crate::support::App;
use crate::support::people::{PASSWORD, Person};
use crate::window::Window;

pub async fn turn_script_off(window: &Window) {
    let off = json!({ "value": true });
    window.driver.devtools("Emulation.setScriptExecutionDisabled", off).await;
}

/// What the button is beside is selected, to be copied by hand, and the page says why.
async fn offers_to_copy_by_hand(window: &Window, name: &str, block: &str) {
    let shown = window.finds("textbox", block).await.text().await.expect("its text");
    window.presses(&format!("Copy {name}")).await;
    let sentence =
        format!("Your browser didn’t allow copying. Select the {name} and copy it yourself.");
    window.hears("status", &sentence).await;
    assert_eq!(window.script("return getSelection().toString()").await, json!(shown), "{name}");
}

#[actix_web::test]
async fn where_the_clipboard_is_refused_the_value_is_selected_to_be_copied_by_hand() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    window.generates("One", "Files", "Read").await;
    window.script("navigator.clipboard.writeText = async () => { throw new DOMException('no', 'NotAllowedError'); }").await;
    offers_to_copy_by_hand(&window, "token", "Your new token").await;
    assert!(asked_before_leaving(&window, "/account").await, "nothing was copied");

    window.generates("Two", "Files", "Read").await;
    // As it is on plain HTTP.
    window.script("Object.defineProperty(navigator, 'clipboard', { value: undefined })").await;
    window.unfolds("How do I use it?").await;
    for form in FORMS {
        offers_to_copy_by_hand(&window, form, form).await;
    }
    offers_to_copy_by_hand(&window, "token", "Your new token").await;
    let keys = window.driver.action_chain().key_down(Key::Control).send_keys("c");
    keys.key_up(Key::Control).perform().await.expect("Control and C");
    assert!(!asked_before_leaving(&window, "/account").await, "it was copied by hand");
    assert_eq!(window.driver.heard().await, Vec::<String>::new());
}

/// Nothing that would do nothing is to be seen.
pub async fn hides_what_needs_script(window: &Window) {
    for element in window.driver.find_all(By::Css(".needs-js")).await.expect("a page") {
        let html = element.outer_html().await.expect("its HTML");
        assert!(!element.is_displayed().await.expect("a state"), "{html}");
    }
}

#[actix_web::test]
async fn a_token_is_generated_seen_kept_and_revoked_without_script() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    let window = Window::open(&app).await;
    turn_script_off(&window).await;
    window.goes_to("/").await;
    hides_what_needs_script(&window).await;
    window.signs_in("ada", PASSWORD).await;
    window.follows("Generate your first token").await;

    window.types("Name", "CI runner").await;
    hides_what_needs_script(&window).await;
    window.picks("Expires", "Never").await;
    window.sees("It will work until you revoke it. A date is safer").await;
    window.grants("Builds", "Read & write").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Generate token").await;
    window.sees("“CI runner” is ready. It works until you revoke it.").await;
    hides_what_needs_script(&window).await;
    let secret = window.secret().await;
    assert_eq!(app.machine().verifies(&secret, "builds", "write").await, 200);
    window.reads("link", "Download").await;

    window.follows("I’ve saved it").await;
    window.acts("CI runner", "Revoke CI runner").await;
    window.reads("dialog", "Revoke “CI runner”?").await;
    hides_what_needs_script(&window).await;
    window.types("Your password", PASSWORD).await;
    window.presses("Revoke token").await;
    window.hears("status", "“CI runner” was revoked. Anything that used it has lost access.").await;
    assert_eq!(app.machine().verifies(&secret, "builds", "write").await, 401);
    for path in ["/account", "/account/password", "/account/tokens"] {
        window.goes_to(path).await;
        hides_what_needs_script(&window).await;
    }
    window.presses("Sign out").await;
    window.reads("heading", "Sign in").await;
    window.goes_to("/account/tokens").await;
    window.reads("heading", "Sign in").await;
}

#[actix_web::test]
async fn a_password_is_shown_and_hidden_again() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    let window = Window::open(&app).await;
    window.goes_to("/sign-in").await;
    window.types("Password", PASSWORD).await;
    let field = window.finds("textbox", "Password").await;
    let button = window.finds("button", "Show password").await;
    for kind in ["password", "text", "password"] {
        assert_eq!(field.prop("type").await.expect("a kind").as_deref(), Some(kind));
        button.click().await.expect("a click");
    }
}

/// The theme that the page came with, and how bright its background is: 0 to 255.
async fn theme(window: &Window) -> (Option<String>, u64) {
    let html = window.driver.find(By::Css("html")).await.expect("a page");
    let theme = html.attr("data-theme").await.expect("an attribute");
    let painted = "const at = document.createElement('canvas').getContext('2d');
        at.fillStyle = getComputedStyle(document.body).backgroundColor;
        at.fillRect(0, 0, 1, 1);
        return at.getImageData(0, 0, 1, 1).data[1];";
    (theme, window.script(painted).await.as_u64().expect("a number"))
}

#[actix_web::test]
async fn a_theme_once_chosen_is_there_when_the_next_page_is_drawn() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    assert!(matches!(theme(&window).await, (None, 200..)), "light, as the system is");
    window.chooses("group", "Theme", "Dark").await;
    let dark = async || matches!(theme(&window).await, (Some(name), ..80) if name == "dark");
    look(async || dark().await.then_some(())).await.expect("dark at once");

    turn_script_off(&window).await;
    window.driver.refresh().await.expect("a reload");
    assert!(dark().await, "the server draws it: {:?}", theme(&window).await);
    window.goes_to("/account/tokens/new").await;
    assert!(dark().await, "on other pages too: {:?}", theme(&window).await);

    let on = json!({ "value": false });
    window.driver.devtools("Emulation.setScriptExecutionDisabled", on).await;
    window.driver.refresh().await.expect("a reload");
    window.chooses("group", "Theme", "System").await;
    window.driver.refresh().await.expect("a reload");
    assert!(matches!(theme(&window).await, (None, 200..)), "light, as the system is");
}
