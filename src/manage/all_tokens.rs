//! Everybody's tokens, for administrators: found, listed in pages, read to their end.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::Manage;
use super::people::check_admin;
use crate::domain::actor::Actor;
use crate::domain::all_tokens::{Column, Order, PAGE, Query};
use crate::domain::catalogue::Catalogue;
use crate::domain::id::{TokenId, UserId};
use crate::domain::listing::sought;
use crate::domain::people::matches;
use crate::domain::policy::Policy;
use crate::domain::refusal::{Failure, Fault, Outcome, Refusal};
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::domain::user::{User, UserName};
use crate::domain::verdict::Known;
use crate::store::all_tokens::{self, Filter, Glimpse, Word, owner_of};
use crate::store::conn::Conn;
use crate::store::{lookup, people, users, uses};

/// How many tokens are in memory at once, where all are read.
const STEP: i64 = 1_000;
/// Of how many people with a word in their names it is looked for among owners: a statement has no room for more.
const MOST_PEOPLE: usize = 10_000;

/// A token with the person whose it is.
pub struct Owned {
    pub token: Token,
    pub owner: User,
}

/// A page of tokens, and how many there are.
#[derive(Default)]
pub struct Inventory {
    pub rows: Vec<Owned>,
    /// How many were asked for.
    pub found: u64,
    /// Counted from 1; the last one where a later one was asked for.
    pub page: usize,
    pub pages: usize,
    /// Whether the owner that was asked for is nobody.
    pub is_nobodys: bool,
}

impl Inventory {
    pub fn of_one(one: Owned) -> Self {
        Self { rows: vec![one], found: 1, page: 1, pages: 1, is_nobodys: false }
    }
}

/// Where reading on begins: behind this token.
pub type Place = (DateTime<Utc>, TokenId);

impl Manage {
    /// A page of the tokens that are asked for.
    pub async fn all_tokens(&self, by: &Actor, query: Query, now: Now) -> Outcome<Inventory> {
        let (by, manage) = (by.id().clone(), self.clone());
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                let Some(wanted) = manage.wanted(c, query, None, now)? else {
                    return Ok(Inventory {
                        is_nobodys: true,
                        page: 1,
                        pages: 1,
                        ..Inventory::default()
                    });
                };
                Ok(wanted.page(c)?)
            })
            .await
    }

    /// The next of the tokens that are asked for, the newest first, whatever order and page. Empty at their end.
    pub async fn all_tokens_after(
        &self,
        by: &Actor,
        query: Query,
        last: Option<Place>,
        now: Now,
    ) -> Outcome<Vec<Owned>> {
        let (by, manage) = (by.id().clone(), self.clone());
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                let Some(wanted) = manage.wanted(c, query, None, now)? else {
                    return Ok(Vec::new());
                };
                let mut last = last;
                while let Some(tokens) = wanted.step(c, &mut last)? {
                    if !tokens.is_empty() {
                        return Ok(owned(c, tokens)?);
                    }
                }
                Ok(Vec::new())
            })
            .await
    }

    /// One token of anybody's.
    pub async fn one_of_all(&self, by: &Actor, id: TokenId) -> Outcome<Owned> {
        let by = by.id().clone();
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                let found = all_tokens::these(c, &[id])?;
                let found = owned(c, found)?.pop();
                Ok(found.ok_or(Refusal::NotFound)?)
            })
            .await
    }

    /// Whose value it is, present or former, for an administrator. Nothing is recorded.
    pub async fn identify_for(&self, by: &Actor, digest: Digest) -> Outcome<Option<Known>> {
        let by = by.id().clone();
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                let Some(mut known) = lookup::find(c, &digest)? else { return Ok(None) };
                uses::tell(c, &known.owner.id, [&mut known.token])?;
                Ok(Some(known))
            })
            .await
    }

    /// What is asked for as the database is asked; `None` where the owner is nobody.
    pub(super) fn wanted(
        &self,
        c: &mut Conn,
        query: Query,
        until: Option<DateTime<Utc>>,
        now: Now,
    ) -> Result<Option<Wanted>, Fault> {
        let rules = self.rules();
        let Some(owner) = owner(c, &query.owner)? else { return Ok(None) };
        let aged = query.age.map(|days| now.at() - TimeDelta::days(i64::from(days)));
        // Whatever was given its value since can't have gone unused for so long.
        let unused = query.unused.map(|days| now.at() - TimeDelta::days(i64::from(days)));
        let filter = Filter {
            state: query.state,
            now,
            words: words(c, &query.words, &rules.catalogue)?,
            owner,
            service: Some(query.service.clone()).filter(|key| !key.is_empty()),
            until: [aged, unused, until].into_iter().flatten().min(),
        };
        Ok(Some(Wanted { query, filter, policy: rules.policy.clone(), now }))
    }
}

/// The owner that is asked for, if one is; `None` where there is no such person.
fn owner(c: &mut Conn, name: &str) -> Result<Option<Option<UserId>>, Fault> {
    if name.is_empty() {
        return Ok(Some(None));
    }
    let Ok(name) = UserName::parse(name) else { return Ok(None) };
    Ok(users::find_by_name(c, &name)?.map(|(user, _)| Some(user.id)))
}

