//! `/verify` and anything below it: a gateway asks whether the original request may pass. The body is never read.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::{BytesMut, Data};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};

use super::dialect::Dialect;
use super::problem::{Missing, Problem, broken};
use super::question::Question;
use super::tally::Counter;
use super::{bearer, limits, token::rfc3339};
use crate::domain::catalogue::Catalogue;
use crate::domain::limit::Quotas;
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::user::Email;
use crate::domain::verdict::{Denial, Holder, Need};
use crate::verify::{Allowed, Verifier};
use crate::web::client;
use crate::web::site::Site;

// Made by the compiler, not at each request.
const REMOTE_USER: HeaderName = HeaderName::from_static("remote-user");
const REMOTE_NAME: HeaderName = HeaderName::from_static("remote-name");
const REMOTE_EMAIL: HeaderName = HeaderName::from_static("remote-email");
const REMOTE_GROUPS: HeaderName = HeaderName::from_static("remote-groups");
const AUTH_REQUEST_USER: HeaderName = HeaderName::from_static("x-auth-request-user");
const AUTH_REQUEST_EMAIL: HeaderName = HeaderName::from_static("x-auth-request-email");
const TOKEN_ID: HeaderName = HeaderName::from_static("x-token-id");
const TOKEN_NAME: HeaderName = HeaderName::from_static("x-token-name");
const TOKEN_ACCESS: HeaderName = HeaderName::from_static("x-token-access");
const TOKEN_EXPIRES: HeaderName = HeaderName::from_static("x-token-expires");
const TOKEN_EXPIRES_SOON: HeaderName = HeaderName::from_static("x-token-expires-soon");

pub async fn show(
    req: HttpRequest,
    verifier: Data<Verifier>,
    site: Data<Site>,
    counter: Data<Counter>,
    now: Now,
) -> HttpResponse {
    let (began, offer) = (counter.begin(), verifier.offer());
    let question = Question::parse(req.query_string());
    let dialect = question.as_ref().map_or(Dialect::Generic, |question| question.dialect);
    let asked = question.and_then(|question| {
        let need = question.need(&req, &site, &offer.catalogue)?;
        Ok((question, need))
    });
    let outcome = match &asked {
        Ok((question, need)) => match presented(&req, &site, question) {
            Ok(digest) => verifier.decide(digest, need, &offer, client::of(&req, &site), now).await,
            Err(denial) => Ok(Err(denial)),
        },
        Err(denial) => Ok(Err(*denial)),
    };
    let need = asked.ok().map(|(_, need)| need);
    let answer = match &outcome {
        Ok(Ok(Allowed { holder, quotas })) => {
            let (told, soon) = (offer.told(holder), offer.ends_soon(holder, now));
            let (access, groups) = (&*told.access, &*told.groups);
            allow(&Pass { holder, quotas: *quotas, access, groups, soon }, now)
        }
        Ok(Err(denial)) => {
            let problem = refuse(*denial, need.as_ref(), &site.instance, &offer.catalogue);
            dialect.answer(problem)
        }
        Err(fault) => broken(fault),
    };
    let service = need.as_ref().map(|need| need.service.as_str());
    counter.count(began, &offer.catalogue, (service, dialect), &outcome);
    answer
}

/// A refusal that says what is missing, and asks for a name and a password where the service has it so.
fn refuse(denial: Denial, need: Option<&Need>, realm: &str, catalogue: &Catalogue) -> Problem {
    let missing = need.map(|need| Missing::of(need, catalogue));
    let problem = Problem::of(denial, realm, missing.as_ref());
    match need.and_then(|need| catalogue.service(&need.service)) {
        Some(service) if service.basic => problem.asking_for_basic(realm),
        _ => problem,
    }
}

/// The one value that the original request presents, where the operator lets it stand.
fn presented(req: &HttpRequest, site: &Site, question: &Question<'_>) -> Result<Digest, Denial> {
    let Some(name) = &site.token_parameter else { return bearer::presented(req.headers()) };
    let original = question.original(req, site)?;
    bearer::presented_or_named(req.headers(), name, original.path)
}

/// What is told of a request that may pass.
pub struct Pass<'a> {
    pub holder: &'a Holder,
    pub quotas: Quotas,
    /// What the token may do now, in its textual form.
    pub access: &'a str,
    /// Its owner's teams, with commas between.
    pub groups: &'a str,
    /// When the value stops, if that is soon.
    pub soon: Option<DateTime<Utc>>,
}

/// 200 with an empty body. Every identity header is always there, so that a client's forged one is overwritten.
pub fn allow(pass: &Pass<'_>, now: Now) -> HttpResponse {
    let (token, owner) = (&pass.holder.token, &pass.holder.owner);
    let email = owner.email.as_ref().map_or("", Email::as_str);
    let expires = token.end_after_use(now).map(rfc3339).unwrap_or_default();
    let soon = pass.soon.map(rfc3339).unwrap_or_default();
    let mut response = HttpResponse::new(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    write(
        headers,
        [
            (REMOTE_USER, owner.name.as_str()),
            (REMOTE_NAME, owner.display_name.as_str()),
            (REMOTE_EMAIL, email),
            (REMOTE_GROUPS, pass.groups),
            (AUTH_REQUEST_USER, owner.name.as_str()),
            (AUTH_REQUEST_EMAIL, email),
            (TOKEN_ID, token.id.as_str()),
            (TOKEN_NAME, token.name.as_str()),
            (TOKEN_ACCESS, pass.access),
            (TOKEN_EXPIRES, &expires),
            (TOKEN_EXPIRES_SOON, &soon),
        ],
    );
    limits::tell(headers, &pass.quotas);
    response
}

/// UTF-8 as it is. What can't stand in a header is no name of ours, and is left empty. The texts stand one behind the
/// other in one piece of memory: to ask for a piece for each would take longer than to write them.
fn write<const N: usize>(headers: &mut HeaderMap, texts: [(HeaderName, &str); N]) {
    let mut all = BytesMut::with_capacity(texts.iter().map(|(_, text)| text.len()).sum());
    texts.iter().for_each(|(_, text)| all.extend_from_slice(text.as_bytes()));
    let mut all = all.freeze();
    for (name, text) in texts {
        let value = HeaderValue::from_maybe_shared(all.split_to(text.len()));
        headers.insert(name, value.unwrap_or(HeaderValue::from_static("")));
    }
}
