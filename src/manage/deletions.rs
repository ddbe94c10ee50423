//! The end of an account: one's own, or by the operator.

use super::Manage;
use super::standing::named;
use crate::domain::actor::Confirmed;
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::time::Now;
use crate::domain::token::{FORM, Token};
use crate::domain::user::{Role, User, UserName};
use crate::store::conn::Conn;
use crate::store::{events, feed, tokens, users};

impl Manage {
    /// Ends one's own account: sessions and tokens with it, from the moment this returns.
    pub async fn delete_account(&self, by: Confirmed, now: Now) -> Outcome<()> {
        self.db
            .write(move |tx| {
                let found = users::find(tx, by.id())?;
                let (user, _) = found.ok_or(Refusal::NotFound)?;
                let last = || {
                    let sentence =
                        "You are the last administrator. Make somebody else one before you go";
                    Refusal::field(FORM, sentence)
                };
                delete(tx, &user, last, |kind| Event::own(kind, by.actor(), now), now)?;
                Ok(())
            })
            .await
    }

    /// The same by the operator. Answers with the tokens that ended.
    pub async fn delete_person(&self, name: UserName, now: Now) -> Outcome<Vec<Token>> {
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                let id = Some(user.id.clone());
                let event = |kind| Event::at_the_door(kind, id.clone(), &Client::default(), now);
                let last = || {
                    let sentence = "They are the last administrator. Make somebody else one first";
                    Refusal::field("username", sentence)
                };
                delete(tx, &user, last, event, now)
            })
            .await
    }
}

/// Each token's end and the account's stand in the log, with the names that nothing else tells from then on.
fn delete(
    tx: &mut Conn,
    user: &User,
    last_admin: impl Fn() -> Refusal,
    event: impl Fn(Kind) -> Event,
    now: Now,
) -> Outcome<Vec<Token>> {
    let can_act = user.role == Role::Admin && user.disabled.is_none();
    if can_act && !users::has_other_admin(tx, &user.id)? {
        return Err(last_admin().into());
    }
    let mut ended = tokens::of_owner(tx, &user.id)?;
    for token in &ended {
        feed::record_token(tx, &token.id)?;
    }
    ended.retain(|token| token.is_live(now));
    for token in &ended {
        let detail = format!("“{}”, with the account.", token.name.as_str());
        let id = Some(token.id.clone());
        events::record(tx, &Event { token: id, detail, ..event(Kind::TokenRevoked) })?;
    }
    let (name, display_name) = (user.name.as_str(), user.display_name.as_str());
    let detail = format!("{name}, called “{display_name}”.");
    events::record(tx, &Event { detail, ..event(Kind::PersonDeleted) })?;
    users::delete(tx, &user.id)?;
    Ok(ended)
}
