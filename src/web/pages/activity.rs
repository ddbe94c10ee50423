//! `/account/activity`: everything that happened to one's account and tokens, or to a service account and its.

pub(super) mod line;
pub(super) mod query;

use actix_web::web::Data;
use askama::Template;

use crate::domain::event::{Kind, Subject};
use crate::domain::time::Now;
use crate::domain::token::Called;
use crate::manage::Manage;
use crate::manage::activity::Activity;
use crate::web::error::WebError;
use crate::web::form::Asked;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use line::Day;
use query::ActivityQuery;

#[derive(Template)]
#[template(path = "activity/index.html")]
struct Index {
    shell: Shell,
    notes: Vec<&'static str>,
    tokens: Vec<Choice>,
    kinds: [(&'static str, Vec<Choice>); 2],
    /// The one token that is shown, while it has a page.
    page_of: Option<Called>,
    is_filtered: bool,
    days: Vec<Day>,
    newer: Option<String>,
    older: Option<String>,
    csv: String,
    json: String,
}

/// One of a list to choose from.
pub(super) struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

pub async fn index(
    manage: Data<Manage>,
    me: SignedIn,
    now: Now,
    asked: Asked<ActivityQuery>,
) -> Result<Page, WebError> {
    let query = asked.0.at(&me.activity());
    let (mut what, place, mut notes) = query.parse();
    let (called, one) = manage.activity_tokens(&me.actor, what.token.clone()).await?;
    if one.is_none() && what.token.take().is_some() {
        notes.push(query::NO_TOKEN);
    }
    let found = manage.activity(&me.actor, what.clone(), place).await?;
    let (newer, older) = ways(&query, &found);
    let others = called.iter().filter(|token| one.as_ref().is_none_or(|one| one.id != token.id));
    let token = |called: &Called| Choice {
        value: called.id.as_str().to_owned(),
        label: format!("{}{}", called.name, if called.is_listed { "" } else { " (revoked)" }),
        is_chosen: one.as_ref().is_some_and(|one| one.id == called.id),
    };
    let page = Index {
        tokens: one.iter().chain(others).map(token).collect(),
        kinds: [("Tokens", Subject::Token), ("Account", Subject::Account)]
            .map(|(label, subject)| (label, kinds(subject, what.kind))),
        is_filtered: what.token.is_some() || what.kind.is_some(),
        days: line::days(&found, &me, me.here(now), what.token.is_none()),
        shell: me.shell(Tab::Activity),
        page_of: one.filter(|one| one.is_listed),
        csv: query.export("csv"),
        json: query.export("json"),
        notes,
        newer,
        older,
    };
    Ok(Page::show(&page))
}

pub(super) fn kinds(subject: Subject, chosen: Option<Kind>) -> Vec<Choice> {
    let kinds = Kind::ALL.into_iter().filter(|kind| kind.subject() == subject);
    let choice = |kind: Kind| Choice {
        value: kind.as_str().to_owned(),
        label: kind.words().to_owned(),
        is_chosen: chosen == Some(kind),
    };
    kinds.map(choice).collect()
}

/// The addresses of the pages beside this one.
pub(super) fn ways(query: &ActivityQuery, found: &Activity) -> (Option<String>, Option<String>) {
    let first = found.lines.first().filter(|_| !found.is_newest);
    let last = found.lines.last().filter(|_| !found.is_oldest);
    let newer = first.map(|(number, _)| query.beside("after", *number));
    (newer, last.map(|(number, _)| query.beside("before", *number)))
}
