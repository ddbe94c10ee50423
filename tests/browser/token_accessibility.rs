//! The form of a token, its own page and its dialogs in every state, for everybody.

use chrono::TimeDelta;

use crate::fernhill::{FILE, grants, opens_the_form, searches, ticks, under};
use crate::inspector::Inspector;
use crate::support::App;
use crate::support::people::{PASSWORD, Person, sign_in};
use crate::window::Window;

#[actix_web::test]
async fn the_form_with_all_that_it_offers_is_for_everybody() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    let mut inspector = Inspector::new(&window);
    window.unfolds("Only from certain addresses").await;
    window.unfolds("Only so many requests a minute").await;
    window.presses("CI pipeline").await;
    window.grants("Deployments", "Selected methods").await;
    inspector.looks_closely_at("the form, with methods").await;
    searches(&window, "Find a method of Git", "clone").await;
    ticks(&window, "Only show ticked").await;
    inspector.looks_at("the form, with methods found").await;
    searches(&window, "Find a service or method", "xyz").await;
    inspector.looks_at("the form, with nothing found").await;

    window.goes_to("/account/tokens/new?name=CI&read=git,nothing&set=none&color=red").await;
    window.sees("The link that led here asked for things that are not offered here.").await;
    inspector.looks_closely_at("the form, with notes of a link").await;
    window.types("Name", &"A name ".repeat(8)).await;
    window.presses("CI pipeline").await;
    window.presses("Copy link to this form").await;
    window.reads("textbox", "Link to this form").await;
    inspector.looks_closely_at("the form, with its link").await;
    window.script("Object.defineProperty(navigator, 'clipboard', { value: undefined })").await;
    window.presses("Copy link").await;
    inspector.looks_at("the form, with its link to be copied by hand").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn the_form_with_everything_wrong_is_for_everybody() {
    let app = App::with(FILE, &[]).await;
    let window = opens_the_form(&app).await;
    let mut inspector = Inspector::new(&window);
    window.types("Description (optional)", "two\u{200b}words").await;
    window.picks("Expires", "On a date I choose").await;
    window.unfolds("Only from certain addresses").await;
    window.types("Allowed addresses", "300.0.0.1").await;
    window.unfolds("Only so many requests a minute").await;
    window.types("Requests a minute", "ten").await;
    window.grants("Git", "Selected methods").await;
    window.presses("Generate token").await;
    window.is_refused().await;
    window.reads("heading", "Check 7 things").await;
    inspector.looks_closely_at("the form, refused").await;
    window.grants("Git", "None").await;
    window.picks("Expires", "Never").await;
    window.presses("Generate token").await;
    window.is_refused().await;
    window.reads("heading", "Check 6 things").await;
    inspector.looks_at("the form, refused again").await;
    inspector.finds_nothing_wrong();
}

/// The person with a new session: in another browser, as the former one has ended or was on another server.
async fn comes_back(app: &App, person: &Person) -> Person {
    let browser = app.guest();
    sign_in(&browser, &person.name, PASSWORD).await;
    Person { browser, name: person.name.clone(), id: person.id.clone() }
}

async fn signs_in(app: &App) -> Window {
    let window = Window::open(app).await;
    window.goes_to("/sign-in").await;
    window.signs_in("ada", PASSWORD).await;
    window.reads("heading", "Access tokens").await;
    window
}

