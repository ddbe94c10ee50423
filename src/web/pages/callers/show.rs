//! The page that shows a caller's secret, once. No address leads to it.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use askama::Template;

use crate::domain::caller::Enrolled;
use crate::domain::time::Now;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::words::Moment;

#[derive(Template)]
#[template(path = "callers/show.html")]
struct Show<'a> {
    shell: Shell,
    service: &'a str,
    renewed: bool,
    former_ends: Option<Moment>,
    secret: &'a str,
}

/// The answer to the form that made a secret; `renewed` where it takes the place of another.
pub fn show(me: &SignedIn, enrolled: &Enrolled, renewed: bool, now: Now) -> Page {
    let former = enrolled.caller.former(now);
    let page = Page::show(&Show {
        shell: me.shell(Tab::Callers),
        service: enrolled.caller.service.as_str(),
        renewed,
        former_ends: former.map(|former| Moment::end(former.ends, me.here(now))),
        secret: enrolled.secret.expose(),
    });
    page.header(REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
}

#[derive(Template)]
#[template(path = "callers/gone.html")]
struct Gone<'a> {
    shell: Shell,
    service: &'a str,
}

/// The form was sent again, by a reload or a second click: its secret was shown then.
pub fn gone(me: &SignedIn, service: &str) -> Page {
    let page = Page::show(&Gone { shell: me.shell(Tab::Callers), service });
    page.status(StatusCode::CONFLICT)
}
