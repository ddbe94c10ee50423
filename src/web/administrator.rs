//! Who looks after an instance. What is theirs isn't there for anybody else.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_core::future::LocalBoxFuture;

use super::error::WebError;
use super::form::{Sent, Typed};
use super::session::SignedIn;
use crate::domain::user::Role;

/// A signed-in administrator. A handler that takes one is a page that nobody knows to everybody else.
pub struct Administrator(pub SignedIn);

impl Administrator {
    fn of(me: SignedIn) -> Result<Self, WebError> {
        let is_admin = me.actor.user.role == Role::Admin;
        is_admin.then_some(Self(me)).ok_or(WebError::NotFound)
    }
}

impl FromRequest for Administrator {
    type Error = WebError;
    type Future = LocalBoxFuture<'static, Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let me = SignedIn::from_request(req, payload);
        Box::pin(async move { Self::of(me.await?) })
    }
}

/// A form that an administrator sent.
pub struct Ordered<T> {
    pub me: SignedIn,
    pub typed: T,
}

impl<T: Typed> FromRequest for Ordered<T> {
    type Error = WebError;
    type Future = LocalBoxFuture<'static, Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let sent = Sent::<T>::from_request(req, payload);
        Box::pin(async move {
            let Sent { me, typed } = sent.await?;
            let Administrator(me) = Administrator::of(me)?;
            Ok(Self { me, typed })
        })
    }
}
