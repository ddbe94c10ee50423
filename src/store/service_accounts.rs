//! The rows of `users` that are service accounts: each is one team's.

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::memberships;
use super::schema::users;
use super::users::UserRow;
use crate::domain::id::UserId;
use crate::domain::password::PasswordHash;
use crate::domain::refusal::Fault;
use crate::domain::team::TeamKey;
use crate::domain::time::Now;
use crate::domain::user::User;

/// All of them, or those of these teams, by username.
pub fn all(c: &mut Conn, teams: Option<&[TeamKey]>) -> Result<Vec<User>, Fault> {
    let doing = "listing service accounts";
    let query = users::table.order(users::name).select(UserRow::as_select());
    let rows = match teams {
        None => query.filter(users::owned_by.is_not_null()).load(c).during(doing)?,
        Some(teams) => {
            let keys = teams.iter().map(TeamKey::as_str);
            query.filter(users::owned_by.eq_any(keys)).load(c).during(doing)?
        }
    };
    let mut accounts: Vec<User> =
        rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
    memberships::tell(c, &mut accounts)?;
    Ok(accounts)
}

/// Whether any of these teams has one.
pub fn any_of(c: &mut Conn, teams: &[TeamKey]) -> Result<bool, Fault> {
    let keys = teams.iter().map(TeamKey::as_str);
    let query = users::table.filter(users::owned_by.eq_any(keys));
    let count = query.count().get_result::<i64>(c).during("looking for service accounts")?;
    Ok(count > 0)
}

/// Adds one, with no password and in its team alone.
pub fn insert(c: &mut Conn, account: &User, team: &TeamKey, now: Now) -> Result<(), Fault> {
    super::users::insert(c, account, &PasswordHash::none())?;
    memberships::insert(c, team, &account.id, now)
}

/// Puts one from a team's hands into another's.
pub fn hand_over(
    c: &mut Conn,
    id: &UserId,
    from: &TeamKey,
    to: &TeamKey,
    now: Now,
) -> Result<(), Fault> {
    let row = diesel::update(users::table.find(id.as_str()));
    let done = row.set(users::owned_by.eq(to.as_str())).execute(c);
    done.map(drop).during("handing a service account over")?;
    memberships::delete(c, from, id)?;
    memberships::insert(c, to, id, now)
}
