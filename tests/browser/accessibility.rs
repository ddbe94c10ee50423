//! Every page in every state, for everybody: readable, operable, within 320 pixels, and without a word in the console.

use chrono::TimeDelta;

use crate::inspector::Inspector;
use crate::support::App;
use crate::support::people::{PASSWORD, Person};
use crate::window::Window;

#[actix_web::test]
async fn the_pages_before_one_is_signed_in_are_for_everybody() {
    let app = App::start().await;
    let window = Window::open(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/setup").await;
    inspector.looks_at("set-up without its code").await;
    let code = app.application.manage.setup_code().await.expect("an answer").expect("a code");
    window.goes_to(&format!("/setup?code={code}")).await;
    inspector.looks_at("set-up").await;
    window.presses("Make account").await;
    window.is_refused().await;
    inspector.looks_at("set-up, refused").await;

    Person::add(&app, "ada", "member").await;
    window.goes_to("/sign-in").await;
    inspector.looks_at("sign-in").await;
    window.presses("Show password").await;
    inspector.looks_at("sign-in with the password shown").await;
    window.signs_in("ada", "not my password").await;
    window.hears("alert", "That username and password don’t match").await;
    inspector.looks_at("sign-in with a wrong password").await;
    window.goes_to("/sign-in?ended=yes&next=%2Faccount").await;
    inspector.looks_at("sign-in after a session has ended").await;
    window.goes_to("/no-such-page").await;
    window.reads("heading", "Page not found").await;
    inspector.looks_at("not found").await;
    inspector.finds_nothing_wrong();
}

/// Tokens in every state that a row can show; the clock is then at a later day.
async fn has_tokens_in_every_state(app: &App, person: &Person) {
    let revoked = person.generates("Old laptop").with("Mail", "Read").await;
    person.revokes("Old laptop").await;
    assert_eq!(app.machine().verifies(&revoked, "mail", "read").await, 401);
    person.generates("Old webhook relay").with("Builds", "Read & write").expiring("7").await;
    app.wait(TimeDelta::days(20));
    let person = Person {
        browser: person.elsewhere().await,
        name: person.name.clone(),
        id: person.id.clone(),
    };
    person.generates("Backup script (nas-02)").with("Files", "Read").expiring("7").await;
    person.generates("Grafana").with("Metrics", "Read").expiring("never").await;
    let long = "A_name_without_any_space_in_it_that_is_sixty_characters_long";
    let mut all = person.generates(long);
    for service in &app.config.catalogue.services()[1..] {
        all = all.with(&service.name, "Read & write");
    }
    all.await;
    person.generates("عداد الهاتف").with("Calendar", "Read").await;
    let secret =
        person.generates("CI runner").with("Builds", "Read & write").with("Git", "Read").await;
    assert_eq!(app.machine().verifies(&secret, "builds", "write").await, 200);
    app.wait(TimeDelta::minutes(4));
    app.write_uses().await;
}

#[actix_web::test]
async fn the_list_and_its_dialogs_are_for_everybody() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    has_tokens_in_every_state(&app, &ada).await;
    let window = Window::open(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/sign-in").await;
    window.signs_in("ada", PASSWORD).await;
    window.reads("heading", "Access tokens").await;
    for state in ["Expired", "In 7 days", "Never", "Never used", "4 minutes ago"] {
        window.sees(state).await;
    }
    inspector.looks_at("tokens").await;
    window.goes_to("/account/tokens?q=runner").await;
    window.ticks("Select CI runner").await;
    // At the end of the list, as axe-core can't judge what lies under it.
    window.script("document.querySelector('.bulk').style.position = 'static'").await;
    inspector.looks_at("a token, ticked").await;
    window.presses("Actions for CI runner").await;
    inspector.looks_at("a token, with its actions").await;
    window.goes_to("/account/tokens").await;
    window.acts("CI runner", "Revoke CI runner").await;
    window.reads("dialog", "Revoke “CI runner”?").await;
    inspector.looks_at("revoke").await;
    window.types("Your password", "not my password").await;
    window.presses("Revoke token").await;
    window.sees("That password isn’t right. Nothing was changed").await;
    inspector.looks_at("revoke with a wrong password").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Revoke token").await;
    window.hears("status", "“CI runner” was revoked. Anything that used it has lost access.").await;
    inspector.looks_at("tokens after a revocation").await;
    inspector.finds_nothing_wrong();
}

async fn has_much_to_act_on(app: &App, ada: &Person) {
    has_tokens_in_every_state(app, ada).await;
    ada.has_tokens(app, 24).await;
    for sql in [
        "UPDATE tokens SET paused_at = created_at WHERE name = 'Grafana'",
        "UPDATE tokens SET grants = 'git:read gone:read' WHERE name = 'CI runner'",
        "INSERT INTO former_secrets (digest, token_id, hint, ends_at) SELECT digest, id, hint, created_at + 3600000000 FROM tokens WHERE name = 'CI runner'",
    ] {
        app.database.run(sql).await;
    }
}

#[actix_web::test]
async fn finding_and_revoking_many_is_for_everybody() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    has_much_to_act_on(&app, &ada).await;
    let window = Window::open(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/sign-in").await;
    window.signs_in("ada", PASSWORD).await;
    for state in ["Paused", "Less than granted", "Former value works until", "Page 1 of 2"] {
        window.sees(state).await;
    }
    inspector.looks_at("tokens with everything to act on").await;
    for (place, says) in [
        ("?q=token&page=2", "Page 2 of 2"),
        ("?q=nonsense", "No token matches."),
        ("?show=x&sort=x&page=9", "There is no such filter: these are all tokens."),
        ("?show=expired&sort=name", "Expired"),
        ("/revocation", "Tick the tokens to revoke first."),
    ] {
        window.goes_to(&format!("/account/tokens{place}")).await;
        window.sees(says).await;
        inspector.looks_at(place).await;
    }
    // Of few tokens, as axe-core can't judge what a dialog has to be scrolled to.
    app.database.run("DELETE FROM tokens WHERE name LIKE 'token-%'").await;
    for question in ["all=yes", "expired=yes"] {
        window.goes_to(&format!("/account/tokens/revocation?{question}")).await;
        window.sees("Your password").await;
        inspector.looks_at(question).await;
    }
    window.goes_to("/account/tokens").await;
    window.ticks("Select CI runner").await;
    window.ticks("Select Grafana").await;
    window.presses("Revoke selected").await;
    window.reads("dialog", "Revoke 2 tokens?").await;
    inspector.looks_at("revoke several").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn generating_a_token_is_for_everybody() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    let mut inspector = Inspector::new(&window);
    inspector.looks_at("no tokens").await;
    window.goes_to("/account/tokens/new").await;
    inspector.looks_at("generate").await;
    window.grants("Builds", "Read & write").await;
    window.grants("Git", "Read").await;
    window.picks("Expires", "Never").await;
    inspector.looks_at("generate, filled in").await;
    window.goes_to("/account/tokens/new").await;
    window.picks("Expires", "On a date I choose").await;
    window.presses("Generate token").await;
    window.reads("heading", "Check 4 things").await;
    inspector.looks_at("generate, refused").await;

    window.generates("CI runner", "Builds", "Read").await;
    inspector.looks_at("save your token").await;
    window.unfolds("How do I use it?").await;
    window.reads("button", "Copy Docker config").await;
    inspector.looks_at("save your token, how to use it").await;
    window.driver.refresh().await.expect("a reload");
    window.driver.accept_alert().await.expect("it asks first");
    window.sees("“CI runner” was already shown.").await;
    inspector.looks_at("already shown").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn the_pages_of_an_account_are_for_everybody() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/account").await;
    inspector.looks_at("profile").await;
    window.types("Name", " ").await;
    window.presses("Save profile").await;
    window.is_refused().await;
    inspector.looks_at("profile, refused").await;
    window.types("Name", "Ada").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Save profile").await;
    window.hears("status", "Saved your profile.").await;
    inspector.looks_at("profile, saved").await;

    window.goes_to("/account/password").await;
    inspector.looks_at("password").await;
    window.types("New password", "short").await;
    window.presses("Change password").await;
    window.is_refused().await;
    inspector.looks_at("password, refused").await;
    window.goes_to("/account/tokens/revocation?id=nonsense").await;
    window.reads("heading", "Page not found").await;
    inspector.looks_at("a token that is gone").await;

    Person::add(&app, "vera", "viewer").await;
    window.goes_to("/account").await;
    window.presses("Sign out").await;
    window.signs_in("vera", PASSWORD).await;
    window.sees("Your role lets you use and revoke tokens, not generate them.").await;
    inspector.looks_at("no tokens, for a viewer").await;
    window.goes_to("/account/tokens/new").await;
    inspector.looks_at("generate, for a viewer").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn a_fault_of_a_page_does_not_go_unnoticed() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/account").await;
    let spoil = "document.querySelector('label').remove();
        document.querySelector('main').style.width = '1281px';
        document.querySelector('main').insertAdjacentHTML('beforeend', '<img alt=\"\" src=\"https://example.org/\">');
        document.querySelector('dt').style.color = 'light-dark(#aaa, #fff)';
        document.querySelector('h1').style.color = 'light-dark(#000, #333)';
        console.log('a word');";
    window.script(spoil).await;
    inspector.looks_at("spoilt").await;
    let problems = inspector.problems();
    for expected in [
        "spoilt, light, 1280 px: label: <input id=\"name\"",
        "spoilt, light, 390 px: color-contrast: <dt",
        "spoilt, dark, 390 px: color-contrast: <h1",
        "spoilt, 1280 px: is",
        "spoilt, 320 px: is",
        "a word",
        "Content Security Policy",
    ] {
        assert!(problems.iter().any(|p| p.contains(expected)), "{expected}: {problems:#?}");
    }
    let dark = problems.iter().any(|p| p.starts_with("spoilt, dark") && p.contains("<dt"));
    assert!(!dark, "in the dark these words can be read: {problems:#?}");
}
