//! A person's tokens as a page of rows: on their own page, and behind the dialogs that lie over it.

use super::query::{ListQuery, NOT_LISTED, address, show_name, sort_name};
pub use super::row::TokenRow;
use crate::domain::id::TokenId;
use crate::domain::listing::{Column, Listing, Order, Query, Show};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::tokens::Listed;
use crate::web::error::WebError;
use crate::web::local;
use crate::web::session::SignedIn;

/// A page of a person's tokens, and the ways to the others.
#[derive(Default)]
pub struct List {
    /// Where it is.
    pub place: String,
    pub rows: Vec<TokenRow>,
    /// How many tokens there are, shown or not.
    pub total: usize,
    /// Viewers have no button that would only refuse them.
    pub can_generate: bool,
    pub has_expired: bool,
    /// What was asked for and isn't there.
    pub notes: Vec<String>,
    pub filters: Vec<Filter>,
    pub columns: Vec<Heading>,
    /// The order in words.
    pub order: &'static str,
    pub search: Search,
    /// Where one token alone is shown.
    pub is_one_alone: bool,
    pub pager: Option<Pager>,
    /// Where a question about these tokens leads back to.
    pub back: String,
}

/// A way to some of the tokens, with their number.
pub struct Filter {
    pub label: &'static str,
    pub count: usize,
    pub link: String,
    pub is_current: bool,
}

/// The head of a column that can be sorted by.
pub struct Heading {
    pub label: &'static str,
    pub link: String,
    /// The value of `aria-sort`; empty for a column that isn't sorted by.
    pub sorted: &'static str,
}

/// What the search form holds: the words, and what is kept beside them.
#[derive(Default)]
pub struct Search {
    pub words: String,
    pub show: &'static str,
    pub sort: String,
}

/// The ways to the pages before and after this one.
pub struct Pager {
    pub page: usize,
    pub pages: usize,
    pub found: usize,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl List {
    pub async fn of(me: &SignedIn, manage: &Manage, now: Now) -> Result<Self, WebError> {
        Self::asked(me, manage, &ListQuery::default(), now).await
    }

    /// The tokens that an address of the list asks for.
    pub async fn asked(
        me: &SignedIn,
        manage: &Manage,
        asked: &ListQuery,
        now: Now,
    ) -> Result<Self, WebError> {
        let tokens = manage.tokens(&me.actor, now).await?;
        let rules = manage.rules();
        let has_expired = tokens.iter().any(|listed| listed.token.has_ended(now));
        let (query, mut notes) = known(asked, &tokens);
        let listing = Listing::of(tokens, &rules.catalogue, &query, now);
        notes.extend(beyond(&listing, &query));
        let query = Query { page: listing.page, ..query };
        let row = |listed| TokenRow::listed(listed, &rules, me, now);
        let place = me.list();
        Ok(Self {
            place: place.to_owned(),
            rows: listing.rows.iter().map(row).collect(),
            total: listing.total,
            can_generate: rules.policy.may_generate(me.actor.role()),
            has_expired,
            notes,
            filters: filters(place, &listing, &query),
            columns: columns(place, &query),
            order: order(query.order),
            search: Search {
                words: query.words.clone(),
                show: if query.show == Show::All { "" } else { show_name(query.show) },
                sort: sort_name(query.order),
            },
            is_one_alone: query.only.is_some(),
            pager: Pager::of(place, &listing, &query),
            // One token alone may be gone after a question about it.
            back: address(place, &Query { only: None, ..query }),
        })
    }

    /// The question that ends tokens, up to the words that name them.
    pub fn revocation(&self) -> String {
        let question = format!("{}/revocation?", self.place);
        if self.back == self.place {
            question
        } else {
            format!("{question}back={}&", local::encode(&self.back))
        }
    }
}

/// What is asked for, without a single token that isn't there.
fn known(asked: &ListQuery, tokens: &[Listed]) -> (Query, Vec<String>) {
    let (mut query, notes) = asked.parse();
    let mut notes: Vec<String> = notes.into_iter().map(str::to_owned).collect();
    let is_listed = |id: &TokenId| tokens.iter().any(|listed| listed.token.id == *id);
    if query.only.as_ref().is_some_and(|id| !is_listed(id)) {
        query.only = None;
        notes.push(NOT_LISTED.to_owned());
    }
    (query, notes)
}

fn beyond(listing: &Listing<Listed>, query: &Query) -> Option<String> {
    (query.page > listing.pages).then(|| match listing.pages {
        1 => "There is no such page: this is the only one.".to_owned(),
        pages => format!("There is no such page: this is the last one of {pages}."),
    })
}

/// All, and those that there are; the one that is shown in any case.
fn filters(place: &str, listing: &Listing<Listed>, query: &Query) -> Vec<Filter> {
    let labels = ["All", "Expiring soon", "Never used", "Expired"];
    let all = Show::ALL.into_iter().zip(labels).zip(listing.counts);
    let filter = |((show, label), count)| Filter {
        label,
        count,
        link: address(place, &Query { show, page: 1, only: None, ..query.clone() }),
        is_current: show == query.show && query.only.is_none(),
    };
    let kept = |filter: &Filter| filter.count > 0 || filter.is_current || filter.label == "All";
    all.map(filter).filter(kept).collect()
}

/// A column that is sorted by leads to the other direction, any other to its usual one.
fn columns(place: &str, query: &Query) -> Vec<Heading> {
    let heading = |(column, label)| {
        let is_current = query.order.column == column;
        let usual = matches!(column, Column::Used | Column::Access);
        let descending = if is_current { !query.order.descending } else { usual };
        let order = Order { column, descending };
        let sorted = match (is_current, query.order.descending) {
            (false, _) => "",
            (true, true) => "descending",
            (true, false) => "ascending",
        };
        let link = address(place, &Query { order, page: 1, only: None, ..query.clone() });
        Heading { label, link, sorted }
    };
    let columns = [Column::Name, Column::Access, Column::Used, Column::Expires];
    columns.into_iter().zip(["Name", "Access", "Last used", "Expires"]).map(heading).collect()
}

fn order(order: Order) -> &'static str {
    match (order.column, order.descending) {
        (Column::Name, false) => "by name, A to Z",
        (Column::Name, true) => "by name, Z to A",
        (Column::Access, false) => "narrowest access first",
        (Column::Access, true) => "broadest access first",
        (Column::Used, false) => "least recently used first",
        (Column::Used, true) => "most recently used first",
        (Column::Expires, false) => "first to expire first",
        (Column::Expires, true) => "last to expire first",
    }
}

impl Pager {
    /// None where all tokens are on one page.
    fn of(place: &str, listing: &Listing<Listed>, query: &Query) -> Option<Self> {
        let (page, pages) = (listing.page, listing.pages);
        let to = |page| address(place, &Query { page, ..query.clone() });
        (pages > 1).then(|| Self {
            page,
            pages,
            found: listing.found,
            previous: (page > 1).then(|| to(page - 1)),
            next: (page < pages).then(|| to(page + 1)),
        })
    }
}
