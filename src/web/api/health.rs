//! `/healthz`: the process answers. `/readyz`: so does its database.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;

use crate::store::Db;

pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).body("ok\n")
}

pub async fn ready(db: Data<Db>) -> HttpResponse {
    match db.ping().await {
        Ok(()) => alive().await,
        Err(fault) => super::problem::broken(&fault),
    }
}
