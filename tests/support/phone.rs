//! An authenticator app, and signing in with it.

use chrono::TimeDelta;
use latchkey::domain::second_factor::TotpKey;
use reqwest::StatusCode;

use super::App;
use super::browse::Browser;
use super::page::Page;
use super::people::{PASSWORD, Person, sign_in};

/// Somebody's app, set up with what the page shows, and the recovery codes that came of it.
pub struct Phone {
    pub key: TotpKey,
    pub recovery: Vec<String>,
}

impl Phone {
    pub async fn set_up(app: &App, person: &Person) -> Self {
        let page = person.opens("/account/second-factor").await;
        let form = page.form("Set up second factor");
        let key = TotpKey::parse(&form.value("key")).expect("a key");
        let form = form.fill("Code", &key.code(app.now())).fill("Your password", PASSWORD);
        let page = person.browser.submit(&form).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let recovery = codes(&page);
        assert_eq!(recovery.len(), 10);
        // The next code is another one.
        app.wait(TimeDelta::seconds(30));
        Self { key, recovery }
    }

    pub fn code(&self, app: &App) -> String {
        self.key.code(app.now())
    }
}

pub fn codes(page: &Page) -> Vec<String> {
    let text = page.labelled("Your recovery codes").expect("the codes");
    text.split_whitespace().map(str::to_owned).collect()
}

/// The page that asks for the code.
pub async fn half_way(browser: &Browser, name: &str) -> Page {
    let page = sign_in(browser, name, PASSWORD).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(page.heading(), "Enter your code");
    page
}

pub async fn enter(browser: &Browser, page: &Page, code: &str) -> Page {
    browser.submit(&page.form("Sign in").fill("Code", code)).await
}
