//! The end of an account: one's own, by an administrator, or by the operator.

use super::Manage;
use super::people::somebody;
use super::standing::{By, named};
use crate::domain::actor::Confirmed;
use crate::domain::event::{Event, Kind};
use crate::domain::id::UserId;
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::time::Now;
use crate::domain::token::{FORM, Token};
use crate::domain::user::{User, UserName};
use crate::store::conn::Conn;
use crate::store::{events, feed, tokens, users};

impl Manage {
    /// Ends one's own account: sessions and tokens with it, from the moment this returns.
    pub async fn delete_account(&self, by: Confirmed, now: Now) -> Outcome<()> {
        self.db
            .write(move |tx| {
                let found = users::find(tx, by.id())?;
                let (user, _) = found.ok_or(Refusal::NotFound)?;
                delete(tx, By::Person(by.actor()), &user, FORM, now).map(drop)
            })
            .await
    }

    /// Ends somebody's account by an administrator.
    pub async fn delete_account_of(&self, by: Confirmed, id: UserId, now: Now) -> Outcome<User> {
        self.db
            .write(move |tx| {
                let user = somebody(tx, by.id(), &id)?;
                delete(tx, By::Person(by.actor()), &user, FORM, now)?;
                Ok(user)
            })
            .await
    }

    /// The same by the operator. Answers with the tokens that ended.
    pub async fn delete_person(&self, name: UserName, now: Now) -> Outcome<Vec<Token>> {
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                delete(tx, By::Operator, &user, "username", now)
            })
            .await
    }
}

/// Each token's end and the account's stand in the log, with the names that nothing else tells from then on.
pub(super) fn delete(
    tx: &mut Conn,
    by: By<'_>,
    user: &User,
    field: &'static str,
    now: Now,
) -> Outcome<Vec<Token>> {
    by.keep_an_admin(tx, user, field)?;
    let mut ended = tokens::of_owner(tx, &user.id)?;
    for token in &ended {
        feed::record_token(tx, &token.id)?;
    }
    ended.retain(|token| token.is_live(now));
    for token in &ended {
        let detail = format!("“{}”, with the account.", token.name.as_str());
        let event = by.event(Kind::TokenRevoked, user, detail, now);
        events::record(tx, &Event { token: Some(token.id.clone()), ..event })?;
    }
    let (name, display_name) = (user.name.as_str(), user.display_name.as_str());
    let detail = Event::of_the_deleted(name, display_name);
    by.record(tx, Kind::PersonDeleted, user, detail, now)?;
    users::delete(tx, &user.id)?;
    Ok(ended)
}
