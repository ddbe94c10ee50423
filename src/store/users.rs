//! The `users` table.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::{identities, users};
use super::{feed, memberships};
use crate::domain::change::Change;
use crate::domain::id::UserId;
use crate::domain::password::PasswordHash;
use crate::domain::refusal::Fault;
use crate::domain::team::TeamKey;
use crate::domain::user::{Dates, DisplayName, Email, Profile, Role, Theme, User, UserName};

/// Not the password's hash: few have business with it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(super) struct UserRow {
    id: String,
    name: String,
    display_name: String,
    email: Option<String>,
    role: String,
    created_at: i64,
    disabled_at: Option<i64>,
    zone: Option<String>,
    theme: Option<String>,
    dates: Option<String>,
    owned_by: Option<String>,
}

impl TryFrom<UserRow> for User {
    type Error = Fault;

    /// Their teams are told by `memberships::tell`.
    fn try_from(row: UserRow) -> Result<Self, Fault> {
        let wrong = |what| spoilt("users", what);
        Ok(Self {
            id: UserId::parse(&row.id).ok_or_else(|| wrong("id"))?,
            name: UserName::from_stored(row.name),
            display_name: DisplayName::from_stored(row.display_name),
            email: row.email.map(Email::from_stored),
            role: Role::parse(&row.role).ok_or_else(|| wrong("role"))?,
            teams: Arc::default(),
            created: moment(row.created_at),
            disabled: row.disabled_at.map(moment),
            // A zone that a later release no longer knows is no reason to lose the person.
            zone: row.zone.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC),
            dates: row.dates.and_then(|name| Dates::parse(&name)).unwrap_or_default(),
            theme: row.theme.and_then(|name| Theme::parse(&name)),
            owned_by: row.owned_by.map(|key| team(&key)).transpose()?,
        })
    }
}

fn team(stored: &str) -> Result<TeamKey, Fault> {
    TeamKey::parse(stored).map_err(|_| spoilt("users", "owned_by"))
}

/// A person with their stored password.
pub type Account = (User, PasswordHash);
pub(super) type AccountRow = (UserRow, String);

pub(super) fn read((user, password): AccountRow) -> Result<Account, Fault> {
    Ok((user.try_into()?, PasswordHash::from_stored(password)))
}

pub fn find(c: &mut Conn, id: &UserId) -> Result<Option<Account>, Fault> {
    let query = users::table.find(id.as_str()).select((UserRow::as_select(), users::password));
    let found = query.get_result(c).optional();
    account(c, found.during("finding a person")?)
}

pub fn find_by_name(c: &mut Conn, name: &UserName) -> Result<Option<Account>, Fault> {
    let query = users::table.filter(users::name.eq(name.as_str()));
    let found = query.select((UserRow::as_select(), users::password)).get_result(c).optional();
    account(c, found.during("finding a person by name")?)
}

fn account(c: &mut Conn, found: Option<AccountRow>) -> Result<Option<Account>, Fault> {
    let Some(row) = found else { return Ok(None) };
    let mut account = read(row)?;
    account.0.teams = memberships::of(c, &account.0.id)?;
    Ok(Some(account))
}

pub fn email_is_taken(c: &mut Conn, email: &Email) -> Result<bool, Fault> {
    let query = users::table.filter(users::email.eq(email.as_str()));
    let taken = query.count().get_result::<i64>(c).during("looking for a mail address")?;
    Ok(taken > 0)
}

/// Service accounts are no people.
pub fn count(c: &mut Conn) -> Result<i64, Fault> {
    users::table.filter(users::owned_by.is_null()).count().get_result(c).during("counting people")
}

pub fn insert(c: &mut Conn, user: &User, password: &PasswordHash) -> Result<(), Fault> {
    let values = (
        users::id.eq(user.id.as_str()),
        users::name.eq(user.name.as_str()),
        users::display_name.eq(user.display_name.as_str()),
        users::email.eq(user.email.as_ref().map(Email::as_str)),
        users::role.eq(user.role.as_str()),
        users::password.eq(password.as_str()),
        users::created_at.eq(micros(user.created)),
        users::disabled_at.eq(user.disabled.map(micros)),
        users::zone.eq(user.zone.name()),
        users::dates.eq(user.dates.as_str()),
        users::theme.eq(user.theme.map(Theme::as_str)),
        users::owned_by.eq(user.owned_by.as_ref().map(TeamKey::as_str)),
    );
    let done = diesel::insert_into(users::table).values(values).execute(c);
    done.map(drop).during("adding a person")
}

