//! Everybody with their tokens, a page of people at a time: an instance may have more tokens than memory should hold.

use std::collections::HashMap;

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::schema::{tokens, users};
use super::tokens::TokenRow;
use super::users::UserRow;
use super::{memberships, uses};
use crate::domain::id::UserId;
use crate::domain::refusal::Fault;
use crate::domain::token::Token;
use crate::domain::user::{User, UserName};

/// How many people are read at a time.
const PAGE: i64 = 200;

/// People by name, those after `last`, each with their listed tokens, newest first. Empty where nobody follows.
pub fn after(c: &mut Conn, last: Option<&UserName>) -> Result<Vec<(User, Vec<Token>)>, Fault> {
    let last = last.map_or("", UserName::as_str);
    let people = users::table.filter(users::name.gt(last)).order(users::name).limit(PAGE);
    let people = people.select(UserRow::as_select()).load(c).during("listing people")?;
    let mut people: Vec<User> =
        people.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
    memberships::tell(c, &mut people)?;
    let Some(end) = people.last() else { return Ok(Vec::new()) };
    let theirs = tokens::table
        .inner_join(users::table)
        .filter(users::name.gt(last))
        .filter(users::name.le(end.name.as_str()))
        .filter(tokens::revoked_at.is_null())
        .order((tokens::created_at.desc(), tokens::id))
        .select(TokenRow::as_select());
    let rows = theirs.load(c).during("listing everybody’s tokens")?;
    let mut by_owner: HashMap<UserId, Vec<Token>> = HashMap::new();
    for row in rows {
        let token = Token::try_from(row)?;
        by_owner.entry(token.owner.clone()).or_default().push(token);
    }
    let mut page = Vec::with_capacity(people.len());
    for user in people {
        let mut tokens = by_owner.remove(&user.id).unwrap_or_default();
        uses::tell(c, &user.id, &mut tokens)?;
        page.push((user, tokens));
    }
    Ok(page)
}
