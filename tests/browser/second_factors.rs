//! A second factor from the first look at it to signing in with it, in a real browser.

use chrono::TimeDelta;
use latchkey::domain::second_factor::TotpKey;

use crate::inspector::Inspector;
use crate::support::App;
use crate::support::people::PASSWORD;
use crate::window::Window;

#[actix_web::test]
async fn a_second_factor_is_set_up_used_and_lost() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    let mut inspector = Inspector::new(&window);
    let (key, code) = sets_up(&app, &window, &mut inspector).await;
    signs_in(&app, &window, &mut inspector, &key).await;
    loses_it(&window, &mut inspector, &code).await;
    inspector.finds_nothing_wrong();
}

/// Answers with the app's key and one recovery code.
async fn sets_up(app: &App, window: &Window, inspector: &mut Inspector<'_>) -> (TotpKey, String) {
    window.goes_to("/account/password").await;
    window.follows("Set up second factor").await;
    window.reads("heading", "Set up a second factor").await;
    window.reads("image", "QR code with the key below").await;
    inspector.looks_at("second factor, set up").await;
    window.presses("Set up second factor").await;
    window.is_refused().await;
    inspector.looks_at("second factor, refused").await;
    let key = window.script("return document.querySelector('[name=key]').value").await;
    let key = TotpKey::parse(key.as_str().expect("the key")).expect("a key");
    window.types("Code", &key.code(app.now())).await;
    window.types("Your password", PASSWORD).await;
    window.presses("Set up second factor").await;
    window.reads("heading", "Save your recovery codes").await;
    inspector.looks_at("recovery codes").await;
    let codes = window.script("return document.getElementById('codes').textContent").await;
    let code = codes.as_str().and_then(|codes| codes.lines().next()).expect("a code").to_owned();
    window.follows("I’ve saved them").await;
    window.sees("10 recovery codes are left.").await;
    inspector.looks_at("password, with a second factor").await;
    (key, code)
}

async fn signs_in(app: &App, window: &Window, inspector: &mut Inspector<'_>, key: &TotpKey) {
    app.wait(TimeDelta::seconds(30));
    window.presses("Sign out").await;
    window.signs_in("ada", PASSWORD).await;
    window.reads("heading", "Enter your code").await;
    inspector.looks_at("code").await;
    window.types("Code", "12345").await;
    window.presses("Sign in").await;
    window.is_refused().await;
    inspector.looks_at("code, refused").await;
    window.types("Code", &key.code(app.now())).await;
    window.presses("Sign in").await;
    window.reads("heading", "Access tokens").await;
}

async fn loses_it(window: &Window, inspector: &mut Inspector<'_>, code: &str) {
    window.presses("Sign out").await;
    window.signs_in("ada", PASSWORD).await;
    window.unfolds("Use a recovery code").await;
    window.types("Recovery code", code).await;
    inspector.looks_at("recovery code").await;
    window.presses("Sign in").await;
    window.hears("status", "9 recovery codes are left.").await;
    window.goes_to("/account/recovery-codes").await;
    inspector.looks_at("new recovery codes").await;
    window.goes_to("/account/second-factor/removal").await;
    inspector.looks_at("second factor, turn off").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Turn off second factor").await;
    window.hears("status", "Your second factor is off. Your other devices are signed out.").await;
}
