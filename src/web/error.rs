//! What can go wrong on the way to an answer.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

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
    /// Logged under this number, when the request's own work may have been done already.
    Unsure {
        number: String,
    },
}

impl WebError {
    pub fn unsure(fault: Fault) -> Self {
        let number = fault.number().to_owned();
        tracing::error!(number, "{fault}");
        Self::Unsure { number }
    }

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
            Failure::Refused(Refusal::Changed { .. }) => {
                Self::Bad(StatusCode::CONFLICT, "It was changed elsewhere meanwhile.")
            }
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
            Self::Fault { .. } | Self::Unsure { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Bare: `errors.rs` makes the page.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// What a person is told of a fault: nothing but the number that finds it in the log.
pub fn our_fault(error: &WebError) -> String {
    match error {
        WebError::Fault { busy: false, number } => format!(
            "Something went wrong on our side. Nothing was changed. Try again, and tell your operator this number: {number}."
        ),
        WebError::Unsure { number } => format!(
            "Something went wrong on our side, after your request may have been carried out. Look before you try again, and tell your operator this number: {number}."
        ),
        _ => "There is more to do than this server can take on right now. Nothing was changed. Try again in a moment.".to_owned(),
    }
}

/// The refusal of tries, with the wait in whole minutes, or in hours where it is longer, rounded up.
pub fn too_many_tries(wait: Duration) -> String {
    let minutes = wait.as_secs().div_ceil(60).max(1);
    let words = match minutes {
        1 => "1 minute".to_owned(),
        2..120 => format!("{minutes} minutes"),
        _ => format!("{} hours", minutes.div_ceil(60)),
    };
    format!("Too many tries. Wait {words}, then try again.")
}
