//! What a person does at a window: presses, types, chooses and reads by role and name.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::driver::{Driver, look};
use crate::support::App;
use crate::support::people::{PASSWORD, Person};

pub struct Window {
    pub driver: Driver,
    base: String,
}

/// The elements that can have a role; which of them do, the browser says.
fn candidates(role: &str) -> By {
    By::Css(match role {
        "link" => "a[href]",
        "button" => "button",
        "DisclosureTriangle" => "summary",
        "heading" => "h1, h2",
        "dialog" => "dialog",
        "Date" => "[type=date]",
        "group" => "fieldset",
        "radiogroup" => "[role=radiogroup]",
        "textbox" => "input:not([type=radio], [type=hidden]), textarea, [role=textbox]",
        "searchbox" => "[type=search]",
        "checkbox" => "[type=checkbox]",
        "complementary" => "aside",
        "combobox" => "select",
        "image" => "[role=img], img",
        other => panic!("no elements are known for the role {other}"),
    })
}

impl Window {
    pub async fn open(app: &App) -> Self {
        Self { driver: Driver::start().await, base: app.base.clone() }
    }

    /// A new member's window, who has just signed in.
    pub async fn of_member(app: &App, name: &str) -> Self {
        Person::add(app, name, "member").await;
        let window = Self::open(app).await;
        window.goes_to("/sign-in").await;
        window.signs_in(name, PASSWORD).await;
        window.reads("heading", "Access tokens").await;
        window
    }

    pub async fn goes_to(&self, path: &str) {
        let went = self.driver.goto(format!("{}{path}", self.base)).await;
        went.unwrap_or_else(|wrong| panic!("{path}: {wrong}"));
    }

    pub async fn signs_in(&self, name: &str, password: &str) {
        self.types("Username", name).await;
        self.types("Password", password).await;
        self.presses("Sign in").await;
    }

    /// The address of the page that is open.
    pub async fn address(&self) -> String {
        self.driver.current_url().await.expect("an address").to_string()
    }

    /// The element with this role and name, as soon as there is one.
    pub async fn finds(&self, role: &str, name: &str) -> WebElement {
        match look(async || self.glimpse(role, name).await).await {
            Some(element) => element,
            None => panic!("no {role} is called “{name}” here:\n{}", self.text().await),
        }
    }

    /// The same, but only if it is there now.
    pub async fn glimpse(&self, role: &str, name: &str) -> Option<WebElement> {
        for element in self.driver.find_all(candidates(role)).await.ok()? {
            if self.is(&element, role, name).await {
                return Some(element);
            }
        }
        None
    }

    async fn is(&self, element: &WebElement, role: &str, name: &str) -> bool {
        self.driver.name(element).await.as_deref() == Some(name)
            && self.driver.role(element).await.as_deref() == Some(role)
    }

    /// Waits until this is what the page says.
    pub async fn reads(&self, role: &str, name: &str) {
        self.finds(role, name).await;
    }

    pub async fn presses(&self, button: &str) {
        self.clicks(&self.finds("button", button).await).await;
    }

    pub async fn follows(&self, link: &str) {
        self.clicks(&self.finds("link", link).await).await;
    }

    /// Opens the actions of a token, and goes where one of them leads.
    pub async fn acts(&self, token: &str, action: &str) {
        self.presses(&format!("Actions for {token}")).await;
        self.follows(action).await;
    }

    pub async fn ticks(&self, label: &str) {
        self.clicks(&self.finds("checkbox", label).await).await;
    }

    pub async fn unfolds(&self, summary: &str) {
        self.clicks(&self.finds("DisclosureTriangle", summary).await).await;
    }

    async fn clicks(&self, element: &WebElement) {
        // What lies under a bar at the edge of the window is scrolled to before, as anybody would.
        element.scroll_into_view().await.expect("an element to scroll to");
        element.click().await.unwrap_or_else(|wrong| panic!("a click: {wrong}"));
    }

