//! `/account/sessions`: where somebody is signed in, and signing out from afar.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::device::Device;
use crate::domain::id::SessionId;
use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::session::Session;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::words::{Here, Moment, plural};

pub(super) struct Row {
    pub id: String,
    pub device: String,
    pub icon: &'static str,
    pub address: Option<String>,
    pub started: Moment,
    pub seen: Moment,
    pub is_this: bool,
}

impl Row {
    pub(super) fn of(session: &Session, me: &SignedIn, here: Here) -> Self {
        let device = Device::of(session.client.agent());
        Self {
            id: session.id.as_str().to_owned(),
            device: device.words,
            icon: if device.is_phone { "phone" } else { "screen" },
            address: session.client.address.map(|address| address.to_string()),
            started: Moment::past(session.span.started, here),
            seen: Moment::past(session.span.seen, here),
            is_this: session.id == me.session_id,
        }
    }
}

#[derive(Template)]
#[template(path = "sessions/index.html")]
struct Index {
    shell: Shell,
    list: Vec<Row>,
}

#[derive(Template)]
#[template(path = "sessions/end.html")]
struct End {
    shell: Shell,
    list: Vec<Row>,
    asked: Question,
    problems: Problems,
}

/// What is asked before a session ends.
struct Question {
    title: String,
    sentence: String,
    button: &'static str,
    keep: &'static str,
    end: String,
}

impl Question {
    /// `None` where there is nothing to end any more.
    fn of(meant: &Meant, list: &[Row]) -> Option<Self> {
        let end = meant.as_str().to_owned();
        let Meant::One(_) = meant else {
            let others = list.iter().filter(|row| !row.is_this).count();
            let other = if others == 1 { "1 other session ends" } else { "All other sessions end" };
            return (others > 0).then(|| Self {
                title: "Sign out everywhere else?".to_owned(),
                sentence: format!("{other} at once. You stay signed in here."),
                button: "Sign out everywhere else",
                keep: "Keep them signed in",
                end,
            });
        };
        let row = list.iter().find(|row| !row.is_this && row.id == end)?;
        let place = row.address.as_ref().map(|address| format!(", {address}"));
        Some(Self {
            title: format!("Sign out {}?", row.device),
            sentence: format!(
                "It was last seen {}{}. Whoever uses it is signed out at once.",
                row.seen.within(),
                place.unwrap_or_default()
            ),
            button: "Sign out device",
            keep: "Keep it signed in",
            end,
        })
    }
}

/// What is to end.
enum Meant {
    One(SessionId),
    Others,
}

impl Meant {
    fn parse(text: &str) -> Option<Self> {
        if text == "others" { Some(Self::Others) } else { SessionId::parse(text).map(Self::One) }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::One(id) => id.as_str(),
            Self::Others => "others",
        }
    }
}

pub struct EndForm {
    end: Option<Meant>,
    password: String,
}

impl Typed for EndForm {
    fn read(fields: &Fields) -> Self {
        Self { end: Meant::parse(&fields.text("end")), password: fields.text("password") }
    }

    fn resume(&self) -> String {
        "/account/sessions".to_owned()
    }
}

#[derive(Deserialize)]
pub struct Way {
    /// The id of a session, or `others`: asks before that ends.
    end: Option<String>,
}

pub async fn index(
    manage: Data<Manage>,
    me: SignedIn,
    now: Now,
    way: Query<Way>,
) -> Result<Page, WebError> {
    let list = rows(&manage, &me, now).await?;
    let Some(end) = &way.end else {
        return Ok(Page::show(&Index { shell: me.shell(Tab::Sessions), list }));
    };
    let asked = Meant::parse(end).and_then(|meant| Question::of(&meant, &list));
    let Some(asked) = asked else { return ended(&me) };
    let shell = me.shell(Tab::Sessions).modal();
    Ok(Page::show(&End { shell, list, asked, problems: Problems::default() }))
}

pub async fn destroy(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<EndForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let unsaid = || WebError::bad_request("It is not said which session to end.");
    let meant = typed.end.ok_or_else(unsaid)?;
    let answer = async {
        me.want_password(&typed.password)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        match &meant {
            Meant::One(id) => {
                let session = manage.end_one(by, id.clone(), now).await?;
                Ok(format!("{} is signed out.", Device::of(session.client.agent()).words))
            }
            Meant::Others => {
                let count = manage.end_others(by, me.session_id.clone(), now).await?;
                let verb = if count == 1 { "has" } else { "have" };
                Ok(format!("{} {verb} ended.", plural(count as u64, "other session")))
            }
        }
    };
    match answer.await {
        Ok(message) => {
            me.tell(&message)?;
            Ok(Page::see_other("/account/sessions"))
        }
        Err(Failure::Refused(Refusal::NotFound)) => ended(&me),
        Err(failure) => {
            let again = Again::of(failure)?;
            let list = rows(&manage, &me, now).await?;
            let Some(asked) = Question::of(&meant, &list) else { return ended(&me) };
            let (shell, problems) = (me.shell(Tab::Sessions).modal(), again.problems.clone());
            Ok(again.mark(Page::show(&End { shell, list, asked, problems })))
        }
    }
}

async fn rows(manage: &Manage, me: &SignedIn, now: Now) -> Result<Vec<Row>, WebError> {
    let here = me.here(now);
    let list = manage.sessions(&me.actor, now).await?;
    let mut rows: Vec<Row> = list.iter().map(|session| Row::of(session, me, here)).collect();
    rows.sort_by_key(|row| !row.is_this);
    Ok(rows)
}

fn ended(me: &SignedIn) -> Result<Page, WebError> {
    me.note("That session has ended already. Nothing was changed.")?;
    Ok(Page::see_other("/account/sessions"))
}
