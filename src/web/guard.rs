//! Requests that another site has made a browser send, and names that aren't ours, stop here.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpResponse, error::ErrorInternalServerError};

use super::site::Site;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

pub async fn check<B: MessageBody>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let site = req.app_data::<Data<Site>>().cloned();
    let site = site.ok_or_else(|| ErrorInternalServerError("no site"))?;
    match problem(req.method(), req.headers(), &site) {
        None => Ok(next.call(req).await?.map_into_left_body()),
        Some(status) => {
            let response = HttpResponse::new(status);
            Ok(req.into_response(response).map_into_right_body())
        }
    }
}

fn problem(method: &Method, headers: &HeaderMap, site: &Site) -> Option<StatusCode> {
    let one = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    let host = one(HOST).unwrap_or("");
    if !site.knows_host(host) {
        return Some(StatusCode::MISDIRECTED_REQUEST);
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    // Browsers too old for these headers send neither: the form's token guards them.
    let foreign = one(ORIGIN).is_some_and(|origin| !site.is_own_origin(origin, host))
        || one(FETCH_SITE).is_some_and(|from| from != "same-origin")
        || one(FETCH_MODE).is_some_and(|mode| mode != "navigate");
    foreign.then_some(StatusCode::FORBIDDEN)
}
