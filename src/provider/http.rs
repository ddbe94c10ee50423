//! Asking over HTTP: TLS by the authorities that this machine trusts, no redirects, an end to the waiting and to the answer.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring::default_provider;
use tokio::time::timeout;
use url::Url;

use super::Trouble;
use crate::domain::refusal::Fault;

/// How long the provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes.
const LARGEST: usize = 512 * 1024;

pub struct Http(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

pub struct Response {
    pub status: StatusCode,
    /// Without what stands behind it, such as a character set.
    pub kind: String,
    pub body: Bytes,
}

impl Http {
    pub fn open() -> Result<Self, Fault> {
        let doing = "preparing TLS for the identity provider";
        let connector =
            HttpsConnectorBuilder::new().with_provider_and_native_roots(default_provider());
        let connector = connector.map_err(|e| Fault::new(doing, e))?;
        let connector = connector.https_or_http().enable_http1().build();
        // Every worker has a runtime of its own, so no connection is kept for another to use.
        let client =
            Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
        Ok(Self(client))
    }

    pub async fn get(&self, at: &Url, bearer: Option<&str>) -> Result<Response, Trouble> {
        let with = bearer.map(|token| format!("Bearer {token}"));
        self.ask(at, Method::GET, with, String::new()).await
    }

    pub async fn post(
        &self,
        at: &Url,
        with: Option<String>,
        form: String,
    ) -> Result<Response, Trouble> {
        self.ask(at, Method::POST, with, form).await
    }

    async fn ask(
        &self,
        at: &Url,
        method: Method,
        with: Option<String>,
        form: String,
    ) -> Result<Response, Trouble> {
        let away = |why: String| Trouble::Away(format!("{at}: {why}"));
        let mut request = Request::builder()
            .uri(at.as_str())
            .method(&method)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("latchkey/", env!("CARGO_PKG_VERSION")));
        if method == Method::POST {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(with) = with {
            let value = HeaderValue::try_from(with).map(|mut value| {
                value.set_sensitive(true);
                value
            });
            request = request.header(AUTHORIZATION, value.map_err(|e| away(e.to_string()))?);
        }
        let request = request.body(Full::from(form)).map_err(|e| away(e.to_string()))?;
        let answer = timeout(PATIENCE, self.read(request)).await;
        let answer = answer.map_err(|_| away("no answer in time".to_owned()))?.map_err(away)?;
        if answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS {
            return Err(away(format!("it answered {}", answer.status)));
        }
        Ok(answer)
    }

    async fn read(&self, request: Request<Full<Bytes>>) -> Result<Response, String> {
        let answer = self.0.request(request).await.map_err(|e| causes(&e))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, LARGEST).collect().await.map_err(|e| e.to_string())?;
        let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        Ok(Response { status: head.status, kind: kind.to_ascii_lowercase(), body: body.to_bytes() })
    }
}

impl Response {
    /// What a successful answer says, as JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&self, of: &str) -> Result<T, Trouble> {
        if self.status != StatusCode::OK {
            return Err(Trouble::Refused(format!("{of}: it answered {}", self.status)));
        }
        let parsed = serde_json::from_slice(&self.body);
        parsed.map_err(|e| Trouble::Refused(format!("{of} can’t be read: {e}")))
    }
}

/// What went wrong, down to the cause that an operator can mend.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text.push_str(": ");
        text.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    text
}
