//! The way of a token, as a person goes it: made, kept, listed, revoked.

use serde_json::json;

use crate::driver::look;
use crate::support::App;
use crate::support::people::{PASSWORD, Person};
use crate::window::Window;

/// The forms in which a new token is handed over, as their buttons call them.
pub const FORMS: [&str; 6] = [
    "curl line",
    ".env line",
    "netrc line",
    "Git credential",
    "Docker config",
    "Kubernetes Secret",
];

/// Lets pages at this address read the clipboard, so that a test can see what was copied.
pub async fn allow_clipboard(window: &Window, app: &App) {
    let permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"];
    let parameters = json!({ "origin": app.base, "permissions": permissions });
    window.driver.devtools("Browser.grantPermissions", parameters).await;
}

/// Whether the browser asks before it leaves the page. If so, the answer is yes.
pub async fn asked_before_leaving(window: &Window, path: &str) -> bool {
    window.goes_to(path).await;
    let asked = window.driver.accept_alert().await.is_ok();
    let left = async || window.address().await.ends_with(path).then_some(());
    look(left).await.expect("another page");
    asked
}

#[actix_web::test]
async fn a_person_generates_a_token_copies_it_finds_it_in_the_list_and_revokes_it() {
    let app = App::start().await;
    Person::add(&app, "ada", "member").await;
    let window = Window::open(&app).await;
    allow_clipboard(&window, &app).await;
    window.goes_to("/").await;
    window.signs_in("ada", PASSWORD).await;
    window.follows("Generate your first token").await;

    window.types("Name", "CI runner").await;
    window.picks("Expires", "In 30 days").await;
    window.grants("Builds", "Read & write").await;
    window.grants("Git", "Read").await;
    window.types("Your password", PASSWORD).await;
    window.presses("Generate token").await;
    window.reads("dialog", "Save your token").await;
    window.sees("“CI runner” is ready. It works until 22 December 2026.").await;

    let secret = window.secret().await;
    assert!(secret.starts_with("lk_"), "{secret}");
    window.presses("Copy token").await;
    window.hears("status", "Copied").await;
    assert_eq!(window.script("return navigator.clipboard.readText()").await, json!(secret));
    assert_eq!(app.machine().verifies(&secret, "builds", "write").await, 200);

    window.follows("I’ve saved it").await;
    window.reads("link", "CI runner").await;
    let row = window.row("CI runner").await.expect("its row");
    assert!(row.contains("Read & write Builds") && row.contains("In 30 days"), "{row}");
    revokes(&window, "CI runner").await;
    assert_eq!(app.machine().verifies(&secret, "builds", "write").await, 401);
    assert_eq!(window.driver.heard().await, Vec::<String>::new());
}

async fn revokes(window: &Window, name: &str) {
    window.acts(name, &format!("Revoke {name}")).await;
    window.reads("dialog", &format!("Revoke “{name}”?")).await;
    window.types("Your password", PASSWORD).await;
    window.presses("Revoke token").await;
    let message = format!("“{name}” was revoked. Anything that used it has lost access.");
    window.hears("status", &message).await;
    assert_eq!(window.row(name).await, None);
}

#[actix_web::test]
async fn each_form_of_a_new_token_is_copied_by_a_button_of_its_own() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    allow_clipboard(&window, &app).await;
    window.generates("CI runner", "Builds", "Read").await;
    let secret = window.secret().await;
    window.unfolds("How do I use it?").await;
    for name in FORMS {
        window.presses(&format!("Copy {name}")).await;
        let shown = window.finds("textbox", name).await.text().await.expect("its text");
        // Heard beside the button, and nowhere else any more.
        window.hears("status", "Copied").await;
        let heard = "return [...document.querySelectorAll('dialog [role=status]')]
            .filter((status) => status.textContent).length";
        assert_eq!(window.script(heard).await, json!(1), "{name}");
        let copied = async || {
            let copied = window.script("return navigator.clipboard.readText()").await;
            (copied == json!(shown)).then_some(())
        };
        assert!(look(copied).await.is_some(), "{name}: {shown}");
        assert!(shown.contains(&secret) || name == "Docker config", "{name}: {shown}");
    }
    assert!(!asked_before_leaving(&window, "/account").await, "the token was copied");
    assert_eq!(window.driver.heard().await, Vec::<String>::new());
}

