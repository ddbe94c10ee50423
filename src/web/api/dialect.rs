//! What a gateway understands of an answer, named by the operator in its configuration and never guessed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::problem::Problem;

/// Read by nginx with `auth_request_set`.
const ERROR_STATUS: HeaderName = HeaderName::from_static("x-error-status");
const ERROR_BODY: HeaderName = HeaderName::from_static("x-error-body");
const ERROR_CHALLENGE: HeaderName = HeaderName::from_static("x-error-challenge");

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// RFC 6750 as it is: for gateways that hand a refusal on whole, and for services that ask for themselves.
    #[default]
    Generic,
    /// nginx's `auth_request` asks with GET, allows on any 2xx, keeps a 401, strips a 403 and makes a 500 of the rest.
    /// ingress-nginx is made of it.
    Nginx,
    /// Traefik's ForwardAuth asks with GET and hands a refusal on whole.
    Traefik,
    /// Caddy's `forward_auth` asks with GET and hands a refusal on whole.
    Caddy,
    /// Envoy's `ext_authz` asks with the original method, allows on 200 alone and hands a refusal on whole.
    Envoy,
}

impl Dialect {
    pub const ALL: [Self; 5] =
        [Self::Generic, Self::Nginx, Self::Traefik, Self::Caddy, Self::Envoy];

    /// As the query of a question names it.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Nginx => "nginx",
            Self::Traefik => "traefik",
            Self::Caddy => "caddy",
            Self::Envoy => "envoy",
        }
    }

    /// A refusal, in a form that reaches the client through this gateway.
    pub fn answer(self, problem: Problem) -> HttpResponse {
        match self {
            Self::Nginx => through_nginx(problem),
            Self::Generic | Self::Traefik | Self::Caddy | Self::Envoy => problem.respond(),
        }
    }
}

/// 401 and 403 alone get through. What was neither is a 403 that says in its headers what it was meant to be: nginx
/// drops them, and the body, but `auth_request_set` can still read these two. Of the challenges of a 401 it keeps the
/// first alone, before 1.23, so the second one is told in a header, too.
fn through_nginx(mut problem: Problem) -> HttpResponse {
    match problem.status() {
        StatusCode::UNAUTHORIZED => {
            let second = problem.take_basic();
            let mut response = problem.respond();
            if let Some(Ok(basic)) = second.map(|basic| HeaderValue::from_str(&basic)) {
                response.headers_mut().insert(ERROR_CHALLENGE, basic);
            }
            response
        }
        StatusCode::BAD_REQUEST => problem.into_unauthorized().respond(),
        meant => {
            let mut response = problem.respond();
            *response.status_mut() = StatusCode::FORBIDDEN;
            let headers = response.headers_mut();
            headers.insert(ERROR_STATUS, HeaderValue::from(meant.as_u16()));
            if let Ok(body) = HeaderValue::from_str(&problem.to_json()) {
                headers.insert(ERROR_BODY, body);
            }
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dialect_is_found_by_its_name_alone() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::parse(dialect.name()), Some(dialect));
        }
        for name in ["", "NGINX", "nginx ", "haproxy"] {
            assert_eq!(Dialect::parse(name), None, "{name}");
        }
    }

    #[test]
    fn nginx_hears_403_of_what_it_would_make_a_500_of_and_the_others_what_was_meant() {
        for dialect in Dialect::ALL {
            let meant = StatusCode::TOO_MANY_REQUESTS;
            let answer = dialect.answer(Problem::new(meant, "Later", "In 7 s.".to_owned(), None));
            let header = |name: HeaderName| answer.headers().get(name)?.to_str().ok();
            if dialect == Dialect::Nginx {
                assert_eq!(answer.status(), StatusCode::FORBIDDEN);
                assert_eq!(header(ERROR_STATUS), Some("429"));
                assert!(header(ERROR_BODY).is_some_and(|body| body.contains("\"status\":429")));
            } else {
                assert_eq!((answer.status(), header(ERROR_STATUS)), (meant, None), "{dialect:?}");
            }
        }
    }
}
