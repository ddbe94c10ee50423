//! Gateways and services: they ask, and read status and headers.

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};

pub struct Machine {
    base: String,
    pub client: Client,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: response.text().await.expect("a body") }
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.as_bytes());
        std::str::from_utf8(value.unwrap_or_default()).expect("UTF-8")
    }

    pub fn challenge(&self) -> &str {
        self.header("www-authenticate")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

impl Machine {
    pub fn new(base: &str) -> Self {
        let client =
            Client::builder().no_proxy().user_agent("curl/8.5").redirect(Policy::none()).build();
        Self { base: base.to_owned(), client: client.expect("a client") }
    }

    /// Asks with a token, for `?service=…&access=…`.
    pub async fn asks(&self, query: &str, token: &str) -> Answer {
        self.sends(query, &[("authorization", &format!("Bearer {token}"))]).await
    }

    /// Asks with headers of the test's own.
    pub async fn sends(&self, query: &str, headers: &[(&str, &str)]) -> Answer {
        self.calls(Method::GET, &format!("/verify{query}"), headers).await
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn calls(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, value.as_bytes());
        }
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// What `/verify` says to a token that asks to read or write a service.
    pub async fn verifies(&self, token: &str, service: &str, access: &str) -> StatusCode {
        self.asks(&format!("?service={service}&access={access}"), token).await.status
    }
}
