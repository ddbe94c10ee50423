//! Refusals as RFC 6750 and RFC 9457 have them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;

use super::limits;
use crate::domain::catalogue::Catalogue;
use crate::domain::limit::Quotas;
use crate::domain::refusal::Fault;
use crate::domain::verdict::{Denial, Need};

const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;

/// The body of a refusal: `application/problem+json`.
#[derive(Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// What is missing, as `service:access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip)]
    challenge: Option<String>,
    /// A second one, for programs that send a name and a password only when they are asked.
    #[serde(skip)]
    basic: Option<String>,
    /// What is left of the limits, for the headers.
    #[serde(skip)]
    quotas: Quotas,
}

/// What a token lacks.
pub struct Missing {
    scope: String,
    /// Whether no token can have it, so that nobody asks for it in vain.
    is_closed: bool,
}

impl Missing {
    pub fn of(need: &Need, catalogue: &Catalogue) -> Self {
        Self { scope: need.scope(), is_closed: need.is_closed(catalogue) }
    }
}

impl Problem {
    /// `missing` is what a too narrow token lacks, as `service:read` or `service:write`.
    pub fn of(denial: Denial, realm: &str, missing: Option<&Missing>) -> Self {
        let realm = quoted(realm);
        let error = |error: &str| Some(format!("Bearer realm=\"{realm}\", error=\"{error}\""));
        match denial {
            Denial::NoCredentials => {
                let detail = "Send a token as Authorization: Bearer.".to_owned();
                let challenge = Some(format!("Bearer realm=\"{realm}\""));
                Self::new(StatusCode::UNAUTHORIZED, "No token", detail, challenge)
            }
            Denial::Malformed(detail) => Self::new(
                StatusCode::BAD_REQUEST,
                "Not understood",
                detail.to_owned(),
                error("invalid_request"),
            ),
            Denial::Invalid => Self::new(
                StatusCode::UNAUTHORIZED,
                "Token not valid",
                "This token is unknown, has expired or was revoked.".to_owned(),
                error("invalid_token"),
            ),
            Denial::TooNarrow => Self::too_narrow(&realm, missing),
            Denial::Limited(quotas) => Self::limited(quotas),
            Denial::Elsewhere
            | Denial::UnknownService
            | Denial::UnknownMethod
            | Denial::UnknownPath => {
                let (title, detail) = forbidden(denial);
                Self::new(FORBIDDEN, title, detail.to_owned(), error("insufficient_scope"))
            }
        }
    }

    fn too_narrow(realm: &str, missing: Option<&Missing>) -> Self {
        let scope = missing.map(|missing| missing.scope.as_str()).unwrap_or_default();
        let challenge =
            format!("Bearer realm=\"{realm}\", error=\"insufficient_scope\", scope=\"{scope}\"");
        let detail = match missing {
            Some(missing) if missing.is_closed => format!("No token can be granted {scope}."),
            _ => format!("This token lacks {scope}."),
        };
        let new = Self::new(FORBIDDEN, "Access not granted", detail, Some(challenge));
        Self { scope: Some(scope.to_owned()), ..new }
    }

    fn limited(quotas: Quotas) -> Self {
        let wait = limits::seconds(quotas.wait().unwrap_or_default());
        let detail = format!("This token is used too often. It may go on in {wait} s.");
        Self {
            quotas,
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests", detail, None)
        }
    }

    pub(super) fn new(
        status: StatusCode,
        title: &'static str,
        detail: String,
        challenge: Option<String>,
    ) -> Self {
        let status = status.as_u16();
        let quotas = Quotas::default();
        let (kind, scope, basic) = ("about:blank", None, None);
        Self { kind, title, status, detail, scope, challenge, basic, quotas }
    }

    /// Asks for a name and a password as well (RFC 7617), where there was no token at all.
    pub fn asking_for_basic(self, realm: &str) -> Self {
        let nothing_was_sent = self.status() == StatusCode::UNAUTHORIZED
            && self.challenge.as_ref().is_some_and(|challenge| !challenge.contains("error="));
        Self { basic: nothing_was_sent.then(|| basic(realm)), ..self }
    }

    /// What the second challenge says, which is not sent then.
    pub fn take_basic(&mut self) -> Option<String> {
        self.basic.take()
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(FORBIDDEN)
    }

    /// 401 instead: for gateways that make a 500 of anything else.
    pub fn into_unauthorized(mut self) -> Self {
        self.status = StatusCode::UNAUTHORIZED.as_u16();
        self
    }

    pub fn to_json(&self) -> String {
        // Plain texts and numbers always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn respond(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        if let Some(challenge) = &self.challenge {
            response.insert_header((WWW_AUTHENTICATE, challenge.as_str()));
        }
        // On a line of its own: not every program looks for a second challenge behind the first.
        if let Some(basic) = &self.basic {
            response.append_header((WWW_AUTHENTICATE, basic.as_str()));
        }
        let mut response = response
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_TYPE, "application/problem+json"))
            .body(self.to_json());
        let headers = response.headers_mut();
        limits::tell(headers, &self.quotas);
        if let Some(wait) = self.quotas.wait() {
            headers.insert(RETRY_AFTER, limits::seconds(wait).into());
        }
        response
    }
}

/// Title and detail of what no change of the grants would open.
fn forbidden(denial: Denial) -> (&'static str, &'static str) {
    match denial {
        Denial::Elsewhere => (
            "Address not allowed",
            "This token is bound to other addresses than the one it was sent from.",
        ),
        Denial::UnknownMethod => {
            ("Unknown method", "The service has no method of the name that was asked for.")
        }
        Denial::UnknownPath => ("Unknown path", "No service of the catalogue is at this path."),
        _ => ("Unknown service", "The catalogue has no service of the name that was asked for."),
    }
}

/// 503: nothing is allowed that can't be looked up.
pub fn broken(fault: &Fault) -> HttpResponse {
    tracing::error!(number = fault.number(), "{fault}");
    let detail = format!("Tell the operator this number: {}.", fault.number());
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Cannot tell right now", detail, None).respond()
}

/// The challenge of RFC 7617.
pub fn basic(realm: &str) -> String {
    format!("Basic realm=\"{}\", charset=\"UTF-8\"", quoted(realm))
}

/// What may stand in a quoted-string (RFC 9110, section 5.6.4) without escapes.
pub fn quoted(text: &str) -> String {
    text.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect()
}
