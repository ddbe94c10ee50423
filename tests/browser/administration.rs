//! The pages of administrators, in every state, for everybody; as a browser does it.

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

/// An administrator's window among people with tokens of many kinds.
async fn of_admin(app: &App) -> Window {
    let ada = app.member("ada").await;
    let long = "A_name_without_any_space_in_it_that_is_sixty_characters_long";
    for name in [long, "عداد الهاتف", "CI"] {
        ada.generates(name).with("Git", "Read").with("Builds", "Read & write").await;
    }
    ada.generates("Gone").with("Git", "Read").await;
    ada.revokes("Gone").await;
    app.database.run("UPDATE tokens SET paused_at = 1 WHERE name = 'CI'").await;
    app.member("off").await.generates("Left").expiring("7").with("Mail", "Read").await;
    app.disables("off").await;
    let window = Window::of_member(app, "bo").await;
    app.gives_role("bo", Role::Admin).await;
    window
}

#[actix_web::test]
async fn everybodys_tokens_and_their_revocation_are_for_everybody() {
    let app = App::start().await;
    let window = of_admin(&app).await;
    let mut inspector = Inspector::new(&window);
    for (query, says) in [
        ("", "Paused"),
        ("?show=revoked", "Revoked just now"),
        ("?q=nonsense", "No token matches."),
        ("?show=x&owner=nobody", "There is no person with the username “nobody”."),
    ] {
        window.goes_to(&format!("/admin/tokens{query}")).await;
        window.sees(says).await;
        inspector.looks_at(&format!("everybody’s tokens {query}")).await;
    }
    window.goes_to("/admin/tokens?q=ada").await;
    window.follows("Revoke all 3 tokens that match").await;
    window.reads("dialog", "Revoke all 3 tokens?").await;
    inspector.looks_at("revoke all that match").await;
    window.types("Your password", "not my password").await;
    window.presses("Revoke all 3 tokens").await;
    window.sees("That password isn’t right. Nothing was changed").await;
    inspector.looks_at("revoke with a wrong password").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Revoke all 3 tokens").await;
    window.hears("status", "3 tokens were revoked.").await;
    window.goes_to("/admin/tokens").await;
    window.ticks("Select Left of off").await;
    window.presses("Revoke selected").await;
    window.reads("dialog", "Revoke “Left” of off?").await;
    inspector.looks_at("revoke one of somebody’s").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn activity_policy_and_catalogue_are_for_everybody() {
    let app = App::start().await;
    let window = of_admin(&app).await;
    let mut inspector = Inspector::new(&window);
    let strict = latchkey::config::SAMPLE.replace("never = true", "never = false");
    let strict = strict.replace("\"365d\"", "\"30d\"").replace("\"90d\"", "\"30d\"");
    for (path, says) in [
        ("/admin/activity", "Account disabled"),
        ("/admin/activity?person=ada&kind=token_revoked", "Show all activity"),
        ("/admin/activity?kind=password_changed&person=x", "Nothing like that has happened."),
        ("/admin/policy", "Nothing: every token could be generated like that today."),
        ("/admin/catalogue", "Repositories and pull requests"),
    ] {
        window.goes_to(path).await;
        window.sees(says).await;
        inspector.looks_at(path).await;
    }
    app.reloads(&strict);
    window.goes_to("/admin/policy").await;
    window.sees("3 tokens work longer than the 30 days allowed now").await;
    inspector.looks_at("tokens outside the policy").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn callers_are_for_everybody() {
    let app = App::start().await;
    let window = of_admin(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/admin/callers").await;
    inspector.looks_at("no callers").await;
    window.follows("Add caller").await;
    inspector.looks_at("add a caller").await;
    window.presses("Add caller").await;
    window.is_refused().await;
    inspector.looks_at("add a caller, refused").await;
    window.picks("Service", "Git").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Add caller").await;
    window.reads("heading", "Save the secret").await;
    inspector.looks_at("a caller’s secret").await;
    window.follows("I’ve saved it").await;
    inspector.looks_at("callers").await;
    window.follows("New secret for git").await;
    inspector.looks_at("a new secret").await;
    window.goes_to("/admin/callers/git/removal").await;
    inspector.looks_at("remove a caller").await;
    inspector.finds_nothing_wrong();
}
