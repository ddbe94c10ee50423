//! What a person may do: their role, and whether they may do anything at all. The same rules for administrators in the
//! browser and for the operator on the command line.

use super::Manage;
use super::people::somebody;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::{Outcome, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::token::{FORM, Token};
use crate::domain::user::{Role, User, UserName};
use crate::store::conn::Conn;
use crate::store::{events, password_links, sessions, tokens, users};

/// By whose hand something is done to a person.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    /// On the command line.
    Operator,
    /// An administrator, or the person themself.
    Person(&'a Actor),
}

impl By<'_> {
    pub(super) fn event(self, kind: Kind, user: &User, detail: String, now: Now) -> Event {
        match self {
            Self::Person(actor) => Event::about_person(kind, actor, &user.id, detail, now),
            Self::Operator => {
                let door = Event::at_the_door(kind, Some(user.id.clone()), &Client::default(), now);
                Event { detail, ..door }
            }
        }
    }

    pub(super) fn record(
        self,
        tx: &mut Conn,
        kind: Kind,
        user: &User,
        detail: String,
        now: Now,
    ) -> Outcome<()> {
        Ok(events::record(tx, &self.event(kind, user, detail, now))?)
    }

    /// Refuses what would leave an instance without anybody to look after it.
    pub(super) fn keep_an_admin(
        self,
        tx: &mut Conn,
        user: &User,
        field: &'static str,
    ) -> Outcome<()> {
        let can_act = user.role == Role::Admin && user.disabled.is_none();
        if !can_act || users::has_other_admin(tx, &user.id)? {
            return Ok(());
        }
        let is_own = matches!(self, Self::Person(actor) if *actor.id() == user.id);
        let who = if is_own { "You are" } else { "They are" };
        let sentence = format!("{who} the last administrator. Make somebody else one first");
        Err(Refusal::field(field, sentence).into())
    }
}

impl Manage {
    /// Gives a person another role: from the moment this returns their tokens do no more than it allows.
    pub async fn change_role(&self, name: UserName, role: Role, now: Now) -> Outcome<User> {
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                set_role(tx, By::Operator, &user, role, now)?;
                Ok(User { role, ..user })
            })
            .await
    }

    /// Ends a person's sessions, and has their tokens refused from the moment this returns.
    pub async fn disable(&self, name: UserName, now: Now) -> Outcome<User> {
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                disable(tx, By::Operator, &user, "username", now)?;
                Ok(user)
            })
            .await
    }

    /// The same by an administrator. `None` where they are disabled already.
    pub async fn disable_person(
        &self,
        by: Confirmed,
        id: UserId,
        now: Now,
    ) -> Outcome<Option<User>> {
        self.db
            .write(move |tx| {
                let user = somebody(tx, by.id(), &id)?;
                let done = disable(tx, By::Person(by.actor()), &user, FORM, now)?;
                Ok(done.then_some(user))
            })
            .await
    }

    /// Which tokens of a disabled person come back when they are enabled; paused ones stay paused. None of somebody
    /// who isn't disabled.
    pub async fn returning(&self, name: UserName, now: Now) -> Outcome<Vec<Token>> {
        self.db
            .read(move |c| {
                let user = named(c, &name)?;
                if user.disabled.is_none() { Ok(Vec::new()) } else { returning(c, &user, now) }
            })
            .await
    }

    /// Lets a disabled person in again. Answers with the tokens of theirs that come back with this.
    pub async fn enable(&self, name: UserName, now: Now) -> Outcome<Vec<Token>> {
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                if user.disabled.is_none() {
                    return Ok(Vec::new());
                }
                let back = returning(tx, &user, now)?;
                enable(tx, By::Operator, &user, &back, now)?;
                Ok(back)
            })
            .await
    }

    /// The same by an administrator who was told of the `named` tokens, and who has `ended` revoked instead. `None`
    /// where they aren't disabled.
    pub async fn enable_person(
        &self,
        by: Confirmed,
        id: UserId,
        named: Vec<TokenId>,
        ended: Vec<TokenId>,
        now: Now,
    ) -> Outcome<Option<User>> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                let user = somebody(tx, by.id(), &id)?;
                let back = manage.enable_named(tx, by.actor(), &user, &named, &ended, now)?;
                let Some(back) = back else { return Ok(None) };
                enable(tx, By::Person(by.actor()), &user, &back, now)?;
                Ok(Some(user))
            })
            .await
    }

    /// Revokes the `ended` of the tokens that would come back, and answers with the others. Those that the
    /// administrator was told of are `named`: none else comes back. `None` where the owner isn't disabled.
    pub(super) fn enable_named(
        &self,
        tx: &mut Conn,
        by: &Actor,
        owner: &User,
        named: &[TokenId],
        ended: &[TokenId],
        now: Now,
    ) -> Outcome<Option<Vec<Token>>> {
        if owner.disabled.is_none() {
            return Ok(None);
        }
        let mut back = returning(tx, owner, now)?;
        if back.iter().any(|token| !named.contains(&token.id)) {
            let since = vec!["Other tokens would come back now.".to_owned()];
            return Err(Refusal::Changed { since }.into());
        }
        for token in back.extract_if(.., |token| ended.contains(&token.id)) {
            self.end_token(tx, by, &token, now)?;
        }
        Ok(Some(back))
    }
}

