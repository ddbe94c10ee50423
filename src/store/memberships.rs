//! The `memberships` table: who is in which team.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::feed;
use super::row::{micros, spoilt};
use super::schema::{memberships, users};
use super::users::UserRow;
use crate::domain::change::Change;
use crate::domain::id::UserId;
use crate::domain::refusal::Fault;
use crate::domain::team::TeamKey;
use crate::domain::time::Now;
use crate::domain::user::User;

/// The teams of one person. A statement that stays prepared, unlike that for many: every page asks for this.
pub fn of(c: &mut Conn, person: &UserId) -> Result<Arc<[TeamKey]>, Fault> {
    let query = memberships::table.filter(memberships::user_id.eq(person.as_str()));
    let teams = query.select(memberships::team).load(c).during("reading a person’s teams")?;
    Ok(keys(teams)?.into())
}

/// Tells people of their teams.
pub fn tell<'a>(c: &mut Conn, people: impl IntoIterator<Item = &'a mut User>) -> Result<(), Fault> {
    let people: Vec<&mut User> = people.into_iter().collect();
    let ids: Vec<&str> = people.iter().map(|user| user.id.as_str()).collect();
    let query = memberships::table
        .filter(memberships::user_id.eq_any(ids))
        .order((memberships::user_id, memberships::team))
        .select((memberships::user_id, memberships::team));
    let rows = query.load::<(String, String)>(c).during("reading people’s teams")?;
    let mut by_person: HashMap<String, Vec<String>> = HashMap::new();
    for (person, team) in rows {
        by_person.entry(person).or_default().push(team);
    }
    for user in people {
        if let Some(teams) = by_person.remove(user.id.as_str()) {
            user.teams = keys(teams)?.into();
        }
    }
    Ok(())
}

/// Keys as they are stored, put in the order of their letters: databases disagree about that of hyphens.
pub(super) fn keys(stored: Vec<String>) -> Result<Vec<TeamKey>, Fault> {
    let key = |text: &String| TeamKey::parse(text).map_err(|_| spoilt("memberships", "team"));
    let mut keys: Vec<TeamKey> = stored.iter().map(key).collect::<Result<_, _>>()?;
    keys.sort();
    Ok(keys)
}

/// How many people each team has, also those teams that the file has no more.
pub fn counts(c: &mut Conn) -> Result<Vec<(TeamKey, u64)>, Fault> {
    let query = memberships::table
        .inner_join(users::table)
        .filter(users::owned_by.is_null())
        .group_by(memberships::team)
        .select((memberships::team, diesel::dsl::count_star()));
    let rows = query.load::<(String, i64)>(c).during("counting the people of teams")?;
    let count = |(team, count): (String, i64)| {
        let key = TeamKey::parse(&team).map_err(|_| spoilt("memberships", "team"))?;
        Ok((key, count.unsigned_abs()))
    };
    rows.into_iter().map(count).collect()
}

/// The people of a team, by name.
pub fn people(c: &mut Conn, team: &TeamKey) -> Result<Vec<User>, Fault> {
    let query = memberships::table
        .inner_join(users::table)
        .filter(memberships::team.eq(team.as_str()))
        .filter(users::owned_by.is_null())
        .order(users::name)
        .select(UserRow::as_select());
    let rows = query.load(c).during("listing the people of a team")?.into_iter();
    let mut people: Vec<User> = rows.map(TryInto::try_into).collect::<Result<_, _>>()?;
    tell(c, &mut people)?;
    Ok(people)
}

pub fn insert(c: &mut Conn, team: &TeamKey, person: &UserId, now: Now) -> Result<(), Fault> {
    let values = (
        memberships::user_id.eq(person.as_str()),
        memberships::team.eq(team.as_str()),
        memberships::joined_at.eq(micros(now.at())),
    );
    let done = diesel::insert_into(memberships::table).values(values).execute(c);
    done.map(drop).during("adding somebody to a team")?;
    feed::record(c, &Change::Person(person.clone()))
}

pub fn delete(c: &mut Conn, team: &TeamKey, person: &UserId) -> Result<(), Fault> {
    let row = memberships::table.find((person.as_str(), team.as_str()));
    diesel::delete(row).execute(c).map(drop).during("taking somebody out of a team")?;
    feed::record(c, &Change::Person(person.clone()))
}
