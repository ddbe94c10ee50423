//! `/metrics`, on a listener of its own: what this process counts, for Prometheus to read.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Data;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use super::problem;
use crate::domain::refusal::Fault;

/// OpenMetrics 1.0, which Prometheus has read since 2.5.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub async fn show(registry: Data<Registry>) -> HttpResponse {
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_TYPE, OPEN_METRICS))
            .body(text),
        Err(error) => problem::broken(&Fault::new("writing the metrics down", error)),
    }
}
