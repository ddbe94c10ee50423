//! The form of a token, and what is done with one afterwards, without script.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::driver::look;
use crate::fernhill::{FILE, grants, methods, services, sets_all, ticks};
use crate::keyboard::hits;
use crate::script::{hides_what_needs_script, turn_script_off};
use crate::support::App;
use crate::support::people::{PASSWORD, Person};
use crate::window::Window;

/// A member's window on the form, without script from the beginning.
async fn opens_the_form(app: &App) -> Window {
    Person::add(app, "ada", "member").await;
    let window = Window::open(app).await;
    turn_script_off(&window).await;
    window.goes_to("/sign-in?next=%2Faccount%2Ftokens%2Fnew").await;
    window.signs_in("ada", PASSWORD).await;
    window.reads("heading", "Generate a token").await;
    window
}

async fn confirms(window: &Window, button: &str) {
    window.types("Your password", PASSWORD).await;
    window.presses(button).await;
}

#[actix_web::test]
async fn sets_and_all_services_fill_the_form_in_by_sending_it() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    hides_what_needs_script(&window).await;
    window.types("Name", "CI runner").await;
    window.types("Description (optional)", "By hand").await;
    window.presses("CI pipeline").await;
    let pipeline = ["Audit log: Read", "Builds: Read & write", "Git: Clone, Push"];
    grants(&window, &pipeline).await;
    hides_what_needs_script(&window).await;
    sets_all(&window, "Read").await;
    let read =
        ["Audit log", "Builds", "Deployments", "Git", "Metrics"].map(|s| format!("{s}: Read"));
    grants(&window, &read.each_ref().map(String::as_str)).await;
    sets_all(&window, "None").await;
    grants(&window, &[]).await;
    window.presses("CI pipeline").await;
    grants(&window, &pipeline).await;
    window.grants("Audit log", "None").await;

    let name = window.finds("textbox", "Name").await.prop("value").await.expect("a value");
    assert_eq!(name.as_deref(), Some("CI runner"), "what was typed is still there");
    confirms(&window, "Generate token").await;
    window.reads("dialog", "Save your token").await;
    let secret = window.secret().await;
    assert_eq!(app.machine().verifies(&secret, "builds", "write").await, 200);
    assert_eq!(app.machine().verifies(&secret, "audit", "read").await, 403);
}

#[actix_web::test]
async fn single_methods_are_ticked_and_lists_are_shortened_without_script() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    assert_eq!(methods(&window).await, Vec::<String>::new());
    window.grants("Git", "Selected methods").await;
    assert_eq!(methods(&window).await.len(), 10);
    ticks(&window, "Push").await;
    ticks(&window, "Only show ticked").await;
    assert_eq!(methods(&window).await, ["Push"]);
    assert_eq!(services(&window).await.len(), 7);
    ticks(&window, "Only show granted").await;
    assert_eq!(services(&window).await, ["Git"]);
    window.types("Name", "Pusher").await;
    confirms(&window, "Generate token").await;
    window.reads("dialog", "Save your token").await;
    window.follows("I’ve saved it").await;
    let row = look(async || window.row("Pusher").await).await.expect("its row");
    assert!(row.contains("Push") && row.contains("Git"), "{row}");
}

#[actix_web::test]
async fn enter_in_the_name_sends_the_form_and_presses_no_set() {
    let app = App::with(FILE, &[]).await;
    for script_is_off in [true, false] {
        let window = if script_is_off {
            opens_the_form(&app).await
        } else {
            let window = Window::open(&app).await;
            window.goes_to("/sign-in?next=%2Faccount%2Ftokens%2Fnew").await;
            window.signs_in("ada", PASSWORD).await;
            window
        };
        window.types("Name", &format!("Without script: {script_is_off}")).await;
        hits(&window, Key::Enter).await;
        window.is_refused().await;
        window.reads("heading", "Check 2 things").await;
        grants(&window, &[]).await;
        window.grants("Metrics", "Read").await;
        window.types("Your password", PASSWORD).await;
        window.finds("textbox", "Name").await.send_keys(Key::Enter + "").await.expect("a key");
        window.reads("dialog", "Save your token").await;
        let secret = window.secret().await;
        assert_eq!(app.machine().verifies(&secret, "metrics", "read").await, 200);
        assert_eq!(app.machine().verifies(&secret, "audit", "read").await, 403);
    }
}