pub fn change_profile(c: &mut Conn, id: &UserId, profile: &Profile) -> Result<(), Fault> {
    let change = (
        users::display_name.eq(profile.name.as_str()),
        users::zone.eq(profile.zone.name()),
        users::dates.eq(profile.dates.as_str()),
        users::theme.eq(profile.theme.as_str()),
    );
    let done = diesel::update(users::table.find(id.as_str())).set(change).execute(c);
    done.map(drop).during("changing a profile")?;
    feed::record(c, &Change::Person(id.clone()))
}

/// Stores what an administrator has put right: what somebody is called, and their mail address.
pub fn correct(
    c: &mut Conn,
    id: &UserId,
    name: &DisplayName,
    email: Option<&Email>,
) -> Result<(), Fault> {
    let change = (users::display_name.eq(name.as_str()), users::email.eq(email.map(Email::as_str)));
    let done = diesel::update(users::table.find(id.as_str())).set(change).execute(c);
    done.map(drop).during("correcting a profile")?;
    feed::record(c, &Change::Person(id.clone()))
}

/// Stores a role, or that a person is disabled, or is no longer.
pub fn change_standing(
    c: &mut Conn,
    id: &UserId,
    role: Role,
    disabled: Option<DateTime<Utc>>,
) -> Result<(), Fault> {
    let change = (users::role.eq(role.as_str()), users::disabled_at.eq(disabled.map(micros)));
    let done = diesel::update(users::table.find(id.as_str())).set(change).execute(c);
    done.map(drop).during("changing what a person may do")?;
    feed::record(c, &Change::Person(id.clone()))
}

/// People by id from after this one on, so many of them.
pub fn after(c: &mut Conn, last: &str, most: i64) -> Result<Vec<User>, Fault> {
    let query = users::table.filter(users::id.gt(last)).order(users::id).limit(most);
    let rows = query.select(UserRow::as_select()).load(c).during("listing people")?;
    let mut people: Vec<User> =
        rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
    memberships::tell(c, &mut people)?;
    Ok(people)
}

/// Stores a new password in place of `old`. `false` when another change came first.
pub fn set_password(
    c: &mut Conn,
    id: &UserId,
    old: &PasswordHash,
    new: &PasswordHash,
) -> Result<bool, Fault> {
    let row = users::table.find(id.as_str()).filter(users::password.eq(old.as_str()));
    let done = diesel::update(row).set(users::password.eq(new.as_str())).execute(c);
    Ok(done.during("changing a password")? == 1)
}

/// Stores a password in place of whichever there was, or of none.
pub fn replace_password(c: &mut Conn, id: &UserId, new: &PasswordHash) -> Result<(), Fault> {
    let row = diesel::update(users::table.find(id.as_str()));
    let done = row.set(users::password.eq(new.as_str())).execute(c);
    done.map(drop).during("setting a password")
}

pub fn find_by_email(c: &mut Conn, email: &Email) -> Result<Option<Account>, Fault> {
    let query = users::table.filter(users::email.eq(email.as_str()));
    let found = query.select((UserRow::as_select(), users::password)).get_result(c).optional();
    found.during("finding a person by mail address")?.map(read).transpose()
}

/// Whether an administrator beside this one can sign in.
pub fn has_other_admin(c: &mut Conn, id: &UserId) -> Result<bool, Fault> {
    let query = users::table
        .filter(users::role.eq(Role::Admin.as_str()))
        .filter(users::id.ne(id.as_str()))
        .filter(users::disabled_at.is_null())
        .filter(
            users::password
                .ne("")
                .or(users::id.eq_any(identities::table.select(identities::user_id))),
        );
    let count = query.count().get_result::<i64>(c).during("looking for an administrator")?;
    Ok(count > 0)
}

/// Takes a person away with all they have: tokens, sessions, uses. What happened stays in the log.
pub fn delete(c: &mut Conn, id: &UserId) -> Result<(), Fault> {
    let done = diesel::delete(users::table.find(id.as_str())).execute(c);
    done.map(drop).during("deleting a person")?;
    feed::record(c, &Change::Person(id.clone()))
}
