//! A passkey from the first look at it to its end, with Chromium's own authenticator in software.

use latchkey::config::SAMPLE;
use serde_json::{Value, json};

use crate::inspector::Inspector;
use crate::support::App;
use crate::support::people::PASSWORD;
use crate::window::Window;

#[actix_web::test]
async fn a_passkey_is_added_signs_in_confirms_and_is_removed() {
    let app = App::on_localhost(SAMPLE).await;
    let window = Window::of_member(&app, "ada").await;
    let authenticator = plugs_in(&window).await;
    let mut inspector = Inspector::new(&window);
    adds(&window, &mut inspector).await;
    is_not_added_twice(&window).await;
    window.generates("ci", "Git", "Read").await;
    window.follows("I’ve saved it").await;
    is_offered_at_the_door(&window).await;
    signs_in(&window, &mut inspector, &authenticator).await;
    revokes(&window, &mut inspector).await;
    says_no(&window, &authenticator).await;
    verifies_nobody(&window, &authenticator).await;
    removes(&window, &mut inspector).await;
    inspector.finds_nothing_wrong();
}

/// An authenticator of the device itself, whose owner agrees to everything. Answers its id.
async fn plugs_in(window: &Window) -> Value {
    window.driver.devtools("WebAuthn.enable", json!({})).await;
    let options = json!({
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal",
        "hasResidentKey": true, "hasUserVerification": true, "isUserVerified": true,
    });
    let added =
        window.driver.devtools("WebAuthn.addVirtualAuthenticator", json!({ "options": options }));
    added.await["authenticatorId"].clone()
}

async fn adds(window: &Window, inspector: &mut Inspector<'_>) {
    window.goes_to("/account/password").await;
    inspector.looks_at("password, without a passkey").await;
    window.follows("Add passkey").await;
    window.reads("heading", "Add a passkey").await;
    inspector.looks_at("passkey, add").await;
    window.presses("Add passkey").await;
    window.is_refused().await;
    inspector.looks_at("passkey, refused").await;
    window.types("Name", "Laptop").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Add passkey").await;
    window.hears("status", "Your passkey “Laptop” is added.").await;
    inspector.looks_at("password, with a passkey").await;
}

async fn is_not_added_twice(window: &Window) {
    window.follows("Add passkey").await;
    window.types("Name", "Laptop again").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Add passkey").await;
    window.hears("status", "This device has a passkey for you already.").await;
}

/// The browser offers it in the field for the name, and its owner, who takes everything, takes it.
async fn is_offered_at_the_door(window: &Window) {
    window.presses("Sign out").await;
    window.reads("heading", "Access tokens").await;
    window.goes_to("/account/activity").await;
    window.sees("With the passkey “Laptop”.").await;
}

/// What the browser offers meanwhile makes room for the button.
async fn signs_in(window: &Window, inspector: &mut Inspector<'_>, authenticator: &Value) {
    let present = |is: bool| json!({ "authenticatorId": authenticator, "enabled": is });
    let simulated = "WebAuthn.setAutomaticPresenceSimulation";
    window.driver.devtools(simulated, present(false)).await;
    window.presses("Sign out").await;
    window.reads("heading", "Sign in").await;
    inspector.looks_at("sign in, with passkeys").await;
    window.driver.devtools(simulated, present(true)).await;
    window.presses("Sign in with a passkey").await;
    window.reads("heading", "Access tokens").await;
}

async fn revokes(window: &Window, inspector: &mut Inspector<'_>) {
    window.acts("ci", "Revoke ci").await;
    window.reads("heading", "Revoke “ci”?").await;
    inspector.looks_at("revoke, with a passkey").await;
    window.presses("Use a passkey").await;
    window.hears("status", "“ci” was revoked. Anything that used it has lost access.").await;
}

/// Where its owner doesn't agree, nothing happens.
async fn says_no(window: &Window, authenticator: &Value) {
    window.goes_to("/account/password").await;
    window.follows("Remove Laptop").await;
    let set = |is: bool| json!({ "authenticatorId": authenticator, "isUserVerified": is });
    window.driver.devtools("WebAuthn.setUserVerified", set(false)).await;
    window.presses("Use a passkey").await;
    window.hears("status", "No passkey was used. Try again, or go on without it.").await;
    window.driver.devtools("WebAuthn.setUserVerified", set(true)).await;
}

/// A page that was changed to ask for nobody's finger: the browser goes along with it, and the server doesn't.
async fn verifies_nobody(window: &Window, authenticator: &Value) {
    let set = |is: bool| json!({ "authenticatorId": authenticator, "isUserVerified": is });
    window.driver.devtools("WebAuthn.setUserVerified", set(false)).await;
    let changed = "const button = document.querySelector('[data-passkey]');
        button.dataset.options = button.dataset.options.replace('\"required\"', '\"discouraged\"');
        return button.dataset.options.includes('discouraged')";
    assert_eq!(window.script(changed).await, json!(true));
    window.presses("Use a passkey").await;
    window.is_refused().await;
    window.sees("That passkey can’t confirm this. Nothing was changed.").await;
    window.driver.devtools("WebAuthn.setUserVerified", set(true)).await;
}

async fn removes(window: &Window, inspector: &mut Inspector<'_>) {
    inspector.looks_at("passkey, remove").await;
    window.presses("Use a passkey").await;
    window.hears("status", "Your passkey “Laptop” no longer works here.").await;
    window.sees("Add passkey").await;
}
