//! The form of a token where there is much to choose from.

use std::fmt::Write as _;

use serde_json::Value;
use thirtyfour::prelude::*;

use crate::fernhill::{granted, opens_the_form, searches, services, sets_all};
use crate::support::App;

const SERVICES: usize = 200;
const METHODS: usize = 10;

fn file() -> String {
    let mut file = String::new();
    for at in 0..SERVICES {
        let about = format!("What the house keeps in room {at}");
        let _ = writeln!(file, "[[services]]\nkey = \"room{at}\"\nname = \"Room {at}\"");
        let _ = writeln!(file, "description = \"{about}\"\nmethods = [");
        for method in 0..METHODS {
            let _ =
                writeln!(file, "  {{ key = \"door{method}\", name = \"Door {at}/{method}\" }},");
        }
        file.push_str("]\n");
    }
    file
}

/// Milliseconds from a key that changes this field until the page is laid out anew, the slowest of some.
const SLOWEST: &str = "const [field, words] = arguments;
    const took = [...words].map((_, at) => {
        field.value = words.slice(0, at + 1);
        const begin = performance.now();
        field.dispatchEvent(new Event('input', { bubbles: true }));
        document.body.getBoundingClientRect();
        return performance.now() - begin;
    });
    return Math.max(...took)";

#[actix_web::test]
async fn a_form_of_two_thousand_methods_answers_while_one_types() {
    let app = App::with(&file(), &[]).await;
    let window = opens_the_form(&app).await;
    assert_eq!(services(&window).await.len(), SERVICES);
    sets_all(&window, "Read").await;
    assert_eq!(granted(&window).await.len(), SERVICES);
    let search = window.driver.find(By::Css("[type=search]")).await.expect("the search");
    let arguments = vec![search.to_json().expect("the search"), Value::from("door 42/7")];
    let slowest = window.driver.script(SLOWEST, arguments).await;
    assert_eq!(services(&window).await, ["Room 42"]);
    window.hears("status", "1 of 200 services shown").await;
    searches(&window, "Find a service or method", "room 7").await;
    assert_eq!(services(&window).await.len(), 11, "Room 7, and 70 to 79");

    let size = window.driver.source().await.expect("a page").len();
    let slowest = slowest.as_f64().expect("a time");
    println!("{SERVICES} services, {METHODS} methods each: {size} bytes, {slowest:.0} ms at most");
    // Far from what anybody would call quick: it only has to tell slow from stuck.
    assert!(slowest < 3000.0, "{slowest} ms for one key");
}
