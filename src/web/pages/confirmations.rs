//! `/account/confirmation`: a fresh sign-in at the provider before a change, for who has no password here. It is done in
//! a tab of its own, so that the form in the other one stays as it is.

use actix_web::web::Data;
use askama::Template;

use super::identities::explain;
use crate::domain::authorization_request::Purpose;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::way_back;

/// On the way. Not a redirect: browsers let no form of ours lead to another site.
#[derive(Template)]
#[template(path = "confirmations/new.html")]
struct New {
    shell: Shell,
    name: String,
    address: String,
}

#[derive(Template)]
#[template(path = "confirmations/show.html")]
struct Show {
    shell: Shell,
    name: String,
    is_confirmed: bool,
}

pub struct ConfirmationForm;

impl Typed for ConfirmationForm {
    fn read(_: &Fields) -> Self {
        Self
    }

    fn resume(&self) -> String {
        "/account/confirmation".to_owned()
    }
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<ConfirmationForm>,
) -> Result<Page, WebError> {
    let me = sent.me;
    let name = provider_of(&manage, &me)?;
    let purpose = Purpose::Confirm(me.session_id.clone());
    match manage.send_to_provider(purpose.clone(), "", now).await {
        Ok((request, address)) => {
            let page = New { shell: me.bare_shell(), name, address: address.to_string() };
            Ok(Page::show(&page).cookie(Some(way_back::keep(&me.site, &request))))
        }
        Err(failure) => explain(me.bare_shell(), failure, &purpose, ""),
    }
}

pub async fn show(manage: Data<Manage>, me: SignedIn) -> Result<Page, WebError> {
    let name = provider_of(&manage, &me)?;
    let is_confirmed = me.actor.fresh.is_some();
    Ok(Page::show(&Show { shell: me.shell(Tab::None), name, is_confirmed }))
}

/// Who has a password types that.
fn provider_of(manage: &Manage, me: &SignedIn) -> Result<String, WebError> {
    let name = manage.provider().filter(|_| !me.actor.has_password);
    name.map(str::to_owned).ok_or(WebError::NotFound)
}
