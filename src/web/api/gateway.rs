//! `/verify` and anything below it: a gateway asks whether the original request may pass. The body is never read.

use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::dialect::Dialect;
use super::problem::{Problem, broken};
use super::question::Question;
use super::{bearer, token::rfc3339};
use crate::domain::time::Now;
use crate::domain::user::Email;
use crate::domain::verdict::Holder;
use crate::verify::Verifier;
use crate::web::client;
use crate::web::site::Site;

pub async fn show(
    req: HttpRequest,
    verifier: Data<Verifier>,
    site: Data<Site>,
    now: Now,
) -> HttpResponse {
    let unclear =
        |denial, dialect: Dialect| dialect.answer(Problem::of(denial, &site.instance, None));
    let question = match Question::parse(req.query_string()) {
        Ok(question) => question,
        Err(denial) => return unclear(denial, Dialect::Generic),
    };
    let dialect = question.dialect;
    // One state of the catalogue for the whole question.
    let offer = verifier.offer();
    let need = match question.need(&req, &site, &offer.catalogue) {
        Ok(need) => need,
        Err(denial) => return unclear(denial, dialect),
    };
    let denied = |denial| dialect.answer(Problem::of(denial, &site.instance, Some(&need.scope())));
    let presented = match &site.token_parameter {
        None => bearer::presented(req.headers()),
        Some(name) => question
            .original(&req, &site)
            .and_then(|original| bearer::presented_or_named(req.headers(), name, original.path)),
    };
    let digest = match presented {
        Ok(digest) => digest,
        Err(denial) => return denied(denial),
    };
    let client = client::of(&req, &site);
    match verifier.decide(digest, &need, &offer, client, now).await {
        Ok(Ok(holder)) => allow(&holder, &offer.access(&holder), now),
        Ok(Err(denial)) => denied(denial),
        Err(fault) => broken(&fault),
    }
}

/// 200 with an empty body. Every identity header is always there, so that a client's forged one is overwritten.
/// `access` is what it may do now, in its textual form.
pub fn allow(holder: &Holder, access: &str, now: Now) -> HttpResponse {
    let (token, owner) = (&holder.token, &holder.owner);
    let email = owner.email.as_ref().map_or("", Email::as_str);
    let expires = token.end_after_use(now).map(rfc3339).unwrap_or_default();
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store"));
    for (name, text) in [
        ("remote-user", owner.name.as_str()),
        ("remote-name", owner.display_name.as_str()),
        ("remote-email", email),
        ("remote-groups", ""),
        ("x-auth-request-user", owner.name.as_str()),
        ("x-auth-request-email", email),
        ("x-token-id", token.id.as_str()),
        ("x-token-name", token.name.as_str()),
        ("x-token-access", access),
        ("x-token-expires", &expires),
    ] {
        // UTF-8 as it is. What can't stand in a header is no name of ours, and is left empty.
        let value = HeaderValue::from_bytes(text.as_bytes());
        response.insert_header((
            HeaderName::from_static(name),
            value.unwrap_or(HeaderValue::from_static("")),
        ));
    }
    response.finish()
}
