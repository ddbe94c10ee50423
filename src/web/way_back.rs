//! What a browser keeps while its person is at the provider: a signed cookie for each tab, good for one way back.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use super::site::Site;
use crate::domain::authorization_request::AuthorizationRequest;

/// What the cookie is signed for.
const PURPOSE: &str = "way back from the provider";

/// Has the browser keep a request. Lax, as the provider's site is another: Strict cookies don't come back from there.
pub fn keep(site: &Site, request: &AuthorizationRequest) -> Cookie<'static> {
    let text = request.text();
    let signature = site.key.sign(PURPOSE, &text);
    let value = format!("{text}.{signature}");
    let patience = AuthorizationRequest::PATIENCE.num_seconds();
    cookie(site, &request.state, value, Duration::seconds(patience))
}

/// The request that this browser was sent with, by what came back in the address.
pub fn find(req: &HttpRequest, site: &Site, state: &str) -> Option<AuthorizationRequest> {
    let cookie = req.cookie(&name(site, state)?)?;
    let (text, signature) = cookie.value().split_once('.')?;
    let genuine = site.key.verifies(PURPOSE, text, signature);
    let request = AuthorizationRequest::parse(text).filter(|_| genuine)?;
    (request.state == state).then_some(request)
}

/// Has the browser forget it.
pub fn forget(site: &Site, request: &AuthorizationRequest) -> Cookie<'static> {
    cookie(site, &request.state, String::new(), Duration::ZERO)
}

fn cookie(site: &Site, state: &str, value: String, age: Duration) -> Cookie<'static> {
    Cookie::build(name(site, state).unwrap_or_default(), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(site.is_secure())
        .max_age(age)
        .finish()
}

/// One for each tab, told apart by the beginning of the state.
fn name(site: &Site, state: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    let start = state.get(..8).filter(|_| state.bytes().all(plain))?;
    Some(site.cookie_name(&format!("identity-{start}")))
}
