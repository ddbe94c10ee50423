//! A catalogue with everything that the form of a token can offer, and what a person sees and does in that form.

use serde_json::Value;
use thirtyfour::prelude::*;

use crate::driver::look;
use crate::support::App;
use crate::window::Window;

/// Read-only, documented, with methods, taking no personal tokens, for another role: a service of every kind.
pub const FILE: &str = r#"
name = "Fernhill"

[[services]]
key = "audit"
name = "Audit log"
description = "Who did what, and when. Read only by design"
access = "read"

[[services]]
key = "builds"
name = "Builds"
description = "CI jobs, logs and results"
docs = "https://docs.fernhill.example/builds"

[[services]]
key = "deploys"
name = "Deployments"
description = "Releases and rollbacks"
methods = [
  { key = "list", name = "List releases", access = "read", docs = "https://docs.fernhill.example/list" },
  { key = "start", name = "Start", description = "Roll a release out" },
  { key = "roll.back", name = "Roll back" },
  { key = "erase", name = "Erase history", personal_tokens = false },
]

[[services]]
key = "git"
name = "Git"
description = "Repositories and pull requests"
docs = "https://docs.fernhill.example/git"
methods = [
  { key = "clone", name = "Clone", access = "read", description = "Everything that is in a repository" },
  { key = "push", name = "Push", docs = "https://docs.fernhill.example/push" },
  { key = "branches", name = "Protect branches" },
  { key = "tags", name = "Sign tags" },
  { key = "hooks", name = "Web hooks" },
  { key = "issues", name = "File issues" },
  { key = "reviews", name = "Review" },
  { key = "merge", name = "Merge" },
  { key = "archive", name = "Archive" },
  { key = "transfer", name = "Transfer ownership", personal_tokens = false },
]

[[services]]
key = "mail"
name = "Mail"
description = "Mailboxes and filters"
personal_tokens = false

[[services]]
key = "metrics"
name = "Metrics"

[[services]]
key = "vault"
name = "Vault"
description = "Keys of the house"
role = "admin"

[[sets]]
key = "pipeline"
name = "CI pipeline"
grants = "audit:read builds:read-write git:clone,push"

[[sets]]
key = "monitoring"
name = "Monitoring"
grants = "git:merge metrics:read vault:read"
"#;

/// The same under a policy.
pub fn under(policy: &str) -> String {
    FILE.replacen("[[services]]", &format!("[policy]\n{policy}\n\n[[services]]"), 1)
}

/// A member's window on the form, with the catalogue above.
pub async fn opens_the_form(app: &App) -> Window {
    let window = Window::of_member(app, "ada").await;
    window.goes_to("/account/tokens/new").await;
    window
}

const GRANTED: &str = "return [...document.querySelectorAll('[role=radiogroup]')].map((group) => {
        const name = document.getElementById(group.getAttribute('aria-labelledby')).textContent;
        const level = group.querySelector(':checked').parentElement.textContent.trim();
        const boxes = [...group.parentElement.querySelectorAll('fieldset [name]:checked')];
        const ticked = boxes.map((box) => box.parentElement.textContent.trim()).join(', ');
        return level === 'None' ? '' : `${name}: ${level === 'Selected methods' ? ticked : level}`;
    }).filter(Boolean)";

/// What the form grants as it stands, one line for each service that it opens.
pub async fn granted(window: &Window) -> Vec<String> {
    list(window.script(GRANTED).await)
}

/// Waits until this is what the form grants.
pub async fn grants(window: &Window, expected: &[&str]) {
    let so = async || (granted(window).await == expected).then_some(());
    if look(so).await.is_none() {
        assert_eq!(granted(window).await, expected);
    }
}

/// The services that can be seen.
pub async fn services(window: &Window) -> Vec<String> {
    let seen = "return [...document.querySelectorAll('[role=radiogroup]')]
        .filter((group) => group.checkVisibility())
        .map((group) => document.getElementById(group.getAttribute('aria-labelledby')).textContent)";
    list(window.script(seen).await)
}

/// The methods that can be seen.
pub async fn methods(window: &Window) -> Vec<String> {
    let seen = "return [...document.querySelectorAll('fieldset [type=checkbox][name]')]
        .filter((box) => box.checkVisibility()).map((box) => box.parentElement.textContent.trim())";
    list(window.script(seen).await)
}

fn list(value: Value) -> Vec<String> {
    serde_json::from_value(value).expect("a list of words")
}

/// The words of "This token can".
pub async fn summary(window: &Window) -> String {
    let heading = "//section[h2[normalize-space()='This token can']]";
    let card = window.driver.find(By::XPath(heading)).await.expect("the summary");
    card.text().await.expect("its words")
}

/// Ticks the box with this label, or takes the tick away.
pub async fn ticks(window: &Window, label: &str) {
    let boxes = window.driver.find_all(By::XPath(format!("//label[normalize-space()='{label}']")));
    for found in boxes.await.expect("a page") {
        if found.is_displayed().await.expect("a state") {
            return found.click().await.expect("a click");
        }
    }
    panic!("no box is labelled “{label}” here:\n{}", window.text().await);
}

/// Types into a search in place of what it holds.
pub async fn searches(window: &Window, label: &str, words: &str) {
    let field = By::Css(format!("[type=search][aria-label='{label}']"));
    let field = window.driver.find(field).await.expect("the search");
    field.send_keys(Key::Control + "a").await.expect("all of it chosen");
    field.send_keys(Key::Backspace + words).await.expect("a field to type into");
}

/// Presses one of the buttons that set all services.
pub async fn sets_all(window: &Window, level: &str) {
    let group = "//*[@role='group'][@aria-label='Set all services']";
    let button = By::XPath(format!("{group}//button[normalize-space()='{level}']"));
    let button = window.driver.find(button).await.expect("a button");
    button.click().await.expect("a click");
}
