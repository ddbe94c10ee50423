//! Service accounts and their tokens, in every state, for everybody; as a browser does it.

use latchkey::domain::user::Role;

use crate::inspector::Inspector;
use crate::support::App;
use crate::support::people::PASSWORD;
use crate::window::Window;

const TOKENS: &str = "/service-accounts/night-build/tokens";

/// Git is for one team, and everything else for both.
fn file() -> String {
    let platform = "[[teams]]\nkey = \"platform\"\nname = \"Platform\"\n[teams.services]\ngit = \"read-write\"\n";
    let web = "[[teams]]\nkey = \"web\"\nname = \"Web & all the rest\"\n";
    format!("{}\n{platform}{web}", latchkey::config::SAMPLE)
}

#[actix_web::test]
async fn an_account_from_its_beginning_to_its_end_is_for_everybody() {
    let app = App::with(&file(), &[]).await;
    let window = Window::of_member(&app, "bo").await;
    app.gives_role("bo", Role::Admin).await;
    app.joins("bo", "platform").await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/service-accounts").await;
    window.sees("No service accounts yet").await;
    inspector.looks_at("no service accounts").await;
    window.follows("Add service account").await;
    window.presses("Add service account").await;
    window.is_refused().await;
    inspector.looks_at("add a service account, refused").await;
    window.types("Name", "Night build").await;
    window.types("Username", "night-build").await;
    window.picks("Team", "Platform").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Add service account").await;
    window.hears("status", "“Night build” is there. Its team generates its tokens here.").await;
    inspector.looks_at("an account without tokens").await;
    generates(&window, &mut inspector).await;
    window.goes_to("/service-accounts").await;
    window.reads("heading", "Service accounts").await;
    inspector.looks_closely_at("service accounts").await;
    ends(&app, &window, &mut inspector).await;
    inspector.finds_nothing_wrong();
}

async fn generates(window: &Window, inspector: &mut Inspector<'_>) {
    window.follows("Generate your first token").await;
    window.reads("heading", "Generate a token for Night build").await;
    inspector.looks_at("generate a token of an account").await;
    window.types("Name", "Deploys").await;
    window.grants("Git", "Read").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Generate token").await;
    window.reads("dialog", "Save your token").await;
    inspector.looks_at("a token of an account, shown").await;
    window.follows("I’ve saved it").await;
    window.reads("heading", "Night build: Access tokens").await;
    inspector.looks_at("tokens of an account").await;
    window.follows("Deploys").await;
    window.reads("heading", "Deploys").await;
    inspector.looks_at("a token of an account").await;
    window.follows("All activity of this token").await;
    window.reads("heading", "Night build: Activity").await;
    inspector.looks_at("activity of an account").await;
}

async fn ends(app: &App, window: &Window, inspector: &mut Inspector<'_>) {
    window.follows("Hand over Night build").await;
    inspector.looks_at("hand over").await;
    window.picks("New team", "Web & all the rest").await;
    window.presses("See what changes").await;
    window.sees("1 token will do less from then on:").await;
    inspector.looks_at("hand over, and what that does").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Hand over").await;
    window.hears("status", "“Night build” is in the hands of “Web & all the rest”.").await;
    window.goes_to(TOKENS).await;
    window.sees("You are not in its team").await;
    inspector.looks_at("tokens of another team’s account").await;
    app.is_gone("night-build", "backend").await;
    window.goes_to("/service-accounts").await;
    window.sees("Gone from the file").await;
    inspector.looks_at("an account whose team is gone").await;
    window.follows("Disable Night build").await;
    inspector.looks_at("disable an account").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Disable account").await;
    window.hears("status", "“Night build” is disabled. Its tokens are refused.").await;
    inspector.looks_at("a disabled account").await;
    window.goes_to(TOKENS).await;
    window.sees("This account is disabled").await;
    inspector.looks_at("tokens of a disabled account").await;
    window.goes_to("/service-accounts").await;
    window.follows("Enable Night build").await;
    inspector.looks_at("enable an account").await;
    window.goes_to("/service-accounts/night-build/deletion").await;
    window.presses("Delete account").await;
    window.is_refused().await;
    inspector.looks_at("delete an account, refused").await;
}
