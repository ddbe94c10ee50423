//! Adding people: by the operator on the command line, or the first one by the set-up link. And who there is, for
//! administrators.

mod overview;
mod revisions;

use std::sync::Arc;

use chrono_tz::Tz;

use super::Manage;
use crate::domain::actor::Actor;
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::UserId;
use crate::domain::password::{NewPassword, PasswordHash};
use crate::domain::people::{PER_PAGE, matches};
use crate::domain::refusal::{Fault, Outcome, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::user::{Dates, DisplayName, Email, Role, User, UserName};
use crate::store::conn::Conn;
pub use crate::store::people::Entry;
use crate::store::people::Names;
use crate::store::{events, people, users};
pub use overview::Overview;

/// A person to be.
#[derive(Clone)]
pub struct NewPerson {
    pub name: UserName,
    pub display_name: DisplayName,
    pub email: Option<Email>,
    pub role: Role,
}

/// A page of people, and how many there are.
pub struct People {
    pub entries: Vec<Entry>,
    pub total: usize,
    /// How many have the words that were asked for.
    pub found: usize,
    /// Counted from 1; the last one where a later one was asked for.
    pub page: usize,
    pub pages: usize,
}

impl Manage {
    /// People with these words in their names, for an administrator.
    pub async fn people(&self, by: &Actor, words: &str, page: usize, now: Now) -> Outcome<People> {
        let (by, words) = (by.id().clone(), words.to_owned());
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                Ok(found(c, &words, page, now)?)
            })
            .await
    }

    /// Somebody as an administrator sees them.
    pub async fn person_of(&self, by: &Actor, id: UserId, now: Now) -> Outcome<Entry> {
        let by = by.id().clone();
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                let found = people::these(c, &[id.as_str().to_owned()], now)?.pop();
                Ok(found.ok_or(Refusal::NotFound)?)
            })
            .await
    }

    /// Whoever was invited by this name, and has not joined.
    pub async fn invited(&self, by: &Actor, name: &str) -> Outcome<Option<User>> {
        let (by, name) = (by.id().clone(), UserName::parse(name));
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                let Ok(name) = name else { return Ok(None) };
                let found = users::find_by_name(c, &name)?;
                let waits = |(user, password): &(User, PasswordHash)| {
                    password.is_none() && user.owned_by.is_none()
                };
                Ok(found.filter(waits).map(|(user, _)| user))
            })
            .await
    }

    pub async fn has_people(&self) -> Outcome<bool> {
        self.db.read(|c| Ok(users::count(c)? > 0)).await
    }

    /// Adds a person with a password of their own.
    pub async fn add_person(
        &self,
        person: NewPerson,
        chosen: NewPassword,
        now: Now,
    ) -> Outcome<User> {
        let hash = self.hash(chosen).await?;
        self.db.write(move |tx| add(tx, &person, &hash, &Client::default(), now)).await
    }

    /// Adds the first person, an administrator, for whoever holds the code printed at start.
    pub async fn set_up(
        &self,
        code: &str,
        person: NewPerson,
        chosen: NewPassword,
        client: Client,
        now: Now,
    ) -> Outcome<User> {
        self.check_setup(code).await?;
        let hash = self.hash(chosen).await?;
        self.db
            .write(move |tx| {
                if users::count(tx)? > 0 {
                    return Err(Refusal::AlreadyDone.into());
                }
                add(tx, &person, &hash, &client, now)
            })
            .await
    }
}

fn add(
    tx: &mut Conn,
    person: &NewPerson,
    hash: &PasswordHash,
    client: &Client,
    now: Now,
) -> Outcome<User> {
    let user = insert(tx, person, hash, now)?;
    let mut event = Event::at_the_door(Kind::PersonAdded, Some(user.id.clone()), client, now);
    event.detail = person.role.as_str().to_owned();
    events::record(tx, &event)?;
    Ok(user)
}

/// Adds a person whose names nobody has; the event is the caller's.
pub(super) fn insert(
    tx: &mut Conn,
    person: &NewPerson,
    hash: &PasswordHash,
    now: Now,
) -> Outcome<User> {
    admit_username(tx, &person.name)?;
    if let Some(email) = &person.email
        && users::email_is_taken(tx, email)?
    {
        return Err(Problems::one("email", "Another person has this mail address").into());
    }
    let user = User {
        id: UserId::random(),
        name: person.name.clone(),
        display_name: person.display_name.clone(),
        email: person.email.clone(),
        role: person.role,
        teams: Arc::default(),
        created: now.at(),
        disabled: None,
        zone: Tz::UTC,
        dates: Dates::default(),
        theme: None,
        owned_by: None,
    };
    users::insert(tx, &user, hash)?;
    Ok(user)
}

/// People and service accounts share one space of names: services know both by them.
pub(super) fn admit_username(c: &mut Conn, name: &UserName) -> Outcome<()> {
    let Some((known, _)) = users::find_by_name(c, name)? else { return Ok(()) };
    let what = if known.owned_by.is_some() { "service account" } else { "person" };
    let sentence = format!("There already is a {what} named {}", name.as_str());
    Err(Problems::one("username", sentence).into())
}

/// Whoever acts for others is an administrator at that very moment; to anybody else there is nothing here.
pub(super) fn check_admin(c: &mut Conn, by: &UserId) -> Outcome<()> {
    let found = users::find(c, by)?;
    let is_admin = |user: &User| user.role == Role::Admin && user.disabled.is_none();
    if found.is_some_and(|(user, _)| is_admin(&user)) {
        return Ok(());
    }
    Err(Refusal::NotFound.into())
}

/// Whom an administrator does something to.
pub(super) fn somebody(c: &mut Conn, by: &UserId, id: &UserId) -> Outcome<User> {
    check_admin(c, by)?;
    let found = users::find(c, id)?.map(|(user, _)| user);
    Ok(found.filter(|user| user.owned_by.is_none()).ok_or(Refusal::NotFound)?)
}

fn found(c: &mut Conn, words: &str, page: usize, now: Now) -> Result<People, Fault> {
    let total = usize::try_from(users::count(c)?).unwrap_or_default();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let last = |found: usize| found.div_ceil(PER_PAGE).max(1);
    if words.trim().is_empty() {
        let (pages, found) = (last(total), total);
        let page = page.clamp(1, pages);
        let skipped = number((page - 1) * PER_PAGE);
        let entries = people::some(c, skipped, number(PER_PAGE), now)?;
        return Ok(People { entries, total, found, page, pages });
    }
    let is_meant = |names: &Names| {
        let email = names.email.as_deref().unwrap_or_default();
        matches(words, &[&names.name, &names.display_name, email])
    };
    let ids = people::names(c)?.into_iter().filter(is_meant).map(|names| names.id);
    let ids: Vec<String> = ids.collect();
    let (found, pages) = (ids.len(), last(ids.len()));
    let page = page.clamp(1, pages);
    let ids: Vec<String> = ids.into_iter().skip((page - 1) * PER_PAGE).take(PER_PAGE).collect();
    Ok(People { entries: people::these(c, &ids, now)?, total, found, page, pages })
}
