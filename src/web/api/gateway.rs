//! `/verify` and anything below it: a gateway asks whether the original request may pass. The body is never read.

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::problem::{Problem, broken};
use super::{bearer, token::rfc3339};
use crate::domain::access::Access;
use crate::domain::time::Now;
use crate::domain::user::Email;
use crate::domain::verdict::{Denial, Holder, Need, What};
use crate::verify::{Offer, Verifier};
use crate::web::client;
use crate::web::form::Fields;
use crate::web::site::Site;

const ORIGINAL_METHOD: HeaderName = HeaderName::from_static("x-original-method");
const FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");

/// What a gateway understands, named by the operator in its configuration and never guessed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Generic,
    /// nginx's `auth_request` asks with GET, allows on any 2xx, keeps a 401, strips a 403 and makes a 500 of the rest.
    Nginx,
}

struct Question {
    dialect: Dialect,
    need: Need,
}

pub async fn show(
    req: HttpRequest,
    verifier: Data<Verifier>,
    site: Data<Site>,
    now: Now,
) -> HttpResponse {
    let unclear = |denial, dialect| refuse(Problem::of(denial, &site.instance, None), dialect);
    let asked = fields(&req).and_then(|fields| Ok((dialect(&fields)?, fields)));
    let (dialect, fields) = match asked {
        Ok(asked) => asked,
        Err(denial) => return unclear(denial, Dialect::Generic),
    };
    let asked = match question(&req, &site, dialect, &fields) {
        Ok(asked) => asked,
        Err(denial) => return unclear(denial, dialect),
    };
    let denied = |denial| {
        let missing = asked.need.scope();
        refuse(Problem::of(denial, &site.instance, Some(&missing)), asked.dialect)
    };
    let digest = match bearer::presented(req.headers()) {
        Ok(digest) => digest,
        Err(denial) => return denied(denial),
    };
    let (offer, client) = (verifier.offer(), client::of(&req, &site));
    match verifier.decide(digest, &asked.need, &offer, client, now).await {
        Ok(Ok(holder)) => allow(&holder, &offer, now),
        Ok(Err(denial)) => denied(denial),
        Err(fault) => broken(&fault),
    }
}

fn fields(req: &HttpRequest) -> Result<Fields, Denial> {
    let unclear = |_| Denial::Malformed("The query names something twice or is not UTF-8.");
    Fields::parse(req.query_string(), &[]).map_err(unclear)
}

fn dialect(fields: &Fields) -> Result<Dialect, Denial> {
    match fields.text("gateway").as_str() {
        "" | "generic" => Ok(Dialect::Generic),
        "nginx" => Ok(Dialect::Nginx),
        _ => Err(Denial::Malformed("gateway is generic or nginx.")),
    }
}

fn question(
    req: &HttpRequest,
    site: &Site,
    dialect: Dialect,
    fields: &Fields,
) -> Result<Question, Denial> {
    let service = fields.text("service");
    if service.is_empty() {
        return Err(Denial::Malformed("The query names no service."));
    }
    let method = fields.each("method").pop();
    let what = match (fields.text("access").as_str(), method) {
        // A variable of the gateway that came out empty must not ask another question than was meant.
        (_, Some(method)) if method.is_empty() => {
            return Err(Denial::Malformed("The query names a method and leaves it empty."));
        }
        ("", Some(method)) => What::Method(method),
        ("", None) => What::Access(implied(req, site, dialect)?),
        ("read", None) => What::Access(Access::Read),
        ("write", None) => What::Access(Access::ReadWrite),
        ("read" | "write", Some(_)) => {
            return Err(Denial::Malformed("The query names access and method: one is enough."));
        }
        _ => return Err(Denial::Malformed("access is read or write.")),
    };
    Ok(Question { dialect, need: Need { service, what } })
}

/// The access that follows from the original method. Where that can't be known or believed, the most is needed.
fn implied(req: &HttpRequest, site: &Site, dialect: Dialect) -> Result<Access, Denial> {
    let headers = req.headers();
    let named = headers.get_all(ORIGINAL_METHOD).chain(headers.get_all(FORWARDED_METHOD));
    let named: Vec<&[u8]> = named.map(HeaderValue::as_bytes).collect();
    let believed = req.peer_addr().is_some_and(|peer| site.trusts(peer.ip()));
    let method = match (named.as_slice(), dialect) {
        ([], Dialect::Generic) => req.method().as_str().as_bytes(),
        ([method, rest @ ..], _) if believed => {
            if rest.iter().any(|other| other != method) {
                return Err(Denial::Malformed(
                    "The original method is named twice, and differently.",
                ));
            }
            method
        }
        _ => return Ok(Access::ReadWrite),
    };
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS];
    let reading = reads.iter().any(|read| read.as_str().as_bytes() == method);
    Ok(if reading { Access::Read } else { Access::ReadWrite })
}

/// 200 with an empty body. Every identity header is always there, so that a client's forged one is overwritten.
fn allow(holder: &Holder, offer: &Offer, now: Now) -> HttpResponse {
    let (token, owner) = (&holder.token, &holder.owner);
    let email = owner.email.as_ref().map_or("", Email::as_str);
    let access = offer.access(holder);
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
        ("x-token-access", &access),
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

fn refuse(problem: Problem, dialect: Dialect) -> HttpResponse {
    if dialect == Dialect::Generic {
        return problem.respond();
    }
    if problem.is_bad_request() {
        return problem.into_unauthorized().respond();
    }
    let mut response = problem.respond();
    if problem.is_forbidden() {
        // nginx drops body and headers of a 403, but `auth_request_set` can still read these two.
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static("x-error-status"), HeaderValue::from_static("403"));
        if let Ok(body) = HeaderValue::from_str(&problem.to_json()) {
            headers.insert(HeaderName::from_static("x-error-body"), body);
        }
    }
    response
}
