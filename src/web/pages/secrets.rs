//! The dialog that shows a token's value, once. No address leads to it: it is the answer to the form that made the token.

mod new;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use askama::Template;

use super::tokens::list::{List, last_day};
use crate::domain::time::Now;
use crate::domain::token::Issued;
use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
pub use new::{create, new};

#[derive(Template)]
#[template(path = "secrets/show.html")]
struct Show<'a> {
    shell: Shell,
    list: List,
    name: &'a str,
    until: Option<String>,
    secret: &'a str,
    file: String,
    url: &'a str,
}

pub async fn show(
    me: &SignedIn,
    manage: &Manage,
    issued: Issued,
    now: Now,
) -> Result<Page, WebError> {
    // The token exists and this is its only showing: a list that can't be read must not stand in the way.
    let list = List::of(me, manage, now).await.unwrap_or_default();
    let page = Page::show(&Show {
        shell: me.shell(Tab::Tokens).modal(),
        list,
        name: issued.token.name.as_str(),
        until: last_day(&issued.token),
        secret: issued.secret.expose(),
        file: file_name(issued.token.name.as_str()),
        url: me.site.url(),
    });
    Ok(page.header(REFERRER_POLICY, HeaderValue::from_static("no-referrer")))
}

/// A file name that every system takes: "CI runner" becomes `ci-runner-token.txt`.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let name: String = name.chars().map(plain).collect();
    let words: Vec<&str> = name.split_whitespace().chain(["token.txt"]).collect();
    words.join("-")
}

#[derive(Template)]
#[template(path = "secrets/gone.html")]
struct Gone {
    shell: Shell,
    list: List,
}

/// The form was sent again, by a reload or a second click: its token exists, and was shown then.
pub async fn gone(me: &SignedIn, manage: &Manage, now: Now) -> Result<Page, WebError> {
    let list = List::of(me, manage, now).await?;
    let page = Page::show(&Gone { shell: me.shell(Tab::Tokens), list });
    Ok(page.status(StatusCode::CONFLICT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_gets_a_file_name_that_every_system_takes() {
        assert_eq!(file_name("CI runner"), "ci-runner-token.txt");
        assert_eq!(file_name("Backup script (nas-02)"), "backup-script-nas-02-token.txt");
        assert_eq!(file_name("../../x\"; y"), "x-y-token.txt");
        assert_eq!(file_name("ночь"), "token.txt");
    }
}
