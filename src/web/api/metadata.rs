//! `GET /.well-known/oauth-authorization-server` (RFC 8414): where introspection and revocation are.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use serde::Serialize;

use crate::web::site::Site;

/// How long the answer may be kept: it changes with the configuration only.
const KEPT: &str = "public, max-age=3600";

#[derive(Serialize)]
struct Metadata {
    issuer: String,
    introspection_endpoint: String,
    introspection_endpoint_auth_methods_supported: [&'static str; 1],
    revocation_endpoint: String,
    revocation_endpoint_auth_methods_supported: [&'static str; 1],
    /// None: people generate tokens on a page. It is a required member all the same, and the next one's absence would
    /// mean two types that there are not.
    response_types_supported: [&'static str; 0],
    grant_types_supported: [&'static str; 0],
}

/// From the configured address alone: what a request calls this host is nobody's word.
pub async fn show(site: Data<Site>) -> HttpResponse {
    let issuer = site.url();
    HttpResponse::Ok().insert_header((CACHE_CONTROL, KEPT)).json(Metadata {
        issuer: issuer.to_owned(),
        introspection_endpoint: format!("{issuer}/introspect"),
        introspection_endpoint_auth_methods_supported: ["client_secret_basic"],
        revocation_endpoint: format!("{issuer}/revoke"),
        revocation_endpoint_auth_methods_supported: ["none"],
        response_types_supported: [],
        grant_types_supported: [],
    })
}
