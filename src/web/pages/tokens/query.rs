//! What the address of the list asks for, and the addresses that ask for something else.

use crate::domain::id::TokenId;
use crate::domain::listing::{Column, Order, Query, Show};
use crate::web::form::{Fields, Typed};
use crate::web::local;
use crate::web::whose::OWN;

/// The query as it was sent: `?show=&sort=&q=&page=`, or `?token=` for one of them alone.
#[derive(Clone, Default)]
pub struct ListQuery {
    pub show: String,
    pub sort: String,
    pub words: String,
    page: String,
    token: String,
}

impl Typed for ListQuery {
    /// Of one that is named twice the first counts: an address typed by hand is no reason for an error.
    const REPEATED: &'static [&'static str] = &["show", "sort", "q", "page", "token"];

    fn read(fields: &Fields) -> Self {
        Self {
            show: fields.text("show"),
            sort: fields.text("sort"),
            words: fields.text("q"),
            page: fields.text("page"),
            token: fields.text("token"),
        }
    }

    fn resume(&self) -> String {
        address(OWN, &self.parse().0)
    }
}

impl ListQuery {
    /// The query of an address of this list; any other address asks for nothing.
    pub fn of_address(list: &str, address: &str) -> Self {
        let query = address.strip_prefix(list).and_then(|rest| rest.strip_prefix('?'));
        let fields = query.map(|query| Fields::parse(query, Self::REPEATED));
        match fields {
            Some(Ok(fields)) => Self::read(&fields),
            _ => Self::default(),
        }
    }

    /// What is asked for, and in words what of it there isn't.
    pub fn parse(&self) -> (Query, Vec<&'static str>) {
        let mut notes = Vec::new();
        let show = Show::ALL.into_iter().find(|show| show_name(*show) == self.show);
        if show.is_none() && !self.show.is_empty() {
            notes.push("There is no such filter: these are all tokens.");
        }
        let order = order(&self.sort);
        if order.is_none() && !self.sort.is_empty() {
            notes.push("There is no such order: the most recently used come first.");
        }
        let page = self.page.parse().ok().filter(|page| *page > 0);
        if page.is_none() && !self.page.is_empty() {
            notes.push("There is no such page: this is the first one.");
        }
        let query = Query {
            show: show.unwrap_or_default(),
            order: order.unwrap_or_default(),
            words: self.words.trim().to_owned(),
            page: page.unwrap_or(1),
            only: TokenId::parse(&self.token),
        };
        if query.only.is_none() && !self.token.is_empty() {
            notes.push(NOT_LISTED);
        }
        (query, notes)
    }
}

/// Said where one token alone was asked for that isn't there.
pub const NOT_LISTED: &str = "That token is not in your list: these are all that are.";

pub fn show_name(show: Show) -> &'static str {
    match show {
        Show::All => "all",
        Show::Expiring => "expiring",
        Show::Unused => "unused",
        Show::Expired => "expired",
    }
}

fn column_name(column: Column) -> &'static str {
    match column {
        Column::Name => "name",
        Column::Access => "access",
        Column::Used => "used",
        Column::Expires => "expires",
    }
}

fn order(sort: &str) -> Option<Order> {
    let (descending, name) = match sort.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, sort),
    };
    let columns = [Column::Name, Column::Access, Column::Used, Column::Expires];
    let column = columns.into_iter().find(|column| column_name(*column) == name)?;
    Some(Order { column, descending })
}

/// An order as an address has it; empty for the usual one.
pub fn sort_name(order: Order) -> String {
    let minus = if order.descending { "-" } else { "" };
    let name = format!("{minus}{}", column_name(order.column));
    if order == Order::default() { String::new() } else { name }
}

/// The address that asks for this of a list.
pub fn address(list: &str, query: &Query) -> String {
    let show = if query.show == Show::All { "" } else { show_name(query.show) };
    let page = if query.page > 1 { query.page.to_string() } else { String::new() };
    let only = query.only.as_ref().map_or("", TokenId::as_str);
    let sort = sort_name(query.order);
    let parts =
        [("show", show), ("sort", &*sort), ("q", &query.words), ("page", &page), ("token", only)];
    let parts = parts.into_iter().filter(|(_, value)| !value.is_empty());
    let parts: Vec<String> =
        parts.map(|(name, value)| format!("{name}={}", local::encode(value))).collect();
    if parts.is_empty() { list.to_owned() } else { format!("{list}?{}", parts.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_list_is_read_as_it_was_written() {
        for text in [
            "/account/tokens",
            "/account/tokens?show=expiring&sort=name&q=ci%20%26%20x&page=2",
            "/account/tokens?sort=-expires",
            "/account/tokens?token=0123456789abcdef",
        ] {
            let (query, notes) = ListQuery::of_address(OWN, text).parse();
            assert_eq!((&*address(OWN, &query), notes), (text, vec![]));
        }
    }

    #[test]
    fn what_there_is_not_falls_back_and_is_named() {
        let text = "/account/tokens?show=x&sort=--name&page=-1&token=x&q=%20";
        let (query, notes) = ListQuery::of_address(OWN, text).parse();
        assert_eq!(address(OWN, &query), OWN);
        assert_eq!(notes.len(), 4, "{notes:?}");
        for other in ["/account", "/account/tokens/new?show=expired", "/account/tokens?a=1&a=2"] {
            assert_eq!(address(OWN, &ListQuery::of_address(OWN, other).parse().0), OWN);
        }
    }
}
