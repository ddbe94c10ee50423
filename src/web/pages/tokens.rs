//! `/account/tokens`: the list, the form that generates one, and each token's own page.

mod edit;
pub(super) mod form;
mod granted;
mod link;
pub(super) mod list;
mod new;
pub(super) mod parts;
pub(super) mod query;
mod refused;
pub(super) mod row;
pub(super) mod story;
mod uses;

use actix_web::web::Data;
use askama::Template;

use crate::domain::client::Client;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::form::Asked;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::words::{Here, Moment};
pub use edit::{edit, update};
pub use new::{create, new};

use super::search;
use list::List;
use query::ListQuery;

#[derive(Template)]
#[template(path = "tokens/index.html")]
struct Index {
    shell: Shell,
    list: List,
}

pub async fn index(
    manage: Data<Manage>,
    me: SignedIn,
    now: Now,
    asked: Asked<ListQuery>,
) -> Result<Page, WebError> {
    let Asked(asked) = asked;
    // A value in an address was put there by hand: away from it.
    if let Some(elsewhere) = search::identified(&me, &manage, &asked, now).await? {
        return Ok(elsewhere);
    }
    let mut list = List::asked(&me, &manage, &asked, now).await?;
    for (token, client) in manage.surrendered(&me.actor, now).await? {
        list.notes.push(surrendered(&token, &client, me.here(now)));
    }
    Ok(Page::show(&Index { shell: me.shell(Tab::Tokens), list }))
}

/// What a person is told who finds a token gone that they didn't revoke on a page.
fn surrendered(token: &Token, client: &Client, here: Here) -> String {
    let at = Moment::past(token.revoked.unwrap_or(here.now.at()), here).exact;
    let from = client.address.map(|address| format!(", from {address}")).unwrap_or_default();
    let name = token.name.as_str();
    format!("“{name}” was revoked on {at} by a program that presented its value{from}.")
}
