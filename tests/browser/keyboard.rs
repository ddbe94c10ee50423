//! Everything with the keyboard alone.

use serde_json::json;
use thirtyfour::error::WebDriverError;
use thirtyfour::prelude::*;

use crate::driver::look;
use crate::support::App;
use crate::support::people::{PASSWORD, Person};
use crate::window::Window;

pub async fn hits(window: &Window, keys: impl Into<thirtyfour::TypingData>) {
    let pressed = window.driver.action_chain().send_keys(keys).perform().await;
    // A key that leads to another page has done its work, though chromedriver may lose its thread over it.
    let left = |wrong: &WebDriverError| wrong.to_string().contains("aborted by navigation");
    assert!(pressed.as_ref().err().is_none_or(left), "{pressed:?}");
}

/// Role and name of what has the focus; radio buttons with the name of their group.
pub async fn focus(window: &Window) -> String {
    let element = window.driver.active_element().await.expect("something");
    let name = window.driver.name(&element).await.unwrap_or_default();
    let role = window.driver.role(&element).await.unwrap_or_default();
    if role != "radio" {
        return format!("{role} {name}");
    }
    let group = element.find(By::XPath("ancestor::*[@role='radiogroup']")).await;
    let group = window.driver.name(&group.expect("its group")).await.unwrap_or_default();
    format!("{role} {group}: {name}")
}

pub async fn tabs_to(window: &Window, what: &str) {
    let mut passed = Vec::new();
    for _ in 0..40 {
        hits(window, Key::Tab).await;
        let here = focus(window).await;
        if here == what {
            return;
        }
        passed.push(here);
    }
    panic!("Tab never comes to “{what}”, only to {passed:#?}");
}

pub async fn comes_to_focus(window: &Window, what: &str) {
    let there = async || (focus(window).await == what).then_some(());
    if look(there).await.is_none() {
        panic!("the focus is on “{}”, not on “{what}”", focus(window).await);
    }
}

async fn signs_in(app: &App) -> Window {
    Person::add(app, "ada", "member").await;
    let window = Window::open(app).await;
    window.goes_to("/sign-in").await;
    comes_to_focus(&window, "textbox Username").await;
    hits(&window, "ada").await;
    hits(&window, Key::Tab).await;
    hits(&window, PASSWORD).await;
    hits(&window, Key::Enter).await;
    window.reads("heading", "Access tokens").await;
    window
}

#[actix_web::test]
async fn the_first_stop_of_tab_skips_to_the_content() {
    let app = App::start().await;
    let window = signs_in(&app).await;
    hits(&window, Key::Tab).await;
    assert_eq!(focus(&window).await, "link Skip to content");
    let link = window.finds("link", "Skip to content").await;
    let clipped = async || link.css_value("clip-path").await.expect("a style") != "none";
    assert!(!clipped().await, "it can be seen while it has the focus");
    hits(&window, Key::Enter).await;
    hits(&window, Key::Tab).await;
    let inside = "return document.querySelector('main').contains(document.activeElement)";
    assert_eq!(window.script(inside).await, json!(true), "{}", focus(&window).await);
    assert!(clipped().await, "it is out of sight again");
}

#[actix_web::test]
async fn a_token_is_generated_with_the_keyboard_alone() {
    let app = App::start().await;
    let window = signs_in(&app).await;
    tabs_to(&window, "link Generate your first token").await;
    hits(&window, Key::Enter).await;
    window.reads("heading", "Generate a token").await;
    tabs_to(&window, "textbox Name").await;
    hits(&window, "CI runner").await;

    hits(&window, Key::Enter).await;
    window.is_refused().await;
    assert_eq!(window.driver.title().await.expect("a title"), "Error: Generate a token – Latchkey");
    tabs_to(&window, "link Choose at least one service").await;
    hits(&window, Key::Enter).await;
    comes_to_focus(&window, "heading Access").await;

    tabs_to(&window, "radio Audit log: None").await;
    hits(&window, Key::Tab).await;
    assert_eq!(focus(&window).await, "radio Builds: None");
    hits(&window, Key::Right).await;
    hits(&window, Key::Right).await;
    assert_eq!(focus(&window).await, "radio Builds: Read & write");
    tabs_to(&window, "radio Git: None").await;
    hits(&window, Key::Down).await;
    assert_eq!(focus(&window).await, "radio Git: Read");
    let summary = window.finds("complementary", "This token can").await.text().await;
    assert!(summary.expect("its words").contains("Read and write\nBuilds\nRead\nGit\n"));

    tabs_to(&window, "textbox Your password").await;
    hits(&window, PASSWORD).await;
    hits(&window, Key::Enter).await;
    comes_to_focus(&window, "button Copy token").await;
    let secret = window.secret().await;
    assert_eq!(app.machine().verifies(&secret, "builds", "write").await, 200);
    assert_eq!(app.machine().verifies(&secret, "git", "write").await, 403);
}

