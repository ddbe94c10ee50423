//! Everybody's tokens, in the order and with the conditions that an administrator asks for: the database finds and
//! counts them, by indexes where nothing else is asked for.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::{tokens, users};
use super::tokens::TokenRow;
use super::users::UserRow;
use super::{memberships, uses};
use crate::domain::all_tokens::{Column, Order, State};
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::Fault;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::domain::user::User;

/// Which tokens are meant, as far as the database can tell.
pub struct Filter {
    pub state: State,
    pub now: Now,
    /// Each has to be in it in one way or another.
    pub words: Vec<Word>,
    pub owner: Option<UserId>,
    pub service: Option<String>,
    /// Generated no later than this.
    pub until: Option<DateTime<Utc>>,
}

/// A folded word, and what it names beside a name and a hint.
pub struct Word {
    pub text: String,
    pub services: Vec<String>,
    pub people: Vec<String>,
}

type Backend = <Conn as Connection>::Backend;
type Rows<'a> = tokens::BoxedQuery<'a, Backend>;
type Condition<'a> = Box<dyn BoxableExpression<tokens::table, Backend, SqlType = Bool> + 'a>;

/// A text as a pattern that finds it anywhere.
fn anywhere(text: &str) -> String {
    let escape = |c: char| if matches!(c, '%' | '_' | '\\') { format!("\\{c}") } else { c.into() };
    format!("%{}%", text.chars().map(escape).collect::<String>())
}

fn grants(service: &str) -> Condition<'static> {
    let inside = tokens::grants.like(anywhere(&format!(" {service}:"))).escape('\\');
    let first = anywhere(&format!("{service}:")).trim_start_matches('%').to_owned();
    Box::new(inside.or(tokens::grants.like(first).escape('\\')))
}

fn has(word: &Word) -> Condition<'_> {
    let text = tokens::search_text.like(anywhere(&word.text)).escape('\\');
    let owned = tokens::user_id.eq_any(&word.people);
    let mut any: Condition<'_> = Box::new(text.or(owned));
    for service in &word.services {
        any = Box::new(any.or(grants(service)));
    }
    any
}

fn filtered(filter: &Filter) -> Rows<'_> {
    let now = micros(filter.now.at());
    let mut query = tokens::table.into_boxed();
    query = match filter.state {
        State::Live => query
            .filter(tokens::revoked_at.is_null())
            .filter(tokens::expires_at.is_null().or(tokens::expires_at.gt(now))),
        State::Expired => {
            query.filter(tokens::revoked_at.is_null()).filter(tokens::expires_at.le(now))
        }
        State::Revoked => query.filter(tokens::revoked_at.is_not_null()),
        State::All => query,
    };
    if let Some(owner) = &filter.owner {
        query = query.filter(tokens::user_id.eq(owner.as_str()));
    }
    if let Some(until) = filter.until {
        query = query.filter(tokens::created_at.le(micros(until)));
    }
    if let Some(service) = &filter.service {
        query = query.filter(grants(service));
    }
    filter.words.iter().fold(query, |query, word| query.filter(has(word)))
}

