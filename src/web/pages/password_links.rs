//! Links to set a password: made at `/admin/people/{id}/link`, shown once, used at `/join/{code}`.

mod edit;
mod new;

use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use askama::Template;

use crate::domain::time::text_time;
use crate::domain::user::Email;
use crate::manage::password_links::Handed;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
pub use edit::{edit, update};
pub use new::{create, new};

#[derive(Template)]
#[template(path = "password_links/show.html")]
struct Show<'a> {
    shell: Shell,
    name: &'a str,
    joins: bool,
    link: String,
    until: String,
    mailed_to: Option<&'a str>,
}

/// The one page that shows a link: the answer to the form that made it.
pub fn show(me: &SignedIn, handed: &Handed) -> Page {
    let page = Page::show(&Show {
        shell: me.shell(Tab::People),
        name: handed.user.display_name.as_str(),
        joins: handed.joins,
        link: handed.link(me.site.url()),
        until: text_time(handed.ends),
        mailed_to: handed.user.email.as_ref().filter(|_| handed.mailed).map(Email::as_str),
    });
    page.header(REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
}
