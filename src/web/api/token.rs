//! `/api/v1/token`: a token asks about itself.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::{bearer, problem};
use crate::domain::limit::PerMinute;
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::verdict::Known;
use crate::verify::{Offer, Verifier};
use crate::web::client;
use crate::web::site::Site;

/// Who holds the token, what it may do now, and until when.
#[derive(Serialize)]
struct Token {
    id: String,
    name: String,
    user: String,
    /// `service:read` and `service:read-write`, with spaces between.
    access: String,
    /// The same in words, as pages tell it.
    summary: String,
    created: String,
    /// Absent for a token that never expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    /// When the presented value stops, if that is soon.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_soon: Option<String>,
    /// Requests a minute, over all services.
    #[serde(skip_serializing_if = "Option::is_none")]
    per_minute: Option<u32>,
}

impl Token {
    fn of(known: &Known, digest: Digest, offer: &Offer, now: Now) -> Self {
        let (token, catalogue) = (&known.token, &offer.catalogue);
        let soon = offer.ends_soon(&known.holder(digest), now);
        let grants = token.grants.within(catalogue, known.owner.ceiling());
        Self {
            id: token.id.as_str().to_owned(),
            name: token.name.as_str().to_owned(),
            user: known.owner.name.as_str().to_owned(),
            access: grants.to_string(),
            summary: grants.summary(catalogue).to_string(),
            created: rfc3339(token.created),
            expires: token.end().map(rfc3339),
            expires_soon: soon.map(rfc3339),
            per_minute: token.per_minute.map(PerMinute::get),
        }
    }
}

pub fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub async fn show(
    req: HttpRequest,
    verifier: Data<Verifier>,
    site: Data<Site>,
    now: Now,
) -> HttpResponse {
    let denied = |denial| problem::Problem::of(denial, &site.instance, None).respond();
    let digest = match bearer::presented(req.headers()) {
        Ok(digest) => digest,
        Err(denial) => return denied(denial),
    };
    match verifier.identify(digest, &client::of(&req, &site), now).await {
        Ok(Ok(known)) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(Token::of(&known, digest, &verifier.offer(), now)),
        Ok(Err(denial)) => denied(denial),
        Err(fault) => problem::broken(&fault),
    }
}
