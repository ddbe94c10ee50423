//! What a person may do: their role, and whether they may do anything at all.

use super::Manage;
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::refusal::{Outcome, Problems};
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::domain::user::{Role, User, UserName};
use crate::store::conn::Conn;
use crate::store::{events, password_links, sessions, tokens, users};

impl Manage {
    /// Gives a person another role: from the moment this returns their tokens do no more than it allows.
    pub async fn change_role(&self, name: UserName, role: Role, now: Now) -> Outcome<User> {
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                if user.role != role {
                    users::change_standing(tx, &user.id, role, user.disabled)?;
                    let detail = format!("From {} to {}.", user.role.as_str(), role.as_str());
                    record(tx, Kind::RoleChanged, &user, detail, now)?;
                }
                Ok(User { role, ..user })
            })
            .await
    }

    /// Ends a person's sessions, and has their tokens refused from the moment this returns.
    pub async fn disable(&self, name: UserName, now: Now) -> Outcome<User> {
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                if user.disabled.is_none() {
                    users::change_standing(tx, &user.id, user.role, Some(now.at()))?;
                    sessions::delete_all_of(tx, &user.id)?;
                    password_links::delete_of(tx, &user.id)?;
                    record(tx, Kind::PersonDisabled, &user, String::new(), now)?;
                }
                Ok(user)
            })
            .await
    }

    /// Lets a disabled person in again. Answers with the tokens of theirs that work again with this.
    pub async fn enable(&self, name: UserName, now: Now) -> Outcome<Vec<Token>> {
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                if user.disabled.is_none() {
                    return Ok(Vec::new());
                }
                users::change_standing(tx, &user.id, user.role, None)?;
                record(tx, Kind::PersonEnabled, &user, String::new(), now)?;
                let mut tokens = tokens::of_owner(tx, &user.id)?;
                tokens.retain(|token| token.is_live(now));
                Ok(tokens)
            })
            .await
    }
}

pub(super) fn named(c: &mut Conn, name: &UserName) -> Outcome<User> {
    let nobody = || format!("There is no person named {}", name.as_str());
    let found = users::find_by_name(c, name)?.map(|(user, _)| user);
    Ok(found.ok_or_else(|| Problems::one("username", nobody()))?)
}

/// By the operator, from the command line.
pub(super) fn record(
    tx: &mut Conn,
    kind: Kind,
    user: &User,
    detail: String,
    now: Now,
) -> Outcome<()> {
    let event = Event::at_the_door(kind, Some(user.id.clone()), &Client::default(), now);
    Ok(events::record(tx, &Event { detail, ..event })?)
}
