//! Errors that reach the edge, as pages of the product's own.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use super::error::{WebError, our_fault, too_many_tries};
use super::page::Page;
use super::shell::Shell;
use super::site::Site;
use crate::domain::refusal::Fault;

#[derive(Template)]
#[template(path = "errors/show.html")]
struct Show {
    shell: Shell,
    title: &'static str,
    sentence: String,
    link: Option<(String, &'static str)>,
}

/// Turns every error that reaches the edge into a page of the product's own.
pub async fn show(
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
        Err(error) => {
            let page = match error.as_error::<WebError>() {
                Some(late) => answer(late, shell()),
                // The session's own storage failed: by now the request's own work may be done.
                None => {
                    let fault = Fault::new("keeping a session", format!("{error:?}"));
                    answer(&WebError::unsure(fault), shell())
                }
            };
            let page = page.map(Page::into_response);
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
    // A session that ended with this answer takes its cookie along.
    for cookie in old.headers().get_all(header::SET_COOKIE) {
        new.headers_mut().append(header::SET_COOKIE, cookie.clone());
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
        WebError::Fault { .. } | WebError::Unsure { .. } => {
            ("Something went wrong", our_fault(error), None)
        }
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