/// What outside the dialog can be given the focus, by script or by going round with Tab.
pub async fn reachable_behind_the_dialog(window: &Window) -> Vec<String> {
    let try_all = "const dialog = document.querySelector('dialog[open]');
        const all = 'a[href], button, input:not([type=hidden]), select, summary, [tabindex]';
        const behind = [...document.querySelectorAll(all)].filter((e) => !dialog.contains(e));
        if (behind.length < 8) return ['too few things to try'];
        return behind.filter((e) => { e.focus(); return document.activeElement === e; })
            .map((e) => e.outerHTML);";
    let reached = window.script(try_all).await;
    let mut reached: Vec<String> = serde_json::from_value(reached).expect("a list");
    let strayed = "const [at, dialog] = [document.activeElement, document.querySelector('dialog')];
        return at === document.body || dialog.contains(at) ? null : at.outerHTML;";
    for _ in 0..12 {
        hits(window, Key::Tab).await;
        reached.extend(window.script(strayed).await.as_str().map(str::to_owned));
    }
    reached
}

#[actix_web::test]
async fn a_dialog_keeps_the_focus_and_begins_with_the_first_thing_to_do() {
    let app = App::start().await;
    let window = signs_in(&app).await;
    window.generates("CI runner", "Builds", "Read").await;
    comes_to_focus(&window, "button Copy token").await;
    assert_eq!(reachable_behind_the_dialog(&window).await, Vec::<String>::new());
    tabs_to(&window, "link I’ve saved it").await;
    hits(&window, Key::Enter).await;

    window.reads("link", "CI runner").await;
    tabs_to(&window, "button Actions for CI runner").await;
    hits(&window, Key::Enter).await;
    tabs_to(&window, "link Revoke CI runner").await;
    hits(&window, Key::Enter).await;
    comes_to_focus(&window, "textbox Your password").await;
    hits(&window, Key::Escape).await;
    window.reads("link", "CI runner").await;
    window.acts("CI runner", "Revoke CI runner").await;
    comes_to_focus(&window, "textbox Your password").await;
    assert_eq!(reachable_behind_the_dialog(&window).await, Vec::<String>::new());
    tabs_to(&window, "textbox Your password").await;
    hits(&window, "not my password").await;
    // Not Enter: what is left of that key may reach the next page, and send its empty field.
    tabs_to(&window, "button Revoke token").await;
    hits(&window, Key::Space).await;
    window.sees("That password isn’t right. Nothing was changed").await;
    comes_to_focus(&window, "textbox Your password").await;
    hits(&window, PASSWORD).await;
    hits(&window, Key::Enter).await;
    window.hears("status", "“CI runner” was revoked. Anything that used it has lost access.").await;
}

#[actix_web::test]
async fn the_actions_of_a_row_open_close_and_lead_on_with_the_keyboard() {
    let app = App::start().await;
    let window = signs_in(&app).await;
    window.generates("CI runner", "Builds", "Read").await;
    window.follows("I’ve saved it").await;
    window.reads("link", "CI runner").await;
    let button = "button Actions for CI runner";
    tabs_to(&window, button).await;
    for key in [Key::Enter, Key::Space] {
        hits(&window, key).await;
        for action in [
            "Edit CI runner",
            "Use CI runner as template",
            "Regenerate CI runner",
            "Pause CI runner",
        ] {
            hits(&window, Key::Tab).await;
            assert_eq!(focus(&window).await, format!("link {action}"));
        }
        hits(&window, Key::Escape).await;
        comes_to_focus(&window, button).await;
        assert!(window.glimpse("link", "Edit CI runner").await.is_none(), "it is closed");
    }
    hits(&window, Key::Tab).await;
    assert_eq!(focus(&window).await, "link Revoke all tokens", "nothing is ticked, so no bar");
}

#[actix_web::test]
async fn tokens_are_found_sorted_and_ticked_with_the_keyboard() {
    let app = App::start().await;
    let window = signs_in(&app).await;
    for name in ["CI runner", "Grafana"] {
        window.generates(name, "Builds", "Read").await;
        window.follows("I’ve saved it").await;
        window.reads("link", name).await;
    }
    tabs_to(&window, "searchbox Find a token").await;
    hits(&window, "graf").await;
    hits(&window, Key::Enter).await;
    window.sees("All 1").await;
    tabs_to(&window, "link Show all tokens").await;
    hits(&window, Key::Enter).await;
    window.reads("link", "CI runner").await;
    tabs_to(&window, "link Name").await;
    hits(&window, Key::Enter).await;
    tabs_to(&window, "checkbox Select Grafana").await;
    hits(&window, Key::Space).await;
    tabs_to(&window, "button Revoke selected").await;
    hits(&window, Key::Enter).await;
    window.reads("dialog", "Revoke “Grafana”?").await;
    comes_to_focus(&window, "textbox Your password").await;
}
