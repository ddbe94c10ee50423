//! Everybody's tokens as a page of rows: on its own, and behind the dialog that lies over it.

use super::query::{self, DAYS, ListQuery, NOT_THERE, address, fields};
use crate::domain::all_tokens::{Column, Order, Query, State};
use crate::domain::catalogue::Service;
use crate::domain::refusal::{Failure, Refusal};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::all_tokens::{Inventory, Owned};
use crate::web::error::WebError;
use crate::web::pages::tokens::list::{Heading, Pager};
use crate::web::pages::tokens::row::TokenRow;
use crate::web::session::SignedIn;
use crate::web::words::{number, plural};

/// A page of tokens, and the ways to the others.
pub struct List {
    pub rows: Vec<TokenRow>,
    /// How many there are of what was asked for.
    pub found: String,
    /// What was asked for and isn't there.
    pub notes: Vec<String>,
    /// Label, way and whether it is what is shown.
    pub states: Vec<(&'static str, String, bool)>,
    pub columns: Vec<Heading>,
    /// The order in words.
    pub order: &'static str,
    pub search: Search,
    /// Whether anything but their state narrows them down.
    pub is_narrowed: bool,
    /// Whether one token alone is shown.
    pub is_one: bool,
    pub pager: Option<Pager>,
    /// Where a question about these tokens leads back to.
    pub back: String,
    /// The question that ends all of them, where there are several that can be ended.
    pub all: Option<String>,
    pub csv: String,
    pub json: String,
}

/// What the form holds.
pub struct Search {
    pub words: String,
    pub owner: String,
    pub kept: Vec<(&'static str, String)>,
    /// Value, label and whether it is chosen.
    pub services: Vec<Choice>,
    pub ages: Vec<Choice>,
    pub unused: Vec<Choice>,
}

pub type Choice = (String, String, bool);

impl List {
    /// The tokens that an address asks for.
    pub async fn asked(
        me: &SignedIn,
        manage: &Manage,
        asked: &ListQuery,
        now: Now,
    ) -> Result<Self, WebError> {
        let (query, mut notes) = asked.parse();
        let inventory = found(me, manage, asked, &query, &mut notes, now).await?;
        let mut notes: Vec<String> = notes.into_iter().map(str::to_owned).collect();
        notes.extend(missing(&inventory, &query));
        let is_one = asked.token().is_some() && inventory.found == 1;
        let query = Query { page: inventory.page, ..query };
        let rules = manage.rules();
        let row = |owned: &Owned| TokenRow::owned(owned, &rules, me.here(now));
        // What was left out of the query would be revoked, too.
        let is_as_asked = notes.is_empty();
        let all = inventory.found > 0 && query.state != State::Revoked && !is_one && is_as_asked;
        Ok(Self {
            rows: inventory.rows.iter().map(row).collect(),
            found: plural(inventory.found, "token"),
            notes,
            states: states(&query, is_one),
            columns: columns(&query),
            order: order(query.order),
            is_one,
            is_narrowed: is_one || is_narrowed(&query),
            search: Search::of(&query, manage),
            pager: pager(&inventory, &query),
            back: address(&query),
            all: all.then(|| {
                query::with("/admin/tokens/revocation", matching(&query, now, inventory.found))
            }),
            csv: export(&query, "csv"),
            json: export(&query, "json"),
        })
    }

