//! Sessions and activity, in every state, for everybody.

use chrono::TimeDelta;

use crate::inspector::Inspector;
use crate::support::App;
use crate::support::people::{PASSWORD, Person, sign_in};
use crate::window::Window;

async fn has_done_much(app: &App) -> Person {
    let ada = app.member("ada").await;
    let names =
        ["عداد الهاتف", "A_name_without_any_space_in_it_that_is_sixty_characters_long", "CI"];
    for name in names {
        ada.generates(name).with("Git", "Read").await;
    }
    ada.revokes("CI").await;
    sign_in(&app.guest(), "ada", "wrong, wrong, wrong").await;
    app.wait(TimeDelta::hours(3));
    ada
}

#[actix_web::test]
async fn sessions_are_for_everybody() {
    let app = App::start().await;
    let ada = has_done_much(&app).await;
    let window = Window::open(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/sign-in").await;
    window.signs_in("ada", PASSWORD).await;
    window.goes_to("/account/sessions").await;
    window.sees("This device").await;
    inspector.looks_at("one session").await;
    let ada = Person { browser: ada.elsewhere().await, ..ada };
    ada.elsewhere().await;
    window.goes_to("/account/sessions").await;
    inspector.looks_at("sessions").await;
    window.follows("Sign out everywhere else").await;
    window.reads("dialog", "Sign out everywhere else?").await;
    inspector.looks_at("sign out everywhere else").await;
    window.types("Your password", "not my password").await;
    window.presses("Sign out everywhere else").await;
    window.sees("That password isn’t right. Nothing was changed").await;
    inspector.looks_at("sign out with a wrong password").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Sign out everywhere else").await;
    window.hears("status", "2 other sessions have ended.").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn activity_is_for_everybody() {
    let app = App::start().await;
    has_done_much(&app).await;
    let window = Window::open(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/sign-in").await;
    window.signs_in("ada", PASSWORD).await;
    window.goes_to("/account/activity").await;
    window.sees("Sign-in failed").await;
    inspector.looks_at("activity").await;
    window.picks("What happened", "Generated").await;
    window.presses("Show activity").await;
    window.sees("Show all activity").await;
    inspector.looks_at("activity, filtered").await;
    window.goes_to("/account/activity?token=x&kind=password_changed").await;
    window.sees("Nothing like that has happened.").await;
    inspector.looks_at("activity, nothing matches").await;
    inspector.finds_nothing_wrong();
}
