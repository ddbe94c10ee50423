//! `/static/…`: the files that pages need.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use super::assets;
use super::error::WebError;

pub async fn show(name: web::Path<String>) -> Result<HttpResponse, WebError> {
    let asset = assets::ALL.into_iter().find(|asset| asset.name == *name);
    let asset = asset.ok_or(WebError::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.kind))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.bytes))
}
