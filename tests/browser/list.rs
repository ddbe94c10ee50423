//! The list with a mouse: ticking many, and finding one by its value.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::driver::look;
use crate::support::App;
use crate::support::people::PASSWORD;
use crate::window::Window;

async fn signed_in(app: &App, tokens: u32) -> (Window, crate::support::people::Person) {
    let ada = app.member("ada").await;
    ada.has_tokens(app, tokens).await;
    let window = Window::open(app).await;
    window.goes_to("/sign-in").await;
    window.signs_in("ada", PASSWORD).await;
    window.reads("heading", "Access tokens").await;
    (window, ada)
}

/// The numbers of the tokens that are ticked, from the top.
async fn ticked(window: &Window) -> Vec<String> {
    let script = "return [...document.querySelectorAll('td :checked')].map((box) => box.ariaLabel.slice(-2))";
    serde_json::from_value(window.script(script).await).expect("labels")
}

/// What the bar over the list says, as assistive technology meets it; empty while it isn't there.
async fn bar(window: &Window) -> String {
    let tree = window.driver.devtools("Accessibility.getFullAXTree", json!({})).await;
    let nodes = tree["nodes"].as_array().expect("nodes");
    let texts = nodes.iter().filter(|node| node["role"]["value"] == "StaticText");
    let texts: Vec<&str> = texts.filter_map(|node| node["name"]["value"].as_str()).collect();
    // The count is made by the style, and read out in pieces of its own.
    let before = texts.iter().position(|text| *text == "selected");
    let words = before.map(|at| texts[at.saturating_sub(2)..=at].concat()).unwrap_or_default();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn clicks_with_shift(window: &Window, label: &str) {
    let tick = window.finds("checkbox", label).await;
    let chain = window.driver.action_chain().key_down(Key::Shift).click_element(&tick);
    chain.key_up(Key::Shift).perform().await.expect("a click with Shift");
}

#[actix_web::test]
async fn shift_ticks_a_range_and_the_bar_counts() {
    let app = App::start().await;
    let (window, _) = signed_in(&app, 9).await;
    assert_eq!(bar(&window).await, "", "nothing is ticked yet");
    window.ticks("Select token-02").await;
    assert_eq!(bar(&window).await, "1 selected");
    clicks_with_shift(&window, "Select token-05").await;
    assert_eq!(ticked(&window).await, ["02", "03", "04", "05"]);
    assert_eq!(bar(&window).await, "4 selected");
    clicks_with_shift(&window, "Select token-04").await;
    assert_eq!(ticked(&window).await, ["02", "03"], "upwards, and it clears as it ticks");
    window.presses("Revoke selected").await;
    window.reads("dialog", "Revoke 2 tokens?").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Revoke 2 tokens").await;
    window.hears("status", "2 tokens were revoked.").await;
    assert_eq!(window.row("token-02").await, None);
    assert!(window.row("token-04").await.is_some());
    assert_eq!(window.driver.heard().await, Vec::<String>::new());
}

#[actix_web::test]
async fn one_box_ticks_all_of_a_page_and_shows_when_it_is_some() {
    let app = App::start().await;
    let (window, _) = signed_in(&app, 22).await;
    let all = "Select all tokens on this page";
    let state = async || {
        let script = "const box = document.querySelector('th [type=checkbox]'); return [box.checked, box.indeterminate]";
        window.script(script).await
    };
    window.ticks(all).await;
    assert_eq!((ticked(&window).await.len(), bar(&window).await), (20, "20 selected".to_owned()));
    window.ticks("Select token-03").await;
    assert_eq!(state().await, json!([false, true]));
    window.ticks("Select token-03").await;
    assert_eq!(state().await, json!([true, false]));
    window.ticks(all).await;
    assert_eq!(ticked(&window).await.len(), 0);
    window.follows("Next").await;
    window.sees("Page 2 of 2").await;
    window.ticks(all).await;
    assert_eq!(ticked(&window).await, ["20", "21"]);
}

/// ONCE-03
#[actix_web::test]
async fn a_pasted_value_is_in_no_address_and_no_field_afterwards() {
    let app = App::start().await;
    let (window, ada) = signed_in(&app, 2).await;
    let secret = ada.generates("CI runner").with("Builds", "Read").await;
    let field = window.finds("searchbox", "Find a token").await;
    field.send_keys(&secret).await.expect("a field");
    window.presses("Find").await;
    window.hears("status", "That value is “CI runner”.").await;
    assert!(window.row("CI runner").await.is_some() && window.row("token-00").await.is_none());
    window.driver.back().await.expect("a page before");
    window.reads("link", "token-00").await;
    let kept = async || {
        let value = window.script("return document.querySelector('#q').value").await;
        (value == "").then_some(())
    };
    look(kept).await.expect("an empty field");
    window.driver.forward().await.expect("a page after");
    window.reads("link", "CI runner").await;
    assert!(!window.address().await.contains(&secret[..12]));
    let html = window.driver.source().await.expect("a page");
    assert!(!html.contains(&secret[..12]));
}

/// The bar is over the list at the bottom of the window however long the list is.
#[actix_web::test]
async fn the_bar_stays_in_sight() {
    let app = App::start().await;
    let (window, _) = signed_in(&app, 20).await;
    window.ticks("Select token-00").await;
    let inside = "scrollTo(0, 0); const bar = document.querySelector('.bulk').getBoundingClientRect();
        return bar.top > 0 && bar.bottom <= innerHeight && document.documentElement.scrollHeight > innerHeight";
    assert_eq!(window.script(inside).await, json!(true));
}