    /// Replaces what the field holds.
    pub async fn types(&self, field: &str, text: &str) {
        let field = self.finds("textbox", field).await;
        field.clear().await.expect("a field to empty");
        field.send_keys(text).await.expect("a field to type into");
    }

    /// Goes through a list with the keyboard, to the choice that begins with these words.
    pub async fn picks(&self, list: &str, choice: &str) {
        let list = self.finds("combobox", list).await;
        let script = "return arguments[0].selectedOptions[0].text";
        let mut key = Key::Home;
        for _ in 0..20 {
            list.send_keys(key).await.expect("a key");
            let chosen = self.driver.script(script, vec![list.to_json().expect("the list")]).await;
            if chosen.as_str().is_some_and(|text| text.starts_with(choice)) {
                return;
            }
            key = Key::Down;
        }
        panic!("there is no choice “{choice}”");
    }

    /// Chooses the level of a service by the words that can be seen.
    pub async fn grants(&self, service: &str, level: &str) {
        self.chooses("radiogroup", service, level).await;
    }

    /// Chooses one of a group of radio buttons.
    pub async fn chooses(&self, role: &str, group: &str, choice: &str) {
        let group = self.finds(role, group).await;
        for label in group.find_all(By::Css("label")).await.expect("its labels") {
            let words = label.text().await.expect("its words");
            if words.split_whitespace().eq(choice.split_whitespace()) {
                return self.clicks(&label).await;
            }
        }
        panic!("the group has no “{choice}”");
    }

    /// Everything that can be seen.
    pub async fn text(&self) -> String {
        let seen = async || self.driver.find(By::Css("body")).await.ok()?.text().await.ok();
        look(seen).await.expect("a page")
    }

    /// Waits until the page says so.
    pub async fn sees(&self, words: &str) {
        let seen = async || self.text().await.contains(words).then_some(());
        if look(seen).await.is_none() {
            panic!("“{words}” is not to be seen here:\n{}", self.text().await);
        }
    }

    /// Waits until a live region with this role says so.
    pub async fn hears(&self, role: &str, words: &str) {
        let by = || By::Css(format!("[role={role}]"));
        let said = async || {
            for region in self.driver.find_all(by()).await.ok()? {
                if region.text().await.ok()?.trim() == words {
                    return Some(());
                }
            }
            None
        };
        if look(said).await.is_none() {
            panic!("no {role} says “{words}” here:\n{}", self.text().await);
        }
    }

    /// Waits until a form has come back with what is wrong with it, and with the focus on that.
    pub async fn is_refused(&self) {
        let focused = "return document.activeElement.getAttribute('role') === 'alert'";
        let refused = async || (self.script(focused).await == json!(true)).then_some(());
        if look(refused).await.is_none() {
            panic!("nothing is refused here:\n{}", self.text().await);
        }
    }

    /// What the list says in the row of this token.
    pub async fn row(&self, token: &str) -> Option<String> {
        for row in self.driver.find_all(By::Css("tbody [role=row]")).await.expect("a page") {
            let text = row.text().await.expect("its words");
            if text.lines().next() == Some(token) {
                return Some(text.lines().skip(1).collect::<Vec<_>>().join(" "));
            }
        }
        None
    }

    /// Fills in the form that generates a token, and sends it.
    pub async fn generates(&self, name: &str, service: &str, level: &str) {
        self.goes_to("/account/tokens/new").await;
        self.types("Name", name).await;
        self.grants(service, level).await;
        self.types("Your password", PASSWORD).await;
        self.presses("Generate token").await;
        self.reads("dialog", "Save your token").await;
    }

    /// The value that the dialog shows.
    pub async fn secret(&self) -> String {
        self.finds("textbox", "Your new token").await.text().await.expect("its value")
    }

    pub async fn script(&self, body: &str) -> Value {
        self.driver.script(body, Vec::new()).await
    }
}
