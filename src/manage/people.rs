//! Adding people: by the operator on the command line, or the first one by the set-up link.

use std::sync::Arc;

use chrono_tz::Tz;

use super::Manage;
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::UserId;
use crate::domain::password::{NewPassword, PasswordHash};
use crate::domain::refusal::{Outcome, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::user::{DisplayName, Email, Role, User, UserName};
use crate::store::conn::Conn;
use crate::store::{events, users};

/// A person to be.
#[derive(Clone)]
pub struct NewPerson {
    pub name: UserName,
    pub display_name: DisplayName,
    pub email: Option<Email>,
    pub role: Role,
}

impl Manage {
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
    if users::find_by_name(tx, &person.name)?.is_some() {
        let sentence = format!("There already is a person named {}", person.name.as_str());
        return Err(Problems::one("username", sentence).into());
    }
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
    };
    users::insert(tx, &user, hash)?;
    let mut event = Event::at_the_door(Kind::PersonAdded, Some(user.id.clone()), client, now);
    event.detail = person.role.as_str().to_owned();
    events::record(tx, &event)?;
    Ok(user)
}