#[actix_web::test]
async fn this_token_can_follows_every_choice() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    window.goes_to("/account/tokens/new").await;
    let says = async |lines: [&str; 4]| {
        let [write, read, closed, until] = lines;
        let expected = format!(
            "This token can\nRead and write\n{write}\nRead\n{read}\nSelected methods\nNothing yet\nNothing else\n{closed}\nWorks until\n{until}"
        );
        let summary = window.finds("complementary", "This token can").await;
        assert_eq!(summary.text().await.expect("its words"), expected);
    };
    let nothing = "Nothing yet";
    says([nothing, nothing, "All 12 services stay closed", "20 February 2027"]).await;
    window.grants("Builds", "Read & write").await;
    says(["Builds", nothing, "11 other services stay closed", "20 February 2027"]).await;
    window.grants("Git", "Read").await;
    window.grants("Audit log", "Read").await;
    window.picks("Expires", "In 7 days").await;
    says(["Builds", "Audit log\nGit", "9 other services stay closed", "29 November 2026"]).await;
    window.grants("Builds", "Read").await;
    window.grants("Git", "None").await;
    window.picks("Expires", "Never").await;
    window.sees("It will work until you revoke it. A date is safer").await;
    says([nothing, "Audit log\nBuilds", "10 other services stay closed", "You revoke it"]).await;
    window.picks("Expires", "On a date I choose").await;
    says([nothing, "Audit log\nBuilds", "10 other services stay closed", "Not set"]).await;
    let day = window.finds("Date", "Last day it works").await;
    day.send_keys("12242026").await.expect("month, day and year");
    says([nothing, "Audit log\nBuilds", "10 other services stay closed", "24 December 2026"]).await;
    assert_eq!(window.driver.heard().await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_downloaded_token_is_a_file_named_after_it() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    let folder = window.driver.folder.path().join("downloads");
    let parameters = json!({ "behavior": "allow", "downloadPath": folder });
    window.driver.devtools("Browser.setDownloadBehavior", parameters).await;
    window.generates("Backup script (nas-02)", "Files", "Read").await;
    let secret = window.secret().await;
    window.follows("Download").await;
    let file = folder.join("backup-script-nas-02-token.txt");
    let text = look(async || std::fs::read_to_string(&file).ok()).await;
    assert_eq!(text.expect("the file"), format!("{secret}\n"));
    assert!(!asked_before_leaving(&window, "/account").await, "the token is saved");
    assert_eq!(window.driver.heard().await, Vec::<String>::new());
}

#[actix_web::test]
async fn leaving_asks_first_until_the_token_is_saved() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    allow_clipboard(&window, &app).await;
    // A browser asks only on pages that a person has touched.
    let touches = async || window.unfolds("How do I use it?").await;
    window.generates("One", "Files", "Read").await;
    touches().await;
    assert!(asked_before_leaving(&window, "/account").await, "nothing was saved");

    window.generates("Two", "Files", "Read").await;
    touches().await;
    window.presses("Copy token").await;
    window.hears("status", "Copied").await;
    assert!(!asked_before_leaving(&window, "/account").await, "the token was copied");

    window.generates("Three", "Files", "Read").await;
    touches().await;
    window.follows("I’ve saved it").await;
    window.reads("link", "Three").await;
}

#[actix_web::test]
async fn a_double_click_on_generate_shows_the_value_all_the_same() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    window.goes_to("/account/tokens/new").await;
    window.types("Name", "CI runner").await;
    window.grants("Builds", "Read").await;
    window.types("Your password", PASSWORD).await;
    // By script, as only that keeps the time between the two: the first answer must not be on its way yet.
    let button = window.finds("button", "Generate token").await.to_json().expect("the button");
    let clicks = "arguments[0].click(); setTimeout(() => arguments[0].click(), 40)";
    window.driver.script(clicks, vec![button]).await;
    let done = async || {
        let text = window.text().await;
        (text.contains("Save your token") || text.contains("already shown")).then_some(text)
    };
    let text = look(done).await.expect("an answer");
    assert!(text.contains("Save your token"), "the value is lost:\n{text}");
}

#[actix_web::test]
async fn neither_back_nor_reload_shows_the_value_again() {
    let app = App::start().await;
    let window = Window::of_member(&app, "ada").await;
    window.generates("CI runner", "Builds", "Read").await;
    let secret = window.secret().await;
    let shows_it = async || window.driver.source().await.expect("a page").contains(&secret);
    assert!(shows_it().await, "the page that is to show it");

    window.driver.refresh().await.expect("a reload");
    window.driver.accept_alert().await.expect("it asks first");
    window.reads("heading", "Access tokens").await;
    assert!(!shows_it().await, "after a reload");
    let sentence = "“CI runner” was already shown. If you didn’t save it, regenerate it.";
    window.hears("status", sentence).await;

    window.generates("Grafana", "Metrics", "Read").await;
    let secret = window.secret().await;
    let shows_it = async || window.driver.source().await.expect("a page").contains(&secret);
    window.follows("I’ve saved it").await;
    window.reads("link", "Grafana").await;
    window.driver.back().await.expect("the page before");
    assert!(!shows_it().await, "after Back");
    window.driver.forward().await.expect("the page after");
    window.reads("link", "Grafana").await;
    assert!(!shows_it().await, "after Forward");
}
