//! One line in the log for each request of a person: which route, which answer, how long. Never the address as it was
//! asked for: a token or a name may stand in it by mistake.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

pub async fn note(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let began = Instant::now();
    let method = req.method().clone();
    let pattern = req.match_pattern().unwrap_or_else(|| "elsewhere".to_owned());
    let answer = next.call(req).await;
    let status = match &answer {
        Ok(response) => response.status().as_u16(),
        Err(error) => error.as_response_error().status_code().as_u16(),
    };
    let ms = began.elapsed().as_millis();
    tracing::info!(%method, pattern, status, ms, "request");
    answer
}