#[actix_web::test]
async fn a_link_to_the_form_is_made_without_script() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    window.types("Name", "CI runner").await;
    window.presses("CI pipeline").await;
    grants(&window, &["Audit log: Read", "Builds: Read & write", "Git: Clone, Push"]).await;
    window.grants("Builds", "Read").await;
    window.presses("Copy link to this form").await;
    let link = window.finds("textbox", "Link to this form").await;
    hides_what_needs_script(&window).await;
    let focused = "return document.activeElement.getAttribute('aria-label')";
    assert_eq!(window.script(focused).await, json!("Link to this form"), "it is read out at once");
    let link = link.text().await.expect("the link");
    window.goes_to("/account").await;
    window.goes_to(link.strip_prefix(&app.base).expect("a link to this place")).await;
    grants(&window, &["Audit log: Read", "Builds: Read", "Git: Clone, Push"]).await;
}

#[actix_web::test]
async fn a_token_is_edited_regenerated_and_paused_without_script() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    let old = ada.generates("CI").with("Builds", "Read & write").await;
    let path = ada.page_of(&app, "CI").await;
    let window = Window::open(&app).await;
    turn_script_off(&window).await;
    window.goes_to("/sign-in").await;
    window.signs_in("ada", PASSWORD).await;
    window.reads("heading", "Access tokens").await;
    window.goes_to(&path).await;
    hides_what_needs_script(&window).await;
    edits(&window).await;
    assert_eq!(app.machine().verifies(&old, "builds", "write").await, 403);

    let new = regenerates(&window).await;
    for value in [&old, &new] {
        assert_eq!(app.machine().verifies(value, "builds", "read").await, 200);
    }
    window.goes_to(&path).await;
    window.follows("End it now").await;
    hides_what_needs_script(&window).await;
    confirms(&window, "End former value").await;
    window.hears("status", "The former value of “CI runner” no longer works.").await;
    assert_eq!(app.machine().verifies(&old, "builds", "read").await, 401);

    window.follows("Pause").await;
    hides_what_needs_script(&window).await;
    confirms(&window, "Pause token").await;
    window.sees("it is refused until you resume it").await;
    assert_eq!(app.machine().verifies(&new, "builds", "read").await, 401);
    window.follows("Resume").await;
    confirms(&window, "Resume token").await;
    window.hears("status", "“CI runner” works again.").await;
    assert_eq!(app.machine().verifies(&new, "builds", "read").await, 200);
}

/// Another name and less access; a set pressed in between keeps the name.
async fn edits(window: &Window) {
    window.types("Name", "CI runner").await;
    window.presses("CI pipeline").await;
    grants(window, &["Audit log: Read", "Builds: Read & write", "Git: Clone, Push"]).await;
    window.grants("Builds", "Read").await;
    confirms(window, "Save changes").await;
    window.hears("status", "Saved “CI runner”.").await;
    grants(window, &["Audit log: Read", "Builds: Read", "Git: Clone, Push"]).await;
}

/// A new value, beside which the former one works for an hour.
async fn regenerates(window: &Window) -> String {
    window.follows("Regenerate").await;
    window.reads("dialog", "Regenerate “CI runner”?").await;
    hides_what_needs_script(window).await;
    window.picks("Old value stops working", "In 1 hour").await;
    confirms(window, "Regenerate").await;
    window.reads("dialog", "Save your new token").await;
    window.secret().await
}
