//! What mails say: plain text, short, with the instance's name.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::domain::password_link::Code;
use crate::domain::refusal::Fault;
use crate::domain::time::text_time;
use crate::domain::user::User;

/// One mail to one person.
pub enum Letter<'a> {
    /// The link of an invitation.
    Invitation { to: &'a User, code: &'a Code, ends: DateTime<Utc> },
    /// The link that sets a new password, and who wanted it.
    Reset { to: &'a User, code: &'a Code, ends: DateTime<Utc>, wanted: Wanted },
}

/// Who wanted a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    ByAdministrator,
    AtSignIn,
}

#[derive(Template)]
#[template(path = "mail/invitation.txt")]
struct Invitation<'a> {
    instance: &'a str,
    name: &'a str,
    username: &'a str,
    link: String,
    until: String,
}

#[derive(Template)]
#[template(path = "mail/reset.txt")]
struct Reset<'a> {
    instance: &'a str,
    name: &'a str,
    username: &'a str,
    by_administrator: bool,
    link: String,
    until: String,
}

impl Letter<'_> {
    pub fn subject(&self, instance: &str) -> String {
        match self {
            Self::Invitation { .. } => format!("Join {instance}"),
            Self::Reset { .. } => format!("Set a new password for {instance}"),
        }
    }

    /// `url` is what links begin with.
    pub fn text(&self, instance: &str, url: &str) -> Result<String, Fault> {
        let text = match self {
            Self::Invitation { to, code, ends } => Invitation {
                instance,
                name: to.display_name.as_str(),
                username: to.name.as_str(),
                link: code.link(url),
                until: text_time(*ends),
            }
            .render(),
            Self::Reset { to, code, ends, wanted } => Reset {
                instance,
                name: to.display_name.as_str(),
                username: to.name.as_str(),
                by_administrator: *wanted == Wanted::ByAdministrator,
                link: code.link(url),
                until: text_time(*ends),
            }
            .render(),
        };
        text.map_err(|e| Fault::new("writing a mail", e))
    }
}
