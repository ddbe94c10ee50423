//! Joining, looking after people, and leaving: for everybody, and as a browser does it.

use latchkey::domain::user::Role;

use crate::inspector::Inspector;
use crate::support::mailbox::Mailbox;
use crate::support::people::{PASSWORD, Person};
use crate::support::{App, OWN};
use crate::window::Window;

const NEW: &str = "seven brass owls knit";

async fn text_of(window: &Window, id: &str) -> String {
    let text = window.script(&format!("return document.getElementById('{id}').textContent")).await;
    text.as_str().expect("a text").to_owned()
}

/// What the browser would tell the next page of where it comes from.
async fn referrer(window: &Window) -> String {
    let text = window.script("return document.referrer").await;
    text.as_str().expect("an address").to_owned()
}

/// An administrator's window, who has just signed in.
async fn of_admin(app: &App) -> Window {
    let window = Window::of_member(app, "bo").await;
    app.gives_role("bo", Role::Admin).await;
    window
}

/// Invites Eve, and answers the path of her link.
async fn invites(app: &App, window: &Window) -> String {
    window.types("Name", "Eve Öst").await;
    window.types("Username", "eve").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Invite person").await;
    window.reads("heading", "Hand over the link").await;
    let link = text_of(window, "link").await;
    link.strip_prefix(&app.base).expect("a link of this instance").to_owned()
}

#[actix_web::test]
async fn inviting_people_is_for_everybody() {
    let app = App::start().await;
    let window = of_admin(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/admin/people").await;
    window.sees("Nobody else is here yet.").await;
    inspector.looks_at("nobody but oneself").await;
    window.goes_to("/admin/people/new").await;
    inspector.looks_at("invite").await;
    window.presses("Invite person").await;
    window.is_refused().await;
    inspector.looks_at("invite, refused").await;
    invites(&app, &window).await;
    inspector.looks_at("a link to hand over").await;
    window.follows("I’ve copied it").await;
    Person::add(&app, "A_name_without_any_space_in_it", "viewer").await;
    Person::add(&app, "off", "member").await;
    app.disables("off").await;
    window.goes_to("/admin/people").await;
    for state in ["Not joined yet", "Disabled", "Never"] {
        window.sees(state).await;
    }
    inspector.looks_at("people").await;
    window.goes_to("/admin/people?q=nonsense").await;
    window.sees("Nobody matches.").await;
    inspector.looks_at("nobody found").await;
    window.goes_to("/admin/people").await;
    window.follows("New link for Eve Öst").await;
    inspector.looks_at("a new link").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn joining_is_for_everybody_and_tells_no_page_of_the_link() {
    let app = App::start().await;
    let window = of_admin(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/admin/people/new").await;
    let path = invites(&app, &window).await;
    window.follows("I’ve copied it").await;
    window.goes_to("/account").await;
    window.presses("Sign out").await;
    window.reads("heading", "Sign in").await;
    window.goes_to(&path).await;
    inspector.looks_at("join").await;
    window.types("New password", "short").await;
    window.presses("Set password").await;
    window.is_refused().await;
    inspector.looks_at("join, refused").await;
    window.types("New password", NEW).await;
    window.presses("Set password").await;
    window.hears("status", "Your password is set. You’re in.").await;
    let from = referrer(&window).await;
    assert!(!from.contains("/join"), "the code went along: {from}");
    window.goes_to(&path).await;
    window.reads("heading", "This link doesn’t work").await;
    inspector.looks_at("a link that is used up").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn leaving_is_for_everybody() {
    let app = App::start().await;
    let window = Window::of_member(&app, "eve").await;
    let mut inspector = Inspector::new(&window);
    window.generates("CI runner", "Builds", "Read").await;
    window.follows("I’ve saved it").await;
    window.goes_to("/account/deletion").await;
    inspector.looks_at("delete an account").await;
    window.presses("Delete account").await;
    window.is_refused().await;
    inspector.looks_at("delete an account, refused").await;
    window.types("Your username", "eve").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Delete account").await;
    window.reads("heading", "Goodbye").await;
    inspector.looks_at("goodbye").await;
    window.goes_to("/forgotten").await;
    inspector.looks_at("forgotten, without mail").await;
    inspector.finds_nothing_wrong();
}

#[actix_web::test]
async fn asking_for_a_link_by_mail_is_for_everybody() {
    let mailbox = Mailbox::open();
    let settings = [
        ("public_url", OWN),
        ("mail_url", mailbox.url.as_str()),
        ("mail_from", "latchkey@fernhill.example"),
    ];
    let app = App::with(latchkey::config::SAMPLE, &settings).await;
    Person::add(&app, "ada", "member").await;
    let window = Window::open(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/sign-in").await;
    window.follows("Forgot your password?").await;
    inspector.looks_at("forgotten").await;
    window.presses("Mail me a link").await;
    window.is_refused().await;
    inspector.looks_at("forgotten, refused").await;
    window.types("Username or email", "ada").await;
    window.presses("Mail me a link").await;
    window.sees("If somebody here has that name or address").await;
    inspector.looks_at("forgotten, asked").await;
    window.goes_to(&mailbox.mail(1).await.path(&app.base)).await;
    window.reads("heading", "Set a new password").await;
    inspector.looks_at("set a new password").await;
    inspector.finds_nothing_wrong();
}
