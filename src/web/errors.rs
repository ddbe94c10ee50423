//! What can go wrong on the way to an answer, and the pages that say so.

use std::fmt;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use super::page::Page;
use super::shell::Shell;
use super::site::Site;
use crate::domain::refusal::{Failure, Fault, Refusal};

/// Why a request has no ordinary answer.
#[derive(Debug)]
pub enum WebError {
    /// Not signed in (any more). `next` is where to go on, with what was typed.
    SignIn {
        next: String,
        ended: bool,
    },
    NotFound,
    /// Sent twice: the first one did it.
    AlreadyDone,
    /// The request isn't one that a form of ours makes.
    Bad(StatusCode, &'static str),
    /// A form without this browser's token: open too long, or not ours.
    Stale {
        again: String,
    },
    TooManyTries {
        wait: Duration,
    },
    /// Logged under this number.
    Fault {
        number: String,
        busy: bool,
    },
}

impl WebError {
    pub fn bad_request(sentence: &'static str) -> Self {
        Self::Bad(StatusCode::BAD_REQUEST, sentence)
    }
}

impl From<Fault> for WebError {
    fn from(fault: Fault) -> Self {
        let number = fault.number().to_owned();
        tracing::error!(number, "{fault}");
        Self::Fault { number, busy: fault.is_busy() }
    }
}

impl From<Failure> for WebError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Broke(fault) => fault.into(),
            Failure::Refused(Refusal::NotFound) => Self::NotFound,
            Failure::Refused(Refusal::AlreadyDone) => Self::AlreadyDone,
            Failure::Refused(Refusal::TooManyTries { wait }) => Self::TooManyTries { wait },
            Failure::Refused(Refusal::Invalid(problems)) => {
                // Pages show problems beside their fields; one that gets here has no page to show it on.
                let sentences: Vec<_> = problems.iter().map(|p| p.sentence.as_str()).collect();
                Fault::new("showing a refusal", sentences.join("; ")).into()
            }
        }
    }
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::AlreadyDone => StatusCode::CONFLICT,
            Self::Bad(status, _) => *status,
            Self::Stale { .. } => StatusCode::FORBIDDEN,
            Self::TooManyTries { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault { busy: true, .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Bare: [`explain`] makes the page.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

#[derive(Template)]
#[template(path = "errors/show.html")]
struct Show {
    shell: Shell,
    title: &'static str,
    sentence: String,
    link: Option<(String, &'static str)>,
}

/// Turns every error that reaches the edge into a page of the product's own.
pub async fn explain(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let site = req.app_data::<Data<Site>>().cloned();
    let theme = super::shell::theme(req.request());
    let Some(site) = site else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let shell = || Shell::bare(&site, theme);
    match next.call(req).await {
        Ok(response) if wants_page(&response) => {
            let error = response.response().error().and_then(|error| error.as_error::<WebError>());
            let page = match error {
                Some(error) => answer(error, shell()),
                None => other(response.status(), shell()),
            };
            match page {
                Some(page) => Ok(replace(response, page)),
                None => Ok(response.map_into_boxed_body()),
            }
        }
        Ok(response) => Ok(response.map_into_boxed_body()),
        // The session's own storage failed: its error comes without a response to replace.
        Err(error) => {
            let fault = WebError::from(Fault::new("keeping a session", error.to_string()));
            let page = answer(&fault, shell()).map(Page::into_response);
            let response = page.unwrap_or_else(|| HttpResponse::InternalServerError().finish());
            Err(actix_web::error::InternalError::from_response("fault", response).into())
        }
    }
}

/// Errors of ours, and the framework's own, which come without a page.
fn wants_page<B>(response: &ServiceResponse<B>) -> bool {
    let has_page = response.headers().contains_key(header::CONTENT_TYPE);
    let error = response.response().error();
    error.is_some_and(|error| error.as_error::<WebError>().is_some())
        || (response.status().is_client_error() && (error.is_some() || !has_page))
}

fn replace<B>(response: ServiceResponse<B>, page: Page) -> ServiceResponse<BoxBody> {
    let (req, old) = response.into_parts();
    let mut new = page.into_response();
    if let Some(allow) = old.headers().get(header::ALLOW) {
        new.headers_mut().insert(header::ALLOW, allow.clone());
    }
    ServiceResponse::new(req, new)
}

fn answer(error: &WebError, shell: Shell) -> Option<Page> {
    let status = error.status_code();
    let home = ("/account/tokens".to_owned(), "Go to your tokens");
    let (title, sentence, link) = match error {
        WebError::SignIn { next, ended } => {
            let ended = if *ended { "ended=yes&" } else { "" };
            let next = super::local::encode(next);
            return Some(Page::see_other(&format!("/sign-in?{ended}next={next}")));
        }
        WebError::NotFound => return other(status, shell),
        WebError::AlreadyDone => {
            let sentence = "This form was sent before, and did its work then.";
            ("Nothing was changed", sentence.to_owned(), Some(home))
        }
        WebError::Bad(_, sentence) => {
            ("That didn’t work", format!("{sentence} Nothing was changed."), Some(home))
        }
        WebError::Stale { again } => (
            "Check it and send it again",
            "This form was open too long. Check it and send it again. Nothing was changed."
                .to_owned(),
            Some((again.clone(), "Go back to the form")),
        ),
        WebError::TooManyTries { wait } => ("Too many tries", too_many_tries(*wait), Some(home)),
        WebError::Fault { busy: true, .. } => ("Busy", our_fault(error), None),
        WebError::Fault { .. } => ("Something went wrong", our_fault(error), None),
    };
    let page = Page::show(&Show { shell, title, sentence, link }).status(status);
    Some(match error {
        WebError::TooManyTries { wait } => {
            page.header(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)))
        }
        WebError::Fault { busy: true, .. } => {
            page.header(RETRY_AFTER, HeaderValue::from_static("5"))
        }
        _ => page,
    })
}

/// What a person is told of a fault: nothing but the number that finds it in the log.
pub fn our_fault(error: &WebError) -> String {
    match error {
        WebError::Fault { busy: false, number } => format!(
            "Something went wrong on our side. Nothing was changed. Try again, and tell your operator this number: {number}."
        ),
        _ => "There is more to do than this server can take on right now. Nothing was changed. Try again in a moment.".to_owned(),
    }
}

/// The refusal of tries, with the wait in whole minutes, rounded up.
pub fn too_many_tries(wait: Duration) -> String {
    let minutes = wait.as_secs().div_ceil(60).max(1);
    let plural = if minutes == 1 { "" } else { "s" };
    format!("Too many tries. Wait {minutes} minute{plural}, then try again.")
}

/// Errors of the framework itself.
fn other(status: StatusCode, shell: Shell) -> Option<Page> {
    let (title, sentence) = match status {
        StatusCode::NOT_FOUND => (
            "Page not found",
            "The address may be mistyped, or what was here is gone. A token that was revoked has no page any more.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("That didn’t work", "This page can’t be used that way. Nothing was changed.")
        }
        StatusCode::MISDIRECTED_REQUEST => (
            "Unknown address",
            "This server doesn’t know the name it was asked for. If that name is right, its operator has to set public_url to it.",
        ),
        StatusCode::FORBIDDEN => (
            "That didn’t work",
            "This request came from another site, so it was not carried out. Nothing was changed.",
        ),
        status if status.is_client_error() => {
            ("That didn’t work", "This request can’t be understood. Nothing was changed.")
        }
        _ => return None,
    };
    let link = Some(("/account/tokens".to_owned(), "Go to your tokens"));
    let show = Show { shell, title, sentence: sentence.to_owned(), link };
    Some(Page::show(&show).status(status))
}
