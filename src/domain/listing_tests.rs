use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::domain::access::Access;
use crate::domain::catalogue::{Service, ServiceKey};
use crate::domain::expiry::{Choice, Expiry};
use crate::domain::grants::Grants;
use crate::domain::id::UserId;
use crate::domain::networks::Networks;
use crate::domain::secret::Prefix;
use crate::domain::token::{Description, Draft, Issued, LastUse, TokenName};
use crate::domain::user::Role;

fn now() -> Now {
    Now::new("2026-11-22T18:00:00Z".parse().expect("a time"))
}

fn in_days(days: i64) -> DateTime<Utc> {
    now().at() + TimeDelta::days(days)
}

/// A token that was made so many days ago; used and ending so many days from now.
fn token(name: &str, made: i64, used: Option<i64>, ends: Option<i64>) -> Token {
    let draft = Draft {
        name: TokenName::parse(name).expect("a name"),
        description: Description::default(),
        expires: Choice::Never,
        grants: Grants::parse("git:read").expect("grants"),
        networks: Networks::default(),
        per_minute: None,
    };
    let expiry = ends.map_or(Expiry::Never, |days| Expiry::At(in_days(days)));
    let (prefix, made) = (Prefix::parse("lk").expect("a prefix"), Now::new(in_days(-made)));
    let mut token = Issued::mint(&UserId::random(), &draft, expiry, &prefix, made).token;
    let use_at = |days| LastUse { at: in_days(days), address: None, agent: String::new() };
    token.last_use = used.map(use_at);
    token
}

fn catalogue() -> Catalogue {
    let service = |key: &str, name: &str| Service {
        key: ServiceKey::parse(key).expect("a key"),
        name: name.to_owned(),
        description: String::new(),
        docs: None,
        url: None,
        paths: Vec::new(),
        basic: false,
        highest: Access::ReadWrite,
        role: Role::Viewer,
        personal_tokens: true,
        per_minute: None,
        teams: Vec::new(),
        methods: Vec::new(),
    };
    Catalogue::new(vec![service("git", "Git"), service("docs", "Schriftstücke")])
}

fn some() -> Vec<Token> {
    vec![
        token("unused, older", 30, None, Some(90)),
        token("used lately", 20, Some(-1), None),
        token("Unused, newer", 10, None, Some(7)),
        token("used long ago", 40, Some(-30), Some(-2)),
    ]
}

fn names(query: &Query) -> Vec<String> {
    let listing = Listing::of(some(), &catalogue(), query, now());
    listing.rows.iter().map(|token| token.name.as_str().to_owned()).collect()
}

fn by(column: Column, descending: bool) -> Query {
    Query { order: Order { column, descending }, ..Query::default() }
}

#[test]
fn by_itself_the_most_recently_used_stand_first_and_the_unused_last() {
    let order = ["used lately", "used long ago", "Unused, newer", "unused, older"];
    assert_eq!(names(&Query::default()), order);
    let mut back = order;
    back.reverse();
    assert_eq!(names(&by(Column::Used, false)), back);
}

#[test]
fn names_sort_without_regard_to_case_and_what_never_ends_stands_last() {
    let order = ["Unused, newer", "unused, older", "used lately", "used long ago"];
    assert_eq!(names(&by(Column::Name, false)), order);
    let order = ["used long ago", "Unused, newer", "unused, older", "used lately"];
    assert_eq!(names(&by(Column::Expires, false)), order);
    assert_eq!(names(&by(Column::Expires, true))[0], "used lately");
}

#[test]
fn each_choice_has_its_tokens_and_counts_those_with_the_words() {
    let shown = |show| names(&Query { show, ..Query::default() });
    assert_eq!(shown(Show::Expiring), ["Unused, newer"]);
    assert_eq!(shown(Show::Unused), ["Unused, newer", "unused, older"]);
    assert_eq!(shown(Show::Expired), ["used long ago"]);
    let counts = |words: &str| {
        let query = Query { words: words.to_owned(), ..Query::default() };
        let listing = Listing::of(some(), &catalogue(), &query, now());
        (listing.total, listing.counts)
    };
    assert_eq!(counts(""), (4, [4, 1, 2, 1]));
    assert_eq!(counts("UNUSED"), (4, [2, 1, 2, 0]));
}

#[test]
fn words_are_found_in_name_hint_and_services() {
    let mut wanted = token("Größe (nas-02)", 1, None, None);
    wanted.grants = Grants::parse("docs:read gone:read").expect("grants");
    let hint = format!("{}…", wanted.hint);
    let all = vec![wanted, token("other", 1, None, None)];
    for (words, found) in [
        ("GRÖSSE", 1),
        ("nas-02 größe", 1),
        (&*hint, 1),
        ("schriftSTÜCKE", 1),
        ("docs", 1),
        ("gone", 1),
        ("docs other", 0),
        ("  ", 2),
        ("e", 2),
        ("nothing", 0),
    ] {
        let query = Query { words: words.to_owned(), ..Query::default() };
        assert_eq!(Listing::of(all.clone(), &catalogue(), &query, now()).found, found, "{words}");
    }
}

#[test]
fn a_page_has_twenty_and_beyond_the_end_is_the_last() {
    let all: Vec<Token> = (0..45).map(|n| token(&format!("t{n}"), n, None, None)).collect();
    for (asked, page, rows) in [(0, 1, 20), (1, 1, 20), (3, 3, 5), (usize::MAX, 3, 5)] {
        let query = Query { page: asked, ..Query::default() };
        let listing = Listing::of(all.clone(), &catalogue(), &query, now());
        assert_eq!((listing.page, listing.rows.len(), listing.pages), (page, rows, 3));
    }
    let none = Listing::of(Vec::<Token>::new(), &catalogue(), &Query::default(), now());
    assert_eq!((none.page, none.pages, none.found), (1, 1, 0));
}

#[test]
fn one_token_can_be_asked_for_alone() {
    let all = some();
    let only = Some(all[3].id.clone());
    let query = Query { only, show: Show::Unused, ..Query::default() };
    let listing = Listing::of(all, &catalogue(), &query, now());
    assert_eq!(listing.rows[0].name.as_str(), "used long ago");
    assert_eq!((listing.found, listing.counts), (1, [4, 1, 2, 1]));
}
