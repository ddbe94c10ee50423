//! The `daily_uses` table: a row for each person and day, with how many uses each token had.

use diesel::prelude::*;

use super::super::During;
use super::super::conn::Conn;
use super::super::schema::daily_uses;
use super::Counts;
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::Fault;
use crate::domain::usage::Day;

/// How many rows one step of the clean-up drops, so that others get their turn between.
const STEP: i64 = 500;

fn read(text: &str) -> Result<Counts, Fault> {
    serde_json::from_str(text).map_err(|e| Fault::new("reading how many uses a day had", e))
}

/// Adds to what is known of that day.
pub fn add(c: &mut Conn, person: &UserId, day: Day, counts: Counts) -> Result<(), Fault> {
    let doing = "noting how many uses a day had";
    let row = daily_uses::table.find((person.as_str(), day.number()));
    let known = row.select(daily_uses::counts).get_result::<String>(c).optional().during(doing)?;
    let mut all = known.as_deref().map(read).transpose()?.unwrap_or_default();
    for (token, count) in counts {
        let known = all.entry(token).or_default();
        *known = count.saturating_add(*known);
    }
    let text = serde_json::to_string(&all).map_err(|e| Fault::new(doing, e))?;
    let text = daily_uses::counts.eq(text);
    let done = if known.is_some() {
        diesel::update(row).set(text).execute(c)
    } else {
        let key = (daily_uses::user_id.eq(person.as_str()), daily_uses::day.eq(day.number()));
        diesel::insert_into(daily_uses::table).values((key, text)).execute(c)
    };
    done.map(drop).during(doing)
}

/// The uses of one token on each day from `first` on that had any.
pub fn of_token(
    c: &mut Conn,
    person: &UserId,
    token: &TokenId,
    first: Day,
) -> Result<Vec<(Day, u64)>, Fault> {
    let query = daily_uses::table
        .filter(daily_uses::user_id.eq(person.as_str()))
        .filter(daily_uses::day.ge(first.number()))
        .select((daily_uses::day, daily_uses::counts));
    let rows = query.load::<(i64, String)>(c).during("reading how many uses a day had")?;
    let mut found = Vec::new();
    for (day, counts) in rows {
        if let Some(count) = read(&counts)?.get(token.as_str()) {
            found.push((Day::from_number(day), *count));
        }
    }
    Ok(found)
}

/// Drops some of what is older than that. Answers whether there may be more.
pub fn purge(c: &mut Conn, before: Day) -> Result<bool, Fault> {
    let doing = "dropping counts of old days";
    let old = daily_uses::table.filter(daily_uses::day.lt(before.number()));
    let some = old.select(daily_uses::user_id).limit(STEP);
    let people = some.load::<String>(c).during(doing)?;
    diesel::delete(old.filter(daily_uses::user_id.eq_any(&people))).execute(c).during(doing)?;
    Ok(!people.is_empty())
}
