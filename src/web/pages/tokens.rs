//! `/account/tokens`: the list, the form that generates one, and each token's own page.

mod edit;
pub(super) mod form;
mod link;
pub(super) mod list;
mod new;
pub(super) mod parts;
mod story;

use actix_web::web::Data;
use askama::Template;

use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
pub use edit::{edit, update};
pub use new::{create, new};

use list::List;

#[derive(Template)]
#[template(path = "tokens/index.html")]
struct Index {
    shell: Shell,
    list: List,
}

pub async fn index(manage: Data<Manage>, me: SignedIn, now: Now) -> Result<Page, WebError> {
    let list = List::of(&me, &manage, now).await?;
    Ok(Page::show(&Index { shell: me.shell(Tab::Tokens), list }))
}
