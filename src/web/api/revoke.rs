//! The end of a token for whoever holds it: `POST /revoke` (RFC 7009), and `DELETE /api/v1/token`.
//!
//! The one place where a machine changes something, so the one file of this room that knows `manage`
//! (docs/decisions/0012).

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::{bearer, oauth, problem};
use crate::domain::refusal::{Failure, Fault};
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::verify::Verifier;
use crate::web::site::Site;
use crate::web::{client, patience};

/// With a form, from anybody. What is no token, or one no more, is answered like one that has just been revoked.
pub async fn create(
    req: HttpRequest,
    payload: Payload,
    manage: Data<Manage>,
    site: Data<Site>,
    now: Now,
) -> HttpResponse {
    let asked = oauth::fields(&req, payload).await.and_then(|fields| oauth::token(&fields));
    match asked {
        Ok(Some(digest)) => end(&req, &manage, &site, digest, now, HttpResponse::Ok()).await,
        Ok(None) => done(HttpResponse::Ok()),
        Err(refused) => refused.respond(&site.instance),
    }
}

/// With the token itself, which has to work.
pub async fn destroy(
    req: HttpRequest,
    verifier: Data<Verifier>,
    manage: Data<Manage>,
    site: Data<Site>,
    now: Now,
) -> HttpResponse {
    let denied = |denial| problem::Problem::of(denial, &site.instance, None).respond();
    let digest = match bearer::presented(req.headers()) {
        Ok(digest) => digest,
        Err(denial) => return denied(denial),
    };
    match verifier.identify(digest, &client::of(&req, &site), now).await {
        Ok(Ok(_)) => end(&req, &manage, &site, digest, now, HttpResponse::NoContent()).await,
        Ok(Err(denial)) => denied(denial),
        Err(fault) => problem::broken(&fault),
    }
}

async fn end(
    req: &HttpRequest,
    manage: &Manage,
    site: &Site,
    digest: Digest,
    now: Now,
    response: HttpResponseBuilder,
) -> HttpResponse {
    match patience::within(manage.surrender(digest, client::of(req, site), now)).await {
        Ok(()) => done(response),
        Err(Failure::Broke(fault)) => problem::broken(&fault),
        Err(Failure::Refused(refusal)) => {
            problem::broken(&Fault::new("revoking a token by its value", format!("{refusal:?}")))
        }
    }
}

fn done(mut response: HttpResponseBuilder) -> HttpResponse {
    response.insert_header((CACHE_CONTROL, "no-store")).finish()
}