    /// How many are found, for the link that revokes all of them.
    pub fn deed(&self) -> String {
        format!("Revoke all {} that match", self.found)
    }
}

/// The one token that is asked for, or those that the query finds.
async fn found(
    me: &SignedIn,
    manage: &Manage,
    asked: &ListQuery,
    query: &Query,
    notes: &mut Vec<&'static str>,
    now: Now,
) -> Result<Inventory, WebError> {
    if let Some(id) = asked.token() {
        match manage.one_of_all(&me.actor, id).await {
            Ok(one) => return Ok(Inventory::of_one(one)),
            Err(Failure::Refused(Refusal::NotFound)) => notes.push(NOT_THERE),
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(manage.all_tokens(&me.actor, query.clone(), now).await?)
}

/// What of it isn't there.
fn missing(inventory: &Inventory, query: &Query) -> Option<String> {
    if inventory.is_nobodys {
        return Some(format!("There is no person with the username “{}”.", query.owner));
    }
    let is_beyond = query.page > inventory.pages;
    is_beyond.then(|| format!("There is no such page: this is page {}.", inventory.page))
}

/// The fields of a question about all that match now, and how many these are.
pub fn matching(query: &Query, now: Now, count: u64) -> Vec<(&'static str, String)> {
    let mut all = fields(query);
    all.push(("match", "yes".to_owned()));
    all.push(("asked", now.at().timestamp_micros().to_string()));
    all.push(("count", count.to_string()));
    all
}

fn export(query: &Query, format: &str) -> String {
    let format = ("format", format.to_owned());
    query::with("/admin/tokens/export", fields(query).into_iter().chain([format]))
}

fn is_narrowed(query: &Query) -> bool {
    let plain =
        Query { state: query.state, order: query.order, page: query.page, ..Query::default() };
    *query != plain
}

fn states(query: &Query, is_one: bool) -> Vec<(&'static str, String, bool)> {
    let labels = ["Live", "Expired", "Revoked", "All"];
    let way = |(state, label)| {
        let link = address(&Query { state, page: 1, ..query.clone() });
        (label, link, state == query.state && !is_one)
    };
    State::ALL.into_iter().zip(labels).map(way).collect()
}

/// A column that is sorted by leads to the other direction, any other to its usual one.
fn columns(query: &Query) -> Vec<Heading> {
    let heading = |(column, label)| {
        let is_current = query.order.column == column;
        let usual = matches!(column, Column::Created);
        let descending = if is_current { !query.order.descending } else { usual };
        let sorted = match (is_current, query.order.descending) {
            (false, _) => "",
            (true, true) => "descending",
            (true, false) => "ascending",
        };
        let order = Order { column, descending };
        Heading { label, link: address(&Query { order, page: 1, ..query.clone() }), sorted }
    };
    let columns = [Column::Name, Column::Used, Column::Expires, Column::Created];
    columns.into_iter().zip(["Name", "Last used", "Expires", "Generated"]).map(heading).collect()
}

fn order(order: Order) -> &'static str {
    match (order.column, order.descending) {
        (Column::Name, false) => "by name, A to Z",
        (Column::Name, true) => "by name, Z to A",
        (Column::Used, false) => "least recently used first",
        (Column::Used, true) => "most recently used first",
        (Column::Expires, false) => "first to expire first",
        (Column::Expires, true) => "last to expire first",
        (Column::Created, false) => "oldest first",
        (Column::Created, true) => "newest first",
    }
}

fn pager(inventory: &Inventory, query: &Query) -> Option<Pager> {
    let (page, pages) = (inventory.page, inventory.pages);
    let to = |page| address(&Query { page, ..query.clone() });
    (pages > 1).then(|| Pager {
        page,
        pages,
        found: usize::try_from(inventory.found).unwrap_or(usize::MAX),
        previous: (page > 1).then(|| to(page - 1)),
        next: (page < pages).then(|| to(page + 1)),
    })
}

impl Search {
    fn of(query: &Query, manage: &Manage) -> Self {
        let typed = ["q", "owner", "service", "age", "unused"];
        let kept = fields(query).into_iter().filter(|(name, _)| !typed.contains(name)).collect();
        let rules = manage.rules();
        let service = |service: &Service| {
            let key = service.key.as_str();
            (key.to_owned(), service.name.clone(), key == query.service)
        };
        let mut services: Vec<Choice> = rules.catalogue.services().iter().map(service).collect();
        // One that the catalogue has no more may still be granted.
        if !query.service.is_empty() && !services.iter().any(|(_, _, is_chosen)| *is_chosen) {
            services.push((query.service.clone(), query.service.clone(), true));
        }
        Self {
            words: query.words.clone(),
            owner: query.owner.clone(),
            kept,
            services,
            ages: choices(query.age),
            unused: choices(query.unused),
        }
    }
}

/// So many days or more.
fn choices(chosen: Option<u32>) -> Vec<Choice> {
    let own = chosen.filter(|days| !DAYS.contains(days));
    let mut all: Vec<u32> = DAYS.into_iter().chain(own).collect();
    all.sort_unstable();
    let choice = |days: u32| {
        let words = format!("{} days or more", number(days.into()));
        (days.to_string(), words, chosen == Some(days))
    };
    all.into_iter().map(choice).collect()
}
