//! The form of a token, its own page and its dialogs with the keyboard alone.

use chrono::TimeDelta;
use thirtyfour::prelude::*;

use crate::fernhill::{FILE, granted, grants, opens_the_form};
use crate::keyboard::{comes_to_focus, focus, hits, reachable_behind_the_dialog, tabs_to};
use crate::support::App;
use crate::support::people::{PASSWORD, Person};
use crate::window::Window;

#[actix_web::test]
async fn methods_addresses_and_a_limit_are_chosen_with_the_keyboard_alone() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    tabs_to(&window, "textbox Name").await;
    hits(&window, "Pusher").await;
    tabs_to(&window, "DisclosureTriangle Only from certain addresses").await;
    hits(&window, " ").await;
    hits(&window, Key::Tab).await;
    assert_eq!(focus(&window).await, "textbox Allowed addresses");
    hits(&window, "127.0.0.0/8").await;
    hits(&window, Key::Tab).await;
    assert_eq!(focus(&window).await, "DisclosureTriangle Only so many requests a minute");
    hits(&window, " ").await;
    hits(&window, Key::Tab).await;
    assert_eq!(focus(&window).await, "textbox Requests a minute");
    hits(&window, "60").await;

    tabs_to(&window, "searchbox Find a service or method").await;
    hits(&window, "git").await;
    hits(&window, Key::Enter).await;
    tabs_to(&window, "radio Git: None").await;
    for level in ["Read", "Read & write", "Selected methods"] {
        hits(&window, Key::Right).await;
        assert_eq!(focus(&window).await, format!("radio Git: {level}"));
    }
    hits(&window, Key::Tab).await;
    assert_eq!(focus(&window).await, "searchbox Find a method of Git");
    tabs_to(&window, "checkbox Push").await;
    hits(&window, " ").await;
    hits(&window, Key::Tab).await;
    assert_eq!(focus(&window).await, "link Docs of Push, in a new tab");
    assert_eq!(granted(&window).await, ["Git: Push"]);
    tabs_to(&window, "textbox Your password").await;
    hits(&window, PASSWORD).await;
    hits(&window, Key::Enter).await;
    comes_to_focus(&window, "button Copy token").await;
}

#[actix_web::test]
async fn sets_and_all_services_are_pressed_with_the_keyboard_alone() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    tabs_to(&window, "button CI pipeline").await;
    hits(&window, Key::Enter).await;
    grants(&window, &["Audit log: Read", "Builds: Read & write", "Git: Clone, Push"]).await;
    assert_eq!(focus(&window).await, "button CI pipeline", "the focus stays");
    tabs_to(&window, "button None").await;
    hits(&window, " ").await;
    grants(&window, &[]).await;
    tabs_to(&window, "radio Audit log: None").await;
    hits(&window, Key::Right).await;
    grants(&window, &["Audit log: Read"]).await;
    hits(&window, Key::Right).await;
    grants(&window, &[]).await;
    assert_eq!(focus(&window).await, "radio Audit log: None", "what can’t be had is passed over");
}

/// A member with a token that has a former value and one that has expired, at a window.
async fn has_two_tokens(app: &App) -> (Person, Window) {
    let ada = app.member("ada").await;
    ada.generates("Old").with("Builds", "Read").expiring("7").await;
    app.wait(TimeDelta::days(8));
    let browser = ada.elsewhere().await;
    let ada = Person { browser, name: ada.name.clone(), id: ada.id.clone() };
    ada.generates("CI").with("Builds", "Read").await;
    ada.regenerates(app, "CI", "24").await;
    let window = Window::open(app).await;
    window.goes_to("/sign-in").await;
    window.signs_in("ada", PASSWORD).await;
    window.reads("heading", "Access tokens").await;
    (ada, window)
}

/// Opens the dialog, which begins at `first`, keeps the focus, and answers Escape with no.
async fn is_modal(window: &Window, page: &str, dialog: &str, first: &str) {
    window.goes_to(&format!("{page}/{dialog}")).await;
    comes_to_focus(window, first).await;
    assert_eq!(reachable_behind_the_dialog(window).await, Vec::<String>::new(), "{dialog}");
    hits(window, Key::Escape).await;
    window.reads("button", "Save changes").await;
    assert!(window.address().await.ends_with(page), "{dialog}");
}

#[actix_web::test]
async fn every_dialog_of_a_token_keeps_the_focus_and_takes_escape_for_no() {
    let app = App::with(FILE, &[]).await;
    let (ada, window) = has_two_tokens(&app).await;
    let (live, expired) = (ada.page_of(&app, "CI").await, ada.page_of(&app, "Old").await);
    is_modal(&window, &live, "secret", "combobox Old value stops working").await;
    is_modal(&window, &expired, "secret", "combobox Expires").await;
    is_modal(&window, &live, "pause", "textbox Your password").await;
    is_modal(&window, &live, "overlap", "textbox Your password").await;
}

/// With the space bar, which does its work when it is let go: chromedriver may end a stroke of Enter on the next page,
/// which would send that one's form too.
async fn presses_the_button(window: &Window) {
    tabs_to(window, "button Regenerate").await;
    hits(window, " ").await;
}

#[actix_web::test]
async fn a_refused_dialog_has_the_focus_on_what_is_wrong() {
    let app = App::with(FILE, &[]).await;
    let (ada, window) = has_two_tokens(&app).await;
    window.goes_to(&format!("{}/secret", ada.page_of(&app, "CI").await)).await;
    comes_to_focus(&window, "combobox Old value stops working").await;
    tabs_to(&window, "textbox Your password").await;
    hits(&window, "not my password").await;
    presses_the_button(&window).await;
    window.sees("That password isn’t right").await;
    comes_to_focus(&window, "textbox Your password").await;

    window.goes_to(&format!("{}/secret", ada.page_of(&app, "Old").await)).await;
    window.picks("Expires", "On a date I choose").await;
    tabs_to(&window, "textbox Your password").await;
    hits(&window, PASSWORD).await;
    presses_the_button(&window).await;
    window.sees("Choose a day, such as").await;
    comes_to_focus(&window, "Date Last day it works").await;
}

#[actix_web::test]
async fn a_dialog_that_asks_nothing_begins_at_its_button() {
    let file = crate::fernhill::under("overlap = []");
    let app = App::with(&file, &[("confirm_window", "10m")]).await;
    let window = opens_the_form(&app).await;
    window.types("Name", "CI").await;
    window.grants("Builds", "Read").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Generate token").await;
    window.follows("I’ve saved it").await;
    let link = window.finds("link", "CI").await.attr("href").await.expect("an attribute");
    let page = link.expect("an address");
    is_modal(&window, &page, "secret", "button Regenerate").await;
    is_modal(&window, &page, "pause", "button Pause token").await;
    window.goes_to(&format!("{page}/pause")).await;
    comes_to_focus(&window, "button Pause token").await;
    hits(&window, Key::Enter).await;
    window.sees("it is refused until you resume it").await;
    is_modal(&window, &page, "pause", "button Resume token").await;
}
