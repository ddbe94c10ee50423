//! The form of a token with script: everything happens in place, and nothing is sent before it is to be.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::fernhill::{
    FILE, granted, grants, methods, opens_the_form, searches, services, sets_all, summary, ticks,
};
use crate::journey::allow_clipboard;
use crate::keyboard::hits;
use crate::support::App;
use crate::support::people::PASSWORD;
use crate::window::Window;

const SEARCH: &str = "Find a service or method";

/// Marks the page, so that another one in its place can be told from it, and forgets what was asked for so far.
async fn marks(window: &Window) {
    window.script("document.marked = true; performance.clearResourceTimings()").await;
}

async fn nothing_was_sent(window: &Window) {
    let sent = "return [document.marked, performance.getEntriesByType('resource').length]";
    assert_eq!(window.script(sent).await, json!([true, 0]));
    assert_eq!(window.driver.heard().await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_set_fills_the_form_in_place_and_what_is_changed_by_hand_afterwards_holds() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    window.types("Name", "CI runner").await;
    window.grants("Metrics", "Read & write").await;
    marks(&window).await;
    window.presses("CI pipeline").await;
    let pipeline = ["Audit log: Read", "Builds: Read & write", "Git: Clone, Push"];
    assert_eq!(granted(&window).await, pipeline);
    assert!(summary(&window).await.contains("Git: Clone, Push"));
    window.grants("Builds", "Read").await;
    ticks(&window, "Push").await;
    ticks(&window, "Merge").await;
    let by_hand = ["Audit log: Read", "Builds: Read", "Git: Clone, Merge"];
    assert_eq!(granted(&window).await, by_hand);
    nothing_was_sent(&window).await;

    window.types("Your password", PASSWORD).await;
    window.presses("Generate token").await;
    window.reads("dialog", "Save your token").await;
    let secret = window.secret().await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "builds", "read").await, 200);
    assert_eq!(machine.verifies(&secret, "builds", "write").await, 403);
}

#[actix_web::test]
async fn a_set_leaves_out_what_this_person_cannot_have() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    window.grants("Builds", "Read").await;
    window.presses("Monitoring").await;
    // Vault is for administrators.
    assert_eq!(granted(&window).await, ["Git: Merge", "Metrics: Read"]);
}

#[actix_web::test]
async fn all_services_are_set_at_once_each_as_far_as_it_goes() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    window.sees("All 7 services").await;
    marks(&window).await;
    sets_all(&window, "Read").await;
    let read =
        ["Audit log", "Builds", "Deployments", "Git", "Metrics"].map(|s| format!("{s}: Read"));
    assert_eq!(granted(&window).await, read);
    sets_all(&window, "Read & write").await;
    let write = ["Builds", "Deployments", "Git", "Metrics"].map(|s| format!("{s}: Read & write"));
    assert_eq!(granted(&window).await, [&["Audit log: Read".to_owned()], &write[..]].concat());
    sets_all(&window, "None").await;
    assert_eq!(granted(&window).await, Vec::<String>::new());
    assert!(summary(&window).await.contains("All 7 services stay closed"));
    nothing_was_sent(&window).await;
}

#[actix_web::test]
async fn a_service_is_found_by_its_name_and_by_its_methods() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    marks(&window).await;
    for (words, found) in [("bUIl", "Builds"), ("pull req", "Git"), ("roll back", "Deployments")] {
        searches(&window, SEARCH, words).await;
        window.hears("status", "1 of 7 services shown").await;
        assert_eq!(services(&window).await, [found]);
    }
    searches(&window, SEARCH, "xyz").await;
    window.sees("No service matches “xyz”.").await;
    window.hears("status", "0 of 7 services shown").await;
    hits(&window, Key::Enter).await;
    nothing_was_sent(&window).await;
    searches(&window, SEARCH, "").await;
    assert_eq!(services(&window).await.len(), 7);
    assert!(!window.text().await.contains("No service matches"));
    let quiet =
        "return [...document.querySelectorAll('[role=status]')].every((e) => e.textContent === '')";
    assert_eq!(window.script(quiet).await, json!(true));
    nothing_was_sent(&window).await;
}

#[actix_web::test]
async fn only_what_is_granted_is_shown_and_only_what_is_ticked() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    window.grants("Builds", "Read").await;
    window.grants("Git", "Selected methods").await;
    assert_eq!(methods(&window).await.len(), 10);
    ticks(&window, "Push").await;
    ticks(&window, "Only show ticked").await;
    assert_eq!(methods(&window).await, ["Push"]);
    assert_eq!(services(&window).await.len(), 7, "services are another matter");
    ticks(&window, "Only show granted").await;
    assert_eq!(services(&window).await, ["Builds", "Git"]);
    ticks(&window, "Only show ticked").await;
    assert_eq!(methods(&window).await.len(), 10);
    assert_eq!(services(&window).await, ["Builds", "Git"]);
    ticks(&window, "Only show granted").await;
    assert_eq!(services(&window).await.len(), 7);
}