/// Ids stand last in every order, so that a page never changes by itself. When a token was used is in no column: that
/// order is the caller's to make.
fn ordered(query: Rows<'_>, order: Order) -> Rows<'_> {
    match (order.column, order.descending) {
        (Column::Name, false) => query.order((tokens::search_text, tokens::id)),
        (Column::Name, true) => query.order((tokens::search_text.desc(), tokens::id.desc())),
        // What never ends does so after everything else.
        (Column::Expires, false) => {
            let never = sql::<Nullable<Bool>>("(tokens.expires_at IS NULL)");
            query.order((never, tokens::expires_at, tokens::id))
        }
        (Column::Expires, true) => {
            let never = sql::<Nullable<Bool>>("(tokens.expires_at IS NULL)").desc();
            query.order((never, tokens::expires_at.desc(), tokens::id.desc()))
        }
        (Column::Created, false) => query.order((tokens::created_at, tokens::id)),
        (Column::Created | Column::Used, _) => {
            query.order((tokens::created_at.desc(), tokens::id.desc()))
        }
    }
}

pub fn count(c: &mut Conn, filter: &Filter) -> Result<u64, Fault> {
    let count = filtered(filter).count().get_result::<i64>(c);
    Ok(count.during("counting everybody’s tokens")?.unsigned_abs())
}

/// So many tokens in this order, after as many others, with their last uses.
pub fn some(
    c: &mut Conn,
    filter: &Filter,
    order: Order,
    skipped: usize,
    most: usize,
) -> Result<Vec<Token>, Fault> {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let query = ordered(filtered(filter), order).offset(number(skipped)).limit(number(most));
    used(c, query)
}

/// The next ones, the newest first, behind one that was read before.
pub fn after(
    c: &mut Conn,
    filter: &Filter,
    last: Option<&(DateTime<Utc>, TokenId)>,
    most: i64,
) -> Result<Vec<Token>, Fault> {
    let mut query = filtered(filter);
    if let Some((at, id)) = last {
        let at = micros(*at);
        let same = tokens::created_at.eq(at).and(tokens::id.lt(id.as_str()));
        // The first says no more than the second, and is what an index is entered by.
        query = query.filter(tokens::created_at.le(at)).filter(tokens::created_at.lt(at).or(same));
    }
    used(c, ordered(query, Order::default()).limit(most))
}

/// As little of a token as it takes to say how long it has gone unused.
pub struct Glimpse {
    pub id: TokenId,
    pub renewed: DateTime<Utc>,
    pub used: Option<DateTime<Utc>>,
}

/// All of them, the newest first.
pub fn glimpses(c: &mut Conn, filter: &Filter) -> Result<Vec<Glimpse>, Fault> {
    let columns = (tokens::id, tokens::user_id, tokens::renewed_at);
    let query = ordered(filtered(filter), Order::default()).select(columns);
    let rows = query.load::<(String, String, i64)>(c).during("looking at everybody’s tokens")?;
    let used = uses::moments(c, rows.iter().map(|(id, owner, _)| (&**owner, &**id)))?;
    let glimpse = |(id, _, renewed): &(String, String, i64)| {
        let used = used.get(&**id).copied().map(moment);
        let id = TokenId::parse(id).ok_or_else(|| spoilt("tokens", "id"))?;
        Ok(Glimpse { id, renewed: moment(*renewed), used })
    };
    rows.iter().map(glimpse).collect()
}

/// These tokens in this order; those that are gone are left out.
pub fn these(c: &mut Conn, ids: &[TokenId]) -> Result<Vec<Token>, Fault> {
    let places: HashMap<&TokenId, usize> =
        ids.iter().enumerate().map(|(at, id)| (id, at)).collect();
    let keys: Vec<&str> = ids.iter().map(TokenId::as_str).collect();
    let query = tokens::table.filter(tokens::id.eq_any(keys)).into_boxed();
    let mut found = used(c, query)?;
    found.sort_by_key(|token| places.get(&token.id).copied());
    Ok(found)
}

fn used(c: &mut Conn, query: Rows<'_>) -> Result<Vec<Token>, Fault> {
    let rows = query.select(TokenRow::as_select()).load(c).during("listing everybody’s tokens")?;
    let mut tokens: Vec<Token> =
        rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
    uses::tell_all(c, &mut tokens)?;
    Ok(tokens)
}

/// These people, each once.
pub fn people<'a>(
    c: &mut Conn,
    ids: impl IntoIterator<Item = &'a UserId>,
) -> Result<HashMap<UserId, User>, Fault> {
    let ids: BTreeSet<&str> = ids.into_iter().map(UserId::as_str).collect();
    let query = users::table.filter(users::id.eq_any(ids));
    let rows = query.select(UserRow::as_select()).load(c);
    let rows = rows.during("reading whose tokens these are")?.into_iter();
    let mut people: Vec<User> = rows.map(TryInto::try_into).collect::<Result<_, _>>()?;
    memberships::tell(c, &mut people)?;
    Ok(people.into_iter().map(|user| (user.id.clone(), user)).collect())
}

/// The person of a token, who is there as long as it is.
pub fn owner_of(owners: &HashMap<UserId, User>, token: &Token) -> Result<User, Fault> {
    owners.get(&token.owner).cloned().ok_or_else(|| spoilt("tokens", "user_id"))
}
