//! `/admin/tokens`: everybody's tokens, for administrators.

pub(super) mod list;
pub(super) mod query;

use actix_web::web::Data;
use askama::Template;

use super::all_searches;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::administrator::Administrator;
use crate::web::error::WebError;
use crate::web::form::Asked;
use crate::web::page::Page;
use crate::web::shell::{Shell, Tab};
use list::List;
use query::ListQuery;

#[derive(Template)]
#[template(path = "all_tokens/index.html")]
struct Index {
    shell: Shell,
    list: List,
}

pub async fn index(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    asked: Asked<ListQuery>,
) -> Result<Page, WebError> {
    let (Administrator(me), Asked(asked)) = (admin, asked);
    // A value in an address was put there by hand: away from it.
    if let Some(elsewhere) = all_searches::identified(&me, &manage, &asked, now).await? {
        return Ok(elsewhere);
    }
    let list = List::asked(&me, &manage, &asked, now).await?;
    Ok(Page::show(&Index { shell: me.shell(Tab::AllTokens), list }))
}
