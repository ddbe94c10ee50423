//! What the address of everybody's tokens asks for, and the addresses that ask for something else.

use crate::domain::all_tokens::{Column, Order, Query, State};
use crate::domain::id::TokenId;
use crate::domain::policy::Rule;
use crate::web::form::{Fields, Typed};
use crate::web::local;

/// Where the list is.
pub const LIST: &str = "/admin/tokens";
/// The numbers of days that there are to choose from.
pub const DAYS: [u32; 5] = [7, 30, 90, 180, 365];
/// No token is older.
const MOST_DAYS: u32 = 36_500;

/// The query as it was sent, and one token alone where that is asked for.
#[derive(Clone, Default)]
pub struct ListQuery {
    pub words: String,
    pub format: String,
    show: String,
    sort: String,
    owner: String,
    service: String,
    age: String,
    unused: String,
    outside: String,
    page: String,
    token: String,
}

impl Typed for ListQuery {
    /// Of one that is named twice the first counts: an address typed by hand is no reason for an error.
    const REPEATED: &'static [&'static str] = &[
        "show", "sort", "q", "owner", "service", "age", "unused", "outside", "page", "token",
        "format",
    ];

    fn read(fields: &Fields) -> Self {
        Self {
            words: fields.text("q"),
            format: fields.text("format"),
            show: fields.text("show"),
            sort: fields.text("sort"),
            owner: fields.text("owner"),
            service: fields.text("service"),
            age: fields.text("age"),
            unused: fields.text("unused"),
            outside: fields.text("outside"),
            page: fields.text("page"),
            token: fields.text("token"),
        }
    }

    fn resume(&self) -> String {
        address(&self.parse().0)
    }
}

impl ListQuery {
    /// The query of an address of the list; any other address asks for nothing.
    pub fn of_address(address: &str) -> Self {
        let query = address.strip_prefix(LIST).and_then(|rest| rest.strip_prefix('?'));
        match query.map(|query| Fields::parse(query, Self::REPEATED)) {
            Some(Ok(fields)) => Self::read(&fields),
            _ => Self::default(),
        }
    }

    /// What is asked for, and in words what of it there isn't.
    pub fn parse(&self) -> (Query, Vec<&'static str>) {
        let mut notes = Vec::new();
        let mut known = |is_known: bool, sent: &str, note| {
            if !is_known && !sent.is_empty() {
                notes.push(note);
            }
        };
        let state = State::ALL.into_iter().find(|state| state_name(*state) == self.show);
        known(state.is_some(), &self.show, "There is no such filter: these are the live tokens.");
        let order = order(&self.sort);
        known(order.is_some(), &self.sort, "There is no such order: the newest come first.");
        let (age, unused) = (days(&self.age), days(&self.unused));
        for (days, sent) in [(age, &self.age), (unused, &self.unused)] {
            known(days.is_some(), sent, "That is no number of days: it was left out.");
        }
        let outside = Rule::ALL.into_iter().find(|rule| rule_name(*rule) == self.outside);
        known(outside.is_some(), &self.outside, "There is no such rule: it was left out.");
        let page = self.page.parse().ok().filter(|page| *page > 0);
        known(page.is_some(), &self.page, "There is no such page: this is the first one.");
        known(self.token().is_some(), &self.token, NOT_THERE);
        let query = Query {
            state: state.unwrap_or_default(),
            order: order.unwrap_or_default(),
            words: self.words.trim().to_owned(),
            owner: self.owner.trim().to_owned(),
            service: self.service.trim().to_owned(),
            age,
            unused,
            outside,
            page: page.unwrap_or(1),
        };
        (query, notes)
    }

    /// The one token that is asked for.
    pub fn token(&self) -> Option<TokenId> {
        TokenId::parse(&self.token)
    }
}

/// Said where one token alone was asked for that isn't there.
pub const NOT_THERE: &str = "There is no such token: these are all that are live.";

fn days(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|days| (1..=MOST_DAYS).contains(days))
}

pub fn state_name(state: State) -> &'static str {
    match state {
        State::Live => "live",
        State::Expired => "expired",
        State::Revoked => "revoked",
        State::All => "all",
    }
}

pub fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Never => "never",
        Rule::Long => "long",
        Rule::Unused => "unused",
    }
}

const COLUMNS: [(Column, &str); 4] = [
    (Column::Name, "name"),
    (Column::Used, "used"),
    (Column::Expires, "expires"),
    (Column::Created, "created"),
];

fn order(sort: &str) -> Option<Order> {
    let (descending, name) = match sort.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, sort),
    };
    let (column, _) = COLUMNS.into_iter().find(|(_, known)| *known == name)?;
    Some(Order { column, descending })
}

/// An order as an address has it; empty for the usual one.
pub fn sort_name(order: Order) -> String {
    let minus = if order.descending { "-" } else { "" };
    let name = COLUMNS.iter().find(|(column, _)| *column == order.column).map_or("", |(_, n)| n);
    if order == Order::default() { String::new() } else { format!("{minus}{name}") }
}

/// The names and values that ask for this, but for the page.
pub fn fields(query: &Query) -> Vec<(&'static str, String)> {
    let days = |days: Option<u32>| days.map(|days| days.to_string()).unwrap_or_default();
    let show = if query.state == State::Live { "" } else { state_name(query.state) };
    let all = [
        ("show", show.to_owned()),
        ("sort", sort_name(query.order)),
        ("q", query.words.clone()),
        ("owner", query.owner.clone()),
        ("service", query.service.clone()),
        ("age", days(query.age)),
        ("unused", days(query.unused)),
        ("outside", query.outside.map_or("", rule_name).to_owned()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// The address that asks for this.
pub fn address(query: &Query) -> String {
    let page = (query.page > 1).then(|| ("page", query.page.to_string()));
    with(LIST, fields(query).into_iter().chain(page))
}

/// The address of one token alone.
pub fn of_one(id: &TokenId) -> String {
    with(LIST, [("token", id.as_str().to_owned())])
}

/// An address with these in its query.
pub fn with(path: &str, fields: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let pairs = fields.into_iter().map(|(name, value)| format!("{name}={}", local::encode(&value)));
    let pairs: Vec<String> = pairs.collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_everybodys_tokens_is_read_as_it_was_written() {
        for text in [
            "/admin/tokens",
            "/admin/tokens?show=expired&sort=name&q=ci%20%26%20x&page=2",
            "/admin/tokens?sort=-used&owner=ada&service=git&age=30&unused=90&outside=never",
        ] {
            let (query, notes) = ListQuery::of_address(text).parse();
            assert_eq!((&*address(&query), notes), (text, vec![]));
        }
        let text = "/admin/tokens?show=x&sort=x&age=x&unused=-1&outside=x&page=0&token=x";
        let (query, notes) = ListQuery::of_address(text).parse();
        assert_eq!((&*address(&query), notes.len()), (LIST, 7));
    }
}
