//! What introspection and revocation share: a small form with a token in it, and the errors of RFC 6749, section 5.2.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::problem::{basic, quoted};
use crate::domain::secret::Digest;
use crate::web::error::WebError;
use crate::web::form::{self, Fields};

/// The largest form, in bytes: a token, an address and a hint fit many times over.
pub const LARGEST: usize = 8 * 1024;

/// A refusal in the form that OAuth clients read. Its description is plain ASCII without quotes and backslashes (RFC
/// 6749, section 5.2).
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
    error_description: String,
}

impl Refused {
    pub fn request(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_request", description }
    }

    pub fn client() -> Self {
        let description =
            "Authenticate with HTTP Basic: the key of the service, and the secret it was given.";
        Self { status: StatusCode::UNAUTHORIZED, error: "invalid_client", description }
    }

    pub fn respond(&self, realm: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, basic(realm)));
        }
        response
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(Body { error: self.error, error_description: quoted(self.description) })
    }
}

/// The fields of the form that was sent.
pub async fn fields(req: &HttpRequest, payload: Payload) -> Result<Fields, Refused> {
    form::sent(req, payload.into_inner(), &[]).await.map_err(|error| match error {
        WebError::Bad(StatusCode::UNSUPPORTED_MEDIA_TYPE, _) => Refused {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ..Refused::request("Send a form as application/x-www-form-urlencoded.")
        },
        WebError::Bad(status, description) => Refused { status, ..Refused::request(description) },
        _ => Refused::request("The form cannot be read."),
    })
}

/// The digest of the form's token; `None` for what can be no token of ours. Any `token_type_hint` is ignored: there
/// is one type.
pub fn token(fields: &Fields) -> Result<Option<Digest>, Refused> {
    match fields.text("token").as_str() {
        "" => Err(Refused::request("The form has no field token, or an empty one.")),
        token => Ok(Digest::of_presented(token)),
    }
}