#[actix_web::test]
async fn a_long_list_of_methods_has_a_search_of_its_own() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    assert_eq!(methods(&window).await, Vec::<String>::new());
    window.grants("Deployments", "Selected methods").await;
    assert_eq!(methods(&window).await, ["List releases", "Start", "Roll back", "Erase history"]);
    assert!(!window.text().await.contains("Only show ticked"), "four need no search");
    window.grants("Deployments", "None").await;
    window.grants("Git", "Selected methods").await;
    marks(&window).await;
    searches(&window, "Find a method of Git", "er").await;
    assert_eq!(
        methods(&window).await,
        ["Clone", "Merge", "Transfer ownership"],
        "by its description too"
    );
    searches(&window, "Find a method of Git", "WEB").await;
    assert_eq!(methods(&window).await, ["Web hooks"]);
    assert_eq!(services(&window).await.len(), 7);
    nothing_was_sent(&window).await;
}

#[actix_web::test]
async fn this_token_can_keeps_in_step_with_methods_and_the_end() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    let says = async |lines: [&str; 5]| {
        let [write, read, methods, closed, until] = lines;
        let expected = format!(
            "This token can\nRead and write\n{write}\nRead\n{read}\nSelected methods\n{methods}\nNothing else\n{closed}\nWorks until\n{until}"
        );
        assert_eq!(summary(&window).await, expected);
    };
    let nothing = "Nothing yet";
    let day = "20 February 2027";
    says([nothing, nothing, nothing, "All 7 services stay closed", day]).await;
    window.grants("Git", "Selected methods").await;
    says([nothing, nothing, nothing, "All 7 services stay closed", day]).await;
    ticks(&window, "Clone").await;
    ticks(&window, "Web hooks").await;
    window.grants("Builds", "Read & write").await;
    says(["Builds", nothing, "Git: Clone, Web hooks", "5 other services stay closed", day]).await;
    window.grants("Deployments", "Selected methods").await;
    ticks(&window, "Roll back").await;
    window.picks("Expires", "Never").await;
    window.sees("It will work until you revoke it. A date is safer").await;
    let both = "Git: Clone, Web hooks";
    let both = format!("Deployments: Roll back\n{both}");
    says(["Builds", nothing, &both, "4 other services stay closed", "You revoke it"]).await;
    window.grants("Git", "Read").await;
    window.picks("Expires", "In 30 days").await;
    let closed = "4 other services stay closed";
    says(["Builds", "Git", "Deployments: Roll back", closed, "22 December 2026"]).await;
    assert!(!window.text().await.contains("A date is safer"));
}

/// Presses the button, and gives the link that the page then shows.
async fn asks_for_the_link(window: &Window) -> String {
    window.presses("Copy link to this form").await;
    let link = window.finds("textbox", "Link to this form").await;
    link.text().await.expect("the link")
}

#[actix_web::test]
async fn a_link_to_the_form_is_copied_and_fills_it_in_for_whoever_follows_it() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    allow_clipboard(&window, &app).await;
    window.types("Name", "CI runner").await;
    window.presses("CI pipeline").await;
    window.picks("Expires", "In 30 days").await;
    let link = asks_for_the_link(&window).await;
    window.presses("Copy link").await;
    window.hears("status", "Copied").await;
    assert_eq!(window.script("return navigator.clipboard.readText()").await, json!(link));
    grants(&window, &["Audit log: Read", "Builds: Read & write", "Git: Clone, Push"]).await;

    let path = link.strip_prefix(&app.base).expect("a link to this place");
    window.goes_to(path).await;
    grants(&window, &["Audit log: Read", "Builds: Read & write", "Git: Clone, Push"]).await;
    assert!(summary(&window).await.ends_with("22 December 2026"));
    assert_eq!(window.driver.heard().await, Vec::<String>::new());
}

#[actix_web::test]
async fn where_there_is_no_clipboard_the_link_is_selected_to_be_copied_by_hand() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    let link = asks_for_the_link(&window).await;
    // As it is on plain HTTP.
    window.script("Object.defineProperty(navigator, 'clipboard', { value: undefined })").await;
    window.presses("Copy link").await;
    let sentence = "Your browser didn’t allow copying. Select the link and copy it yourself.";
    window.hears("status", sentence).await;
    assert_eq!(window.script("return getSelection().toString()").await, json!(link));
    assert_eq!(window.driver.heard().await, Vec::<String>::new());
}

#[actix_web::test]
async fn this_token_can_says_of_an_end_that_stays_what_it_is() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    ada.generates("Forever").with("Builds", "Read").expiring("never").await;
    ada.generates("A quarter").with("Builds", "Read").expiring("90").await;
    let window = Window::open(&app).await;
    window.goes_to("/sign-in").await;
    window.signs_in("ada", PASSWORD).await;
    window.reads("heading", "Access tokens").await;
    for (name, end) in [("Forever", "You revoke it"), ("A quarter", "20 February 2027")] {
        window.goes_to(&ada.page_of(&app, name).await).await;
        window.reads("heading", name).await;
        assert!(summary(&window).await.ends_with(&format!("Works until\n{end}")), "{name}");
        window.picks("Expires", "In 7 days").await;
        assert!(summary(&window).await.ends_with("29 November 2026"));
    }
}
