//! `/`: the way to where one can do something.

use actix_web::web::Data;

use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::page::Page;
use crate::web::session::Visitor;

pub async fn show(manage: Data<Manage>, visitor: Visitor) -> Result<Page, WebError> {
    let place = match (visitor.is_signed_in, manage.has_people().await?) {
        (true, _) => "/account/tokens",
        (false, true) => "/sign-in",
        (false, false) => "/setup",
    };
    Ok(Page::see_other(place))
}