pub(super) fn set_role(
    tx: &mut Conn,
    by: By<'_>,
    user: &User,
    role: Role,
    now: Now,
) -> Outcome<()> {
    if user.role == role {
        return Ok(());
    }
    by.keep_an_admin(tx, user, "role")?;
    users::change_standing(tx, &user.id, role, user.disabled)?;
    let detail = format!("From {} to {}.", user.role.as_str(), role.as_str());
    by.record(tx, Kind::RoleChanged, user, detail, now)
}

/// `false` where they are disabled already. A link to set a password is dead with it.
pub(super) fn disable(
    tx: &mut Conn,
    by: By<'_>,
    user: &User,
    field: &'static str,
    now: Now,
) -> Outcome<bool> {
    if user.disabled.is_some() {
        return Ok(false);
    }
    by.keep_an_admin(tx, user, field)?;
    users::change_standing(tx, &user.id, user.role, Some(now.at()))?;
    sessions::delete_all_of(tx, &user.id)?;
    password_links::delete_of(tx, &user.id)?;
    by.record(tx, Kind::PersonDisabled, user, String::new(), now)?;
    Ok(true)
}

pub(super) fn enable(
    tx: &mut Conn,
    by: By<'_>,
    user: &User,
    back: &[Token],
    now: Now,
) -> Outcome<()> {
    users::change_standing(tx, &user.id, user.role, None)?;
    let names: Vec<String> =
        back.iter().map(|token| format!("“{}”", token.name.as_str())).collect();
    let detail = match names.as_slice() {
        [] => "No token comes back.".to_owned(),
        names => format!("With {}.", names.join(", ")),
    };
    by.record(tx, Kind::PersonEnabled, user, detail, now)
}

/// Which tokens come back where a disabled owner is enabled again.
pub(super) fn returning(c: &mut Conn, user: &User, now: Now) -> Outcome<Vec<Token>> {
    let mut tokens = tokens::of_owner(c, &user.id)?;
    tokens.retain(|token| !token.has_ended(now));
    Ok(tokens)
}

pub(super) fn named(c: &mut Conn, name: &UserName) -> Outcome<User> {
    let nobody = || format!("There is no person named {}", name.as_str());
    let found = users::find_by_name(c, name)?.map(|(user, _)| user);
    let user = found.ok_or_else(|| Problems::one("username", nobody()))?;
    if user.owned_by.is_some() {
        let name = name.as_str();
        let sentence = format!("{name} is a service account: see latchkey service-account --help");
        return Err(Problems::one("username", sentence).into());
    }
    Ok(user)
}
