//! An answer for people: a rendered page, or the way to one.

use actix_web::body::BoxBody;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, HeaderName, HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use super::error::WebError;
use crate::domain::refusal::Fault;

pub struct Page(HttpResponse);

impl Page {
    pub fn show(template: &impl Template) -> Self {
        match template.render() {
            Ok(html) => Self(HttpResponse::Ok().content_type(ContentType::html()).body(html)),
            Err(error) => Self(HttpResponse::from_error(WebError::from(Fault::new(
                "rendering a page",
                error,
            )))),
        }
    }

    /// 303: go there with a GET.
    pub fn see_other(path: &str) -> Self {
        Self(HttpResponse::SeeOther().insert_header((LOCATION, path)).finish())
    }

    pub fn status(mut self, status: StatusCode) -> Self {
        *self.0.status_mut() = status;
        self
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers_mut().insert(name, value);
        self
    }

    pub fn cookie(mut self, cookie: Option<Cookie<'_>>) -> Self {
        if let Some(cookie) = cookie {
            // Fails only for a name or value that isn't a cookie's; ours are.
            let _ = self.0.add_cookie(&cookie);
        }
        self
    }

    pub fn into_response(self) -> HttpResponse {
        self.0
    }
}

impl Responder for Page {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.0
    }
}
