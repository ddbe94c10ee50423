//! The dialog that shows a token's value, once. No address leads to it: it is the answer to the form that made the token.

mod new;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use askama::Template;
use chrono::{DateTime, Utc};

use super::snippets::{Parts, Snippet};
use super::tokens::list::List;
use crate::domain::catalogue::Service;
use crate::domain::id::Nonce;
use crate::domain::time::Now;
use crate::domain::token::{Issued, Token};
use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::words::{Here, Moment};
pub use new::{create, new};

/// A value to be shown, and what became of the one before it, if there was one.
pub struct Shown {
    pub issued: Issued,
    /// Whether the token had another value before.
    pub renewed: bool,
    /// Until when that one works beside the new one.
    pub former_ends: Option<DateTime<Utc>>,
}

#[derive(Template)]
#[template(path = "secrets/show.html")]
struct Show<'a> {
    shell: Shell,
    list: List,
    name: &'a str,
    renewed: bool,
    is_paused: bool,
    former_ends: Option<Moment>,
    until: Option<String>,
    unused_days: Option<u32>,
    secret: &'a str,
    file: String,
    snippets: Vec<Snippet>,
}

pub async fn show(
    me: &SignedIn,
    manage: &Manage,
    shown: Shown,
    now: Now,
) -> Result<Page, WebError> {
    // The token exists and this is its only showing: a list that can't be read must not stand in the way.
    let list = List::of(me, manage, now).await.unwrap_or_default();
    let token = &shown.issued.token;
    let secret = shown.issued.secret.expose();
    let slug = slug(token.name.as_str());
    let address = address(me, manage, token);
    let user = me.actor.owner().name.as_str();
    let parts = Parts { token: secret, user, slug: &slug, address: &address };
    let page = Page::show(&Show {
        shell: me.shell(Tab::Tokens).modal(),
        list,
        name: token.name.as_str(),
        renewed: shown.renewed,
        is_paused: shown.issued.token.paused.is_some(),
        former_ends: shown.former_ends.map(|end| near(end, me.here(now))),
        until: me.here(now).last_day(token.expiry),
        unused_days: token.unused_days,
        secret,
        file: format!("{slug}.txt"),
        snippets: parts.snippets(),
    });
    Ok(page.header(REFERRER_POLICY, HeaderValue::from_static("no-referrer")))
}

/// Where the token is used: the first service it opens that has an address, else here, where it can ask about itself.
fn address(me: &SignedIn, manage: &Manage, token: &Token) -> String {
    let catalogue = &manage.rules().catalogue;
    let open = token.grants.within(catalogue, me.actor.owner().ceiling());
    let url = |service: &Service| open.of(&service.key).and(service.url.clone());
    let service = catalogue.services().iter().find_map(url);
    service.unwrap_or_else(|| format!("{}/api/v1/token", me.site.url()))
}

/// An end within the next weeks, to the minute: 23 November, 19:00.
fn near(end: DateTime<Utc>, here: Here) -> Moment {
    Moment { words: here.near(end), ..Moment::end(end, here) }
}

/// A name that every system takes, for files and the like: "CI runner" becomes `ci-runner-token`.
fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let name: String = name.chars().map(plain).collect();
    let words: Vec<&str> = name.split_whitespace().chain(["token"]).collect();
    words.join("-")
}

#[derive(Template)]
#[template(path = "secrets/gone.html")]
struct Gone {
    shell: Shell,
    list: List,
    /// The token that the form was for, while it is listed.
    token: Option<Token>,
}

/// The form was sent again, by a reload or a second click: its token was shown then.
pub async fn gone(me: &SignedIn, manage: &Manage, nonce: &str, now: Now) -> Result<Page, WebError> {
    let list = List::of(me, manage, now).await?;
    let token = match Nonce::parse(nonce) {
        Some(nonce) => manage.made_by(&me.actor, nonce).await?,
        None => None,
    };
    let page = Page::show(&Gone { shell: me.shell(Tab::Tokens), list, token });
    Ok(page.status(StatusCode::CONFLICT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::signing::SigningKey;
    use crate::domain::user::Dates;
    use crate::web::shell::Theme;
    use crate::web::site::Site;

    #[test]
    fn files_get_a_name_that_every_system_takes() {
        assert_eq!(slug("CI runner"), "ci-runner-token");
        assert_eq!(slug("Backup script (nas-02)"), "backup-script-nas-02-token");
        assert_eq!(slug("../../x\"; y"), "x-y-token");
        assert_eq!(slug("ночь"), "token");
    }

    #[test]
    fn the_end_of_a_former_value_is_told_to_the_minute_where_the_person_is() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        let now = Now::new(at("2026-11-22T19:00:00Z"));
        let end = near(
            at("2026-11-23T19:00:00Z"),
            Here { now, zone: chrono_tz::Tz::Asia__Tokyo, dates: Dates::Words },
        );
        assert_eq!(end.words, "24 November, 04:00");
        assert_eq!(end.exact, "24 November 2026, 04:00 JST");
    }

    #[test]
    fn a_new_value_is_told_with_what_becomes_of_the_old_one() {
        let site = Site {
            instance: "Latchkey".to_owned(),
            public_url: None,
            listen_url: "http://127.0.0.1:8080".to_owned(),
            trusted_proxies: Vec::new(),
            token_parameter: None,
            key: SigningKey::random(),
        };
        let at = "2026-11-22T19:00:00Z".parse().expect("a time");
        let here = Here { now: Now::new(at), zone: chrono_tz::Tz::UTC, dates: Dates::Words };
        let told = |renewed, former_ends: Option<Moment>| {
            let show = Show {
                shell: Shell::bare(&site, Theme::System),
                list: List::default(),
                name: "CI",
                renewed,
                is_paused: false,
                former_ends,
                until: None,
                unused_days: Some(60),
                secret: "lk_",
                file: String::new(),
                snippets: Vec::new(),
            };
            show.render().expect("a page")
        };
        let page = told(true, Some(near(at + chrono::TimeDelta::days(1), here)));
        assert!(page.contains("<h1 id=\"made\">Save your new token</h1>"));
        assert!(page.contains("“<bdi>CI</bdi>” has a new value. The old one works until <time"));
        assert!(page.contains(">23 November, 19:00</time>."));
        assert!(told(true, None).contains("has a new value. The old one has stopped working."));
        let page = told(false, None);
        assert!(page.contains("<h1 id=\"made\">Save your token</h1>"));
        assert!(page.contains("until you revoke it, and no longer than 60 days without use."));
    }
}