fn words(c: &mut Conn, typed: &str, catalogue: &Catalogue) -> Result<Vec<Word>, Fault> {
    let sought = sought(typed, catalogue);
    let names = if sought.is_empty() { Vec::new() } else { people::owners(c)? };
    let word = |(text, named): (String, HashSet<&str>)| {
        let keys = catalogue.services().iter().map(|service| service.key.as_str());
        let services = keys.filter(|key| key.contains(&text) || named.contains(key));
        let is_meant = |one: &&people::Names| matches(&text, &[&one.name, &one.display_name]);
        let mut people: Vec<String> =
            names.iter().filter(is_meant).map(|one| one.id.clone()).collect();
        people.truncate(MOST_PEOPLE);
        Word { services: services.map(str::to_owned).collect(), people, text }
    };
    Ok(sought.into_iter().map(word).collect())
}

/// Tokens with the people whose they are.
pub(super) fn owned(c: &mut Conn, tokens: Vec<Token>) -> Result<Vec<Owned>, Fault> {
    let owners = all_tokens::people(c, tokens.iter().map(|token| &token.owner))?;
    let owned = |token| Ok(Owned { owner: owner_of(&owners, &token)?, token });
    tokens.into_iter().map(owned).collect()
}

/// What is asked for: by the database as far as it can tell, and beyond that by looking at each.
pub(super) struct Wanted {
    query: Query,
    filter: Filter,
    policy: Policy,
    now: Now,
}

impl Wanted {
    fn page(&self, c: &mut Conn) -> Result<Inventory, Fault> {
        let pages = |found: u64| usize::try_from(found).unwrap_or(usize::MAX).div_ceil(PAGE).max(1);
        let (found, pages, page, tokens) = if self.query.asks_for_uses() {
            let ids = self.ids(c)?;
            let found = ids.len() as u64;
            let page = self.query.page.clamp(1, pages(found));
            let here: Vec<TokenId> = ids.into_iter().skip((page - 1) * PAGE).take(PAGE).collect();
            (found, pages(found), page, all_tokens::these(c, &here)?)
        } else {
            let found = all_tokens::count(c, &self.filter)?;
            let page = self.query.page.clamp(1, pages(found));
            let skipped = (page - 1) * PAGE;
            let here = all_tokens::some(c, &self.filter, self.query.order, skipped, PAGE)?;
            (found, pages(found), page, here)
        };
        Ok(Inventory { rows: owned(c, tokens)?, found, page, pages, is_nobodys: false })
    }

    /// The ids of all of them in the order that is asked for: of each token nothing else is kept.
    fn ids(&self, c: &mut Conn) -> Result<Vec<TokenId>, Fault> {
        let Order { column, descending } = self.query.order;
        let by_use = column == Column::Used;
        let mut all = Vec::new();
        if self.query.outside.is_none() && (by_use || self.query.order == Order::default()) {
            let is_meant = |one: &Glimpse| self.query.is_unused(one.renewed, one.used, self.now);
            let found = all_tokens::glimpses(c, &self.filter)?.into_iter().filter(is_meant);
            all.extend(found.map(|one| (one.used, one.id)));
        } else if by_use || self.query.order == Order::default() {
            self.walk(c, |token| all.push((token.last_use.map(|last| last.at), token.id)))?;
        } else {
            self.in_order(c, |token| all.push((None, token.id)))?;
        }
        if by_use {
            all.sort();
        }
        if by_use && descending {
            all.reverse();
        }
        Ok(all.into_iter().map(|(_, id)| id).collect())
    }

    /// Looks at each of them once, in the order that is asked for, as far as a column has it.
    fn in_order(&self, c: &mut Conn, mut look: impl FnMut(Token)) -> Result<(), Fault> {
        let (mut skipped, step) = (0, usize::try_from(STEP).unwrap_or(usize::MAX));
        loop {
            let tokens = all_tokens::some(c, &self.filter, self.query.order, skipped, step)?;
            let is_last = tokens.len() < step;
            tokens.into_iter().filter(|token| self.has(token)).for_each(&mut look);
            if is_last {
                return Ok(());
            }
            skipped += step;
        }
    }

    fn has(&self, token: &Token) -> bool {
        self.query.has(token, &self.policy, self.now)
    }

    /// Looks at each of them once, the newest first.
    pub fn walk(&self, c: &mut Conn, mut look: impl FnMut(Token)) -> Result<(), Fault> {
        let mut last = None;
        while let Some(tokens) = self.step(c, &mut last)? {
            tokens.into_iter().for_each(&mut look);
        }
        Ok(())
    }

    /// Those of the next ones that are meant, perhaps none; `None` behind the last.
    fn step(&self, c: &mut Conn, last: &mut Option<Place>) -> Result<Option<Vec<Token>>, Fault> {
        let mut tokens = all_tokens::after(c, &self.filter, last.as_ref(), STEP)?;
        let Some(end) = tokens.last() else { return Ok(None) };
        *last = Some((end.created, end.id.clone()));
        tokens.retain(|token| self.has(token));
        Ok(Some(tokens))
    }
}

/// Whether a fault is all that came of it: what is refused is no fault.
pub(super) fn fault(failure: Failure) -> Fault {
    match failure {
        Failure::Broke(fault) => fault,
        Failure::Refused(refusal) => Fault::new("revoking tokens", format!("{refusal:?}")),
    }
}
