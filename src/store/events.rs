//! The `events` table: written in the transaction of the change it tells of, and never changed.

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::micros;
use super::schema::events;
use crate::domain::event::Event;
use crate::domain::id::{EventId, TokenId, UserId};
use crate::domain::refusal::Fault;

pub fn record(c: &mut Conn, event: &Event) -> Result<(), Fault> {
    let values = (
        events::id.eq(EventId::random().as_str().to_owned()),
        events::at.eq(micros(event.at)),
        events::kind.eq(event.kind.as_str()),
        events::person_id.eq(event.person.as_ref().map(UserId::as_str)),
        events::actor_id.eq(event.actor.as_ref().map(UserId::as_str)),
        events::token_id.eq(event.token.as_ref().map(TokenId::as_str)),
        events::detail.eq(&event.detail),
        events::address.eq(event.client.address.map(|address| address.to_string())),
        events::agent.eq(event.client.agent()),
    );
    let done = diesel::insert_into(events::table).values(values).execute(c);
    done.map(drop).during("recording an event")
}
