//! The longest that anybody waits. A database that neither answers nor hangs up, as behind a network that swallows all,
//! would hold a request for as long as that goes on.

use std::future::Future;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::time::timeout;

use super::error::WebError;
use crate::domain::refusal::{Failure, Fault};

/// Longer than the slowest page takes with a million tokens, and shorter than proxies wait.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
const LATE: &str = "waiting for an answer";

/// Pages: a change may have been made, or be made yet, and whoever asked for it is told so.
pub async fn end(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let changes = !req.method().is_safe();
    match timeout(ANSWERED_WITHIN, next.call(req)).await {
        Ok(answer) => answer,
        Err(_) if changes => Err(WebError::unsure(Fault::busy(LATE)).into()),
        Err(_) => Err(WebError::from(Fault::busy(LATE)).into()),
    }
}

/// A machine's change, which it may ask for again.
pub async fn within<T>(change: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let late = |_| Err(Fault::busy(LATE).into());
    timeout(ANSWERED_WITHIN, change).await.unwrap_or_else(late)
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service, try_call_service};
    use actix_web::{App, HttpResponse, web};

    use super::*;
    use crate::web::error::our_fault;

    async fn silence() -> HttpResponse {
        std::future::pending().await
    }

    /// What is answered to a request that nobody ever answers. Time stands still but for what is waited for.
    async fn asks(request: TestRequest) -> (StatusCode, String) {
        tokio::time::pause();
        let app = App::new().route("/", web::to(silence)).wrap(from_fn(end));
        let app = init_service(app).await;
        let answer = try_call_service(&app, request.to_request()).await.err().expect("too late");
        let error = answer.as_error::<WebError>().expect("an error of ours");
        (answer.as_response_error().status_code(), our_fault(error))
    }

    #[actix_web::test]
    async fn a_page_that_takes_too_long_is_given_up() {
        let (status, sentence) = asks(TestRequest::get()).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(sentence.contains("Nothing was changed"), "{sentence}");
    }

    #[actix_web::test]
    async fn whoever_sent_a_change_is_told_that_it_may_have_been_made() {
        let (status, sentence) = asks(TestRequest::post()).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(sentence.contains("Look before you try again"), "{sentence}");
    }

    #[actix_web::test]
    async fn a_machine_is_told_to_ask_again() {
        tokio::time::pause();
        let failure =
            within(std::future::pending::<Result<(), Failure>>()).await.expect_err("late");
        assert!(matches!(failure, Failure::Broke(fault) if fault.is_busy()));
    }
}
