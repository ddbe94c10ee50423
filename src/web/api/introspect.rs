//! `POST /introspect` (RFC 7662): a service asks about a token that was presented to it.

use std::net::IpAddr;

use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::oauth::{self, Refused};
use super::{bearer, problem};
use crate::domain::catalogue::ServiceKey;
use crate::domain::client::Client;
use crate::domain::refusal::Fault;
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::verify::Verifier;
use crate::verify::callers::Callers;
use crate::verify::introspect::Introspected;
use crate::web::client;
use crate::web::form::{Fields, decode};
use crate::web::site::Site;

/// How long a service may go on with an answer, in seconds: so long a revocation may take to reach it.
const KEPT: i64 = 10;

/// A token that works, as RFC 7662, section 2.2, names its parts.
#[derive(Serialize)]
struct Active {
    active: bool,
    scope: String,
    username: String,
    sub: String,
    token_type: &'static str,
    /// Absent for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    iat: i64,
    jti: String,
    iss: String,
    aud: String,
}

/// All that is said of any other value.
#[derive(Serialize)]
struct Inactive {
    active: bool,
}

pub async fn show(
    req: HttpRequest,
    payload: Payload,
    verifier: Data<Verifier>,
    callers: Data<Callers>,
    site: Data<Site>,
    now: Now,
) -> HttpResponse {
    // Before anything of a stranger's is read.
    let caller = match caller(&req, &callers, &site, now).await {
        Ok(Some(caller)) => caller,
        Ok(None) => return Refused::client().respond(&site.instance),
        Err(fault) => return problem::broken(&fault),
    };
    let (digest, client) = match asked(&req, payload, &caller).await {
        Ok(asked) => asked,
        Err(refused) => return refused.respond(&site.instance),
    };
    let Some(digest) = digest else { return inactive() };
    match verifier.introspect(digest, &caller, client, now).await {
        Ok(Some(known)) => active(&known, &caller, &site, now),
        Ok(None) => inactive(),
        Err(fault) => problem::broken(&fault),
    }
}

/// The service that asks. Whoever names one with a wrong secret is in the log, to be found by its operator.
async fn caller(
    req: &HttpRequest,
    callers: &Callers,
    site: &Site,
    now: Now,
) -> Result<Option<ServiceKey>, Fault> {
    let Some((service, secret)) = credentials(req) else { return Ok(None) };
    let known = match Digest::of_caller_secret(&secret) {
        Some(digest) => callers.identify(&service, digest, now).await?,
        None => None,
    };
    if let (None, Ok(service)) = (&known, ServiceKey::parse(&service)) {
        let address = client::of(req, site).address.map(tracing::field::display);
        tracing::warn!(
            service = service.as_str(),
            address,
            "a caller was refused: its secret is not right"
        );
    }
    Ok(known)
}

/// The two halves of HTTP Basic, each form-encoded as OAuth clients send them (RFC 6749, section 2.3.1). Of a service's
/// key and its secret, which hold no character that this would change, the plain halves are the same.
fn credentials(req: &HttpRequest) -> Option<(String, zeroize::Zeroizing<String>)> {
    let mut lines = req.headers().get_all(AUTHORIZATION);
    let (Some(line), None) = (lines.next(), lines.next()) else { return None };
    let (scheme, value) = line.to_str().ok()?.split_once(' ')?;
    let basic = scheme.eq_ignore_ascii_case("basic");
    let text = basic.then(|| bearer::basic_text(value.trim_start_matches(' ')))??;
    let (name, password) = text.split_once(':')?;
    Some((decode(name).ok()?, zeroize::Zeroizing::new(decode(password).ok()?)))
}

/// The value in question, and who presented it to the service, as far as that says.
async fn asked(
    req: &HttpRequest,
    payload: Payload,
    caller: &ServiceKey,
) -> Result<(Option<Digest>, Client), Refused> {
    let fields = oauth::fields(req, payload).await?;
    let digest = oauth::token(&fields)?;
    let agent = format!("introspection by {}", caller.as_str());
    Ok((digest, Client::new(address(&fields)?, &agent)))
}

fn address(fields: &Fields) -> Result<Option<IpAddr>, Refused> {
    match fields.text("address").as_str() {
        "" => Ok(None),
        address => match address.parse::<IpAddr>() {
            Ok(address) => Ok(Some(address.to_canonical())),
            Err(_) => Err(Refused::request("The field address is not an IP address.")),
        },
    }
}

fn active(found: &Introspected, caller: &ServiceKey, site: &Site, now: Now) -> HttpResponse {
    let (token, owner) = (&found.known.token, &found.known.owner);
    let left = found.end.map_or(KEPT, |end| (end - now.at()).num_seconds().min(KEPT));
    let kept = if left > 0 { format!("private, max-age={left}") } else { "no-store".to_owned() };
    HttpResponse::Ok().insert_header((CACHE_CONTROL, kept)).json(Active {
        active: true,
        scope: found.scopes.join(" "),
        username: owner.name.as_str().to_owned(),
        sub: owner.id.as_str().to_owned(),
        token_type: "Bearer",
        exp: found.end.map(|end| end.timestamp()),
        iat: token.created.timestamp(),
        jti: token.id.as_str().to_owned(),
        iss: site.url().to_owned(),
        aud: caller.as_str().to_owned(),
    })
}

fn inactive() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(Inactive { active: false })
}
