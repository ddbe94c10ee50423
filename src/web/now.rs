//! The instant of a request: read once from the server's clock, handed down as a value.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::error::WebError;
use crate::domain::refusal::Fault;
use crate::domain::time::{Clock, Now};

impl FromRequest for Now {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let clock = req.app_data::<Data<Clock>>();
        let missing = || Fault::new("reading the clock", "there is none").into();
        ready(clock.map(|clock| clock.now()).ok_or_else(missing))
    }
}
