//! `/account/tokens`: the list, the form that generates one, and each token's own page.

mod edit;
pub(super) mod form;
mod granted;
mod link;
pub(super) mod list;
mod new;
pub(super) mod parts;
pub(super) mod query;
mod row;
mod story;

use actix_web::web::Data;
use askama::Template;

use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::form::Asked;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
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
    let list = List::asked(&me, &manage, &asked, now).await?;
    Ok(Page::show(&Index { shell: me.shell(Tab::Tokens), list }))
}
