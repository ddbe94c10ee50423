//! A browser without script: keeps cookies, follows links and redirects when told to, sends forms as they stand.

use std::sync::Arc;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Url};

use super::form::FormOnPage;
use super::page::Page;

#[derive(Clone)]
pub struct Browser {
    pub base: String,
    pub client: Client,
    pub jar: Arc<Jar>,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        Self::with_headers(base, HeaderMap::new())
    }

    /// One that sends these headers with every request.
    pub fn with_headers(base: &str, headers: HeaderMap) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .cookie_provider(Arc::clone(&jar))
            .redirect(Policy::none())
            .user_agent("Mozilla/5.0 (a test)")
            .default_headers(headers)
            .no_proxy()
            // Each request on a connection of its own: servers are restarted in between.
            .pool_max_idle_per_host(0)
            .build()
            .expect("a client");
        Self { base: base.to_owned(), client, jar }
    }

    /// The same browser, with its cookies, at another server of the same name.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn send(&self, request: RequestBuilder) -> Page {
        Page::read(request.send().await.expect("an answer")).await
    }

    /// Opens an address and stays on the answer, redirect or not.
    pub async fn get(&self, path: &str) -> Page {
        self.send(self.request(Method::GET, path)).await
    }

    /// Opens an address and goes where it leads.
    pub async fn open(&self, path: &str) -> Page {
        let mut page = self.get(path).await;
        for _ in 0..5 {
            let Some(place) = page.location() else { return page };
            page = self.get(&place).await;
        }
        panic!("{path} leads in circles")
    }

    /// Sends a form as a browser would, and stays on the answer.
    pub async fn submit(&self, form: &FormOnPage) -> Page {
        if form.method == Method::GET {
            return self.send(self.request(Method::GET, &form.action).query(&form.fields)).await;
        }
        self.post(&form.action, &form.fields).await
    }

    pub async fn post(&self, path: &str, fields: &[(String, String)]) -> Page {
        self.send(self.request(Method::POST, path).form(fields)).await
    }

    /// Sends a body as it is, under the type of a form.
    pub async fn post_raw(&self, path: &str, body: impl Into<reqwest::Body>) -> Page {
        let kind = "application/x-www-form-urlencoded";
        let request = self.request(Method::POST, path).header("content-type", kind).body(body);
        self.send(request).await
    }

    pub fn cookies(&self) -> String {
        let url = Url::parse(&self.base).expect("a URL");
        let cookies = self.jar.cookies(&url);
        cookies.map(|value| value.to_str().expect("cookies").to_owned()).unwrap_or_default()
    }

    /// Another browser with the same cookies, as they are now.
    pub fn copy(&self) -> Self {
        let other = Self::new(&self.base);
        let url = Url::parse(&self.base).expect("a URL");
        for cookie in self.cookies().split("; ").filter(|cookie| !cookie.is_empty()) {
            other.jar.add_cookie_str(cookie, &url);
        }
        other
    }
}
