//! A form that was refused, shown again with what was typed and why.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};

use super::error::{WebError, our_fault, too_many_tries};
use super::page::Page;
use crate::domain::refusal::{Failure, Problems, Refusal};

/// The field that a problem with the form as a whole belongs to.
pub use crate::domain::token::FORM;

pub struct Again {
    pub problems: Problems,
    status: StatusCode,
    wait: Option<Duration>,
}

impl Again {
    /// What a form can say itself; what it can't, such as that its object is gone, has a page of its own.
    pub fn of(failure: Failure) -> Result<Self, WebError> {
        let again = |problems, status, wait| Ok(Self { problems, status, wait });
        match failure {
            Failure::Refused(Refusal::Invalid(problems)) => {
                again(problems, StatusCode::UNPROCESSABLE_ENTITY, None)
            }
            Failure::Refused(Refusal::TooManyTries { wait }) => {
                let problems = Problems::one("password", too_many_tries(wait));
                again(problems, StatusCode::TOO_MANY_REQUESTS, Some(wait))
            }
            Failure::Refused(Refusal::Changed { since }) => {
                let since = since.join(" ");
                let sentence = format!(
                    "It was changed elsewhere since you opened this form. {since} Check what you typed and save it again"
                );
                again(Problems::one(FORM, sentence), StatusCode::CONFLICT, None)
            }
            Failure::Broke(fault) => {
                let error = WebError::from(fault);
                let problems = Problems::one(FORM, our_fault(&error));
                again(problems, actix_web::ResponseError::status_code(&error), None)
            }
            Failure::Refused(refusal) => Err(Failure::Refused(refusal).into()),
        }
    }

    /// With an answer of the form's own.
    pub fn with(problems: Problems, status: StatusCode) -> Self {
        Self { problems, status, wait: None }
    }

    /// Gives the form's page its status.
    pub fn mark(self, page: Page) -> Page {
        let page = page.status(self.status);
        match self.wait {
            Some(wait) => page.header(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1))),
            None => page,
        }
    }
}
