//! Whose tokens an address is about: one's own, below `/account/tokens`, or those of the service account that it names.
//! The pages are the same.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::error::WebError;
use crate::domain::actor::Actor;
use crate::domain::user::{User, UserName};

/// Where one's own list is.
pub const OWN: &str = "/account/tokens";
/// Where one's own activity is.
pub const OWN_ACTIVITY: &str = "/account/activity";
/// Below it each service account has its pages.
pub const ACCOUNTS: &str = "/service-accounts";

/// The service account that an address names, if it is of those that do.
pub fn account(req: &HttpRequest) -> Result<Option<UserName>, WebError> {
    let named = req.match_info().get("account");
    let name = named.map(|name| UserName::parse(name).ok().filter(|it| it.as_str() == name));
    name.map(|name| name.ok_or(WebError::NotFound)).transpose()
}

/// Where the list is of the tokens that a request is about.
pub fn list(actor: &Actor) -> String {
    match &actor.entrusted {
        Some(entrusted) => list_of(entrusted.account().name.as_str()),
        None => OWN.to_owned(),
    }
}

/// Where the activity is of those whose tokens a request is about.
pub fn activity(actor: &Actor) -> String {
    match &actor.entrusted {
        Some(entrusted) => format!("{ACCOUNTS}/{}/activity", entrusted.account().name.as_str()),
        None => OWN_ACTIVITY.to_owned(),
    }
}

pub fn list_of(account: &str) -> String {
    format!("{ACCOUNTS}/{account}/tokens")
}

/// Where an administrator looks after an owner of tokens: at a person's page, or at the tokens of a service account.
pub fn place(owner: &User) -> String {
    match owner.owned_by {
        Some(_) => list_of(owner.name.as_str()),
        None => format!("/admin/people/{}", owner.id.as_str()),
    }
}

/// An address below one's own list, put below the one that the request is about.
pub fn moved(req: &HttpRequest, address: String) -> String {
    match (req.match_info().get("account"), address.strip_prefix(OWN)) {
        (Some(account), Some(rest)) => format!("{}{rest}", list_of(account)),
        _ => address,
    }
}

/// The token that an address names, as it stands there.
pub struct Id(String);

impl Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl FromRequest for Id {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(req.match_info().get("id").unwrap_or_default().to_owned())))
    }
}