#[actix_web::test]
async fn a_tokens_own_page_is_for_everybody() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    ada.generates("Old").with("Builds", "Read").expiring("7").await;
    app.wait(TimeDelta::days(20));
    let ada = comes_back(&app, &ada).await;
    let secret = ada.generates("CI").with("Builds", "Read & write").with("Git", "Read").await;
    assert_eq!(app.machine().verifies(&secret, "builds", "write").await, 200);
    assert_eq!(app.machine().verifies(&secret, "git", "write").await, 403);
    app.write_uses().await;
    let (live, old) = (ada.page_of(&app, "CI").await, ada.page_of(&app, "Old").await);
    let window = signs_in(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to(&live).await;
    window.reads("heading", "CI").await;
    window.reads("image", "1 use in the last 90 days, on 12 December.").await;
    window.unfolds("Numbers by day").await;
    inspector.looks_closely_at("a token").await;
    window.follows("Mark it in the form (Read & write of Git)").await;
    window.sees("Marked below and not saved yet: Read & write Git.").await;
    inspector.looks_closely_at("a token, with a grant marked").await;
    window.goes_to(&old).await;
    window.sees("It has expired.").await;
    inspector.looks_at("a token that has expired").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn a_paused_token_and_its_changes_are_for_everybody() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Builds", "Read & write").with("Git", "Read").await;
    let live = ada.page_of(&app, "CI").await;
    let window = signs_in(&app).await;
    let mut inspector = Inspector::new(&window);
    ada.regenerates(&app, "CI", "24").await;
    let pause = ada.opens(&format!("{live}/pause")).await.form("Pause token");
    ada.browser.submit(&pause.fill("Your password", PASSWORD)).await;
    window.goes_to(&live).await;
    window.sees("it is refused until you resume it").await;
    window.sees("Its former value").await;
    window.presses("CI pipeline").await;
    grants(&window, &["Audit log: Read", "Builds: Read & write", "Git: Clone, Push"]).await;
    inspector.looks_closely_at("a token that is paused, with a former value").await;
    window.types("Name", " ").await;
    window.presses("Save changes").await;
    window.is_refused().await;
    inspector.looks_at("a token, its changes refused").await;
    window.types("Name", "CI runner").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Save changes").await;
    window.hears("status", "Saved “CI runner”.").await;
    inspector.looks_at("a token, its changes saved").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn why_a_request_is_refused_is_told_to_everybody() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    let path = ada.page_of(&app, "CI").await;
    let window = signs_in(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to(&path).await;
    window.follows("Why was a request refused?").await;
    window.reads("heading", "Explain a request").await;
    inspector.looks_closely_at("the form that explains a request").await;
    window.types("HTTP method", "DELETE").await;
    window
        .types(
            "Address or path",
            "https://git.fernhill.example/ada/a-very-long-name-of-a-repository",
        )
        .await;
    window.picks("Service", "Git").await;
    window.presses("Explain request").await;
    window.reads("heading", "It would be refused").await;
    window.unfolds("What gateways are answered").await;
    inspector.looks_closely_at("a request that would be refused").await;
    window.types("HTTP method", "GET").await;
    window.presses("Explain request").await;
    window.reads("heading", "It would pass").await;
    inspector.looks_at("a request that would pass").await;
    window.types("From address (optional)", "here").await;
    window.presses("Explain request").await;
    window.is_refused().await;
    inspector.looks_at("a request that cannot be explained").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn the_page_of_a_token_under_another_policy_is_for_everybody() {
    let mut app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    let token = ada.generates("CI").with("Builds", "Read & write").with("Metrics", "Read & write");
    token.expiring("never").await;
    let path = ada.page_of(&app, "CI").await;
    for (edits, sentence) in [
        ("name", "Here only name and description of a token can be changed."),
        ("narrow", "Here a token can only be narrowed"),
    ] {
        let policy = format!("never = false\nunused = \"10d\"\nedits = \"{edits}\"");
        let narrowed = under(&policy).replace("\"Metrics\"", "\"Metrics\"\naccess = \"read\"");
        app = app.restarted_with(&narrowed).await;
        let window = signs_in(&app).await;
        let mut inspector = Inspector::new(&window);
        window.goes_to(&path).await;
        window.sees("Outside today’s policy: it never expires").await;
        window.sees("It does less than it was granted").await;
        window.sees(sentence).await;
        inspector.looks_closely_at(&format!("a token under edits = {edits}")).await;
        inspector.finds_nothing_wrong();
    }
}

#[actix_web::test]
async fn a_profile_with_a_time_zone_is_for_everybody() {
    let app = App::with(FILE, &[]).await;
    let window = Window::of_member(&app, "ada").await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/account").await;
    let zone = window.finds("combobox", "Time zone").await;
    zone.send_keys("Europe/Helsinki").await.expect("keys");
    inspector.looks_closely_at("profile, with a zone").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Save profile").await;
    window.hears("status", "Saved your profile.").await;
    let chosen = window.finds("combobox", "Time zone").await.prop("value").await.expect("a value");
    assert_eq!(chosen.as_deref(), Some("Europe/Helsinki"));
    inspector.looks_at("profile, its zone saved").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn the_dialogs_of_a_token_are_for_everybody() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    ada.generates("Old").with("Builds", "Read").expiring("7").await;
    app.wait(TimeDelta::days(20));
    let ada = comes_back(&app, &ada).await;
    let long = "A_name_without_any_space_in_it_that_is_sixty_characters_long";
    ada.generates(long).with("Builds", "Read & write").await;
    ada.regenerates(&app, long, "24").await;
    let (live, old) = (ada.page_of(&app, long).await, ada.page_of(&app, "Old").await);
    let window = signs_in(&app).await;
    let mut inspector = Inspector::new(&window);
    for dialog in ["secret", "overlap", "pause"] {
        window.goes_to(&format!("{live}/{dialog}")).await;
        inspector.looks_closely_at(&format!("{dialog}, asked")).await;
        window.types("Your password", "not my password").await;
        let button = match dialog {
            "secret" => "Regenerate",
            "overlap" => "End former value",
            _ => "Pause token",
        };
        window.presses(button).await;
        window.sees("That password isn’t right.").await;
        inspector.looks_at(&format!("{dialog}, refused")).await;
    }
    window.types("Your password", PASSWORD).await;
    window.presses("Pause token").await;
    window.sees("it is refused until you resume it").await;
    for dialog in ["secret", "pause"] {
        window.goes_to(&format!("{live}/{dialog}")).await;
        inspector.looks_at(&format!("{dialog}, of a paused token")).await;
    }
    window.goes_to(&format!("{old}/secret")).await;
    inspector.looks_closely_at("secret, of an expired token").await;
    window.picks("Expires", "On a date I choose").await;
    window.presses("Regenerate").await;
    window.sees("Choose a day, such as").await;
    inspector.looks_at("secret, of an expired token, refused").await;
    inspector.finds_nothing_wrong();
}
