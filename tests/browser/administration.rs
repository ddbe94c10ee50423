//! Looking after one person, in every state, for everybody; as a browser does it.

use latchkey::domain::id::UserId;
use latchkey::domain::user::Role;

use crate::inspector::Inspector;
use crate::support::App;
use crate::support::people::{PASSWORD, Person};
use crate::support::phone::Phone;
use crate::window::Window;

/// Git is for one team; the other services are no team's.
fn file() -> String {
    let team = "[[teams]]\nkey = \"web\"\nname = \"Web & all the rest\"\n[teams.services]\ngit = \"read-write\"\n";
    format!("{}\n{team}", latchkey::config::SAMPLE)
}

/// Somebody with much of everything, and an administrator's window on their page.
async fn begins(app: &App) -> (Window, Person) {
    let window = Window::of_member(app, "bo").await;
    app.gives_role("bo", Role::Admin).await;
    let ada = app.member("ada").await;
    app.joins("ada", "web").await;
    ada.generates("عداد الهاتف").with("Git", "Read & write").await;
    ada.generates("A_name_without_any_space_in_it_that_is_sixty_characters_long")
        .with("Mail", "Read")
        .await;
    ada.generates("CI").with("Builds", "Read").with("Git", "Read").expiring("7").await;
    Phone::set_up(app, &ada).await;
    window.goes_to(&place(&ada.id)).await;
    window.reads("heading", "ada Nyström").await;
    (window, ada)
}

fn place(id: &UserId) -> String {
    format!("/admin/people/{}", id.as_str())
}

#[actix_web::test]
async fn changing_a_person_is_for_everybody() {
    let app = App::with(&file(), &[]).await;
    let (window, ada) = begins(&app).await;
    let mut inspector = Inspector::new(&window);
    inspector.looks_closely_at("a person").await;
    window.ticks("Web & all the rest").await;
    window.presses("Show what it does to tokens").await;
    window.sees("2 tokens will do less from then on").await;
    inspector.looks_at("what a change does").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Save changes").await;
    window.hears("status", "Saved “ada Nyström”.").await;
    window.sees("Less than granted").await;
    inspector.looks_at("a person whose tokens do less").await;
    window.types("Name", " ").await;
    window.presses("Save changes").await;
    window.is_refused().await;
    inspector.looks_at("a person, refused").await;
    window.goes_to(&format!("{}/second-factor/reset", place(&ada.id))).await;
    inspector.looks_at("reset a second factor").await;
    window.goes_to(&format!("{}/deletion", place(&ada.id))).await;
    inspector.looks_at("delete a person").await;
    window.presses("Delete person").await;
    window.is_refused().await;
    inspector.looks_at("delete a person, refused").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn disabling_and_ending_what_is_somebodys_is_for_everybody() {
    let app = App::with(&file(), &[]).await;
    let (window, ada) = begins(&app).await;
    let mut inspector = Inspector::new(&window);
    window.follows("Revoke CI").await;
    window.reads("dialog", "Revoke “CI” of “ada Nyström”?").await;
    inspector.looks_at("revoke a token of somebody").await;
    window.goes_to(&format!("{}/revocation?all=yes", place(&ada.id))).await;
    inspector.looks_at("revoke all tokens of somebody").await;
    window.goes_to(&format!("{}/sessions", place(&ada.id))).await;
    window.presses("Sign out everywhere").await;
    window.sees("Enter your password").await;
    inspector.looks_at("sign somebody out, refused").await;
    window.goes_to(&format!("{}/standing", place(&ada.id))).await;
    inspector.looks_at("disable a person").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Disable person").await;
    window.sees("they can’t sign in").await;
    inspector.looks_at("a disabled person").await;
    window.follows("Enable person").await;
    window.reads("heading", "Enable “ada Nyström”?").await;
    inspector.looks_at("enable a person").await;
    window.ticks("Revoke CI instead").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Enable person").await;
    window.hears("status", "“ada Nyström” is enabled.").await;
    assert!(!window.text().await.contains("\nCI\n"), "revoked instead");
    inspector.finds_nothing_wrong();
}
