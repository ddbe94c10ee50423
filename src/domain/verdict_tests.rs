use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::*;
use crate::domain::catalogue::{Method, MethodKey, Service, ServiceKey};
use crate::domain::expiry::{Choice, Expiry};
use crate::domain::grants::Grants;
use crate::domain::id::UserId;
use crate::domain::networks::Networks;
use crate::domain::scope;
use crate::domain::secret::{Prefix, Secret};
use crate::domain::token::{Description, Draft, Issued, Token, TokenName};
use crate::domain::user::{Dates, DisplayName, Role, UserName};

fn catalogue(highest: Access) -> Catalogue {
    let method = |key: &str, access| Method {
        key: MethodKey::parse(key).expect("a key"),
        name: key.to_owned(),
        description: String::new(),
        docs: None,
        access,
        personal_tokens: key != "erase",
        requests: Vec::new(),
    };
    let service = |key: &str, role| Service {
        key: ServiceKey::parse(key).expect("a key"),
        name: key.to_owned(),
        description: String::new(),
        docs: None,
        url: None,
        paths: Vec::new(),
        basic: false,
        highest,
        role,
        personal_tokens: true,
        per_minute: None,
        teams: Vec::new(),
        methods: vec![
            method("list", Access::Read),
            method("start", Access::ReadWrite),
            method("erase", Access::ReadWrite),
        ],
    };
    let services = vec![
        service("builds", Role::Viewer),
        service("git", Role::Viewer),
        service("users", Role::Admin),
    ];
    Catalogue::new(services)
}

fn at(text: &str) -> Now {
    Now::new(text.parse().expect("a time"))
}

/// A token and its owner, as a test changes them before they are asked about.
struct Case {
    token: Token,
    owner: User,
    until: Option<DateTime<Utc>>,
}

impl Case {
    fn holder(&self) -> Holder {
        let digest = Secret::random(&Prefix::parse("lk").expect("a prefix")).digest();
        let token = Standing::of(self.token.clone(), digest, self.until);
        Holder { token, owner: Arc::new(self.owner.clone()) }
    }
}

fn holder(grants: &str, role: Role) -> Holder {
    case(grants, role).holder()
}

fn case(grants: &str, role: Role) -> Case {
    let draft = Draft {
        name: TokenName::parse("CI").expect("a name"),
        description: Description::default(),
        expires: Choice::Never,
        grants: Grants::parse(grants).expect("grants"),
        networks: Networks::default(),
        per_minute: None,
    };
    let prefix = Prefix::parse("lk").expect("a prefix");
    let now = at("2026-11-22T18:00:00Z");
    let owner = User {
        id: UserId::random(),
        name: UserName::parse("ada").expect("a name"),
        display_name: DisplayName::parse("Ada").expect("a name"),
        email: None,
        role,
        created: now.at(),
        disabled: None,
        zone: chrono_tz::Tz::UTC,
        teams: Arc::default(),
        dates: Dates::default(),
        theme: None,
        owned_by: None,
    };
    let token = Issued::mint(&owner.id, &draft, Expiry::Never, &prefix, now).token;
    Case { token, owner, until: None }
}

#[test]
fn a_token_may_do_what_was_granted_and_nothing_else() {
    use Denial::{TooNarrow, UnknownMethod, UnknownService};
    let wide = catalogue(Access::ReadWrite);
    let narrow = catalogue(Access::Read);
    for (grants, asked, catalogue, answer) in [
        ("builds:read", "builds:read", &wide, Ok(())),
        ("builds:read", "builds:write", &wide, Err(TooNarrow)),
        ("builds:read-write", "builds:read", &wide, Ok(())),
        ("builds:read-write", "builds:write", &wide, Ok(())),
        ("builds:read-write", "builds:write", &narrow, Err(TooNarrow)),
        ("builds:read-write", "git:read", &wide, Err(TooNarrow)),
        ("builds:read", "build:read", &wide, Err(UnknownService)),
        ("builds:read", "*:read", &wide, Err(UnknownService)),
        ("", "builds:read", &wide, Err(TooNarrow)),
        ("builds:list", "builds:list", &wide, Ok(())),
        ("builds:list", "builds:start", &wide, Err(TooNarrow)),
        ("builds:list,start", "builds:read", &wide, Err(TooNarrow)),
        ("builds:start", "builds:start", &narrow, Err(TooNarrow)),
        ("builds:read", "builds:list", &wide, Ok(())),
        ("builds:read", "builds:start", &wide, Err(TooNarrow)),
        ("builds:read-write", "builds:start", &wide, Ok(())),
        ("builds:read-write", "builds:erase", &wide, Err(TooNarrow)),
        ("builds:erase", "builds:erase", &wide, Err(TooNarrow)),
        ("builds:read-write", "builds:stop", &wide, Err(UnknownMethod)),
        ("users:read", "users:read", &wide, Err(TooNarrow)),
    ] {
        let (service, what) = asked.split_once(':').expect("a need");
        let what = match what {
            "read" => What::Access(Access::Read),
            "write" => What::Access(Access::ReadWrite),
            key => What::Method(key.to_owned()),
        };
        let need = Need { service: service.to_owned(), what };
        assert_eq!(need.scope(), asked);
        let answered = covers(&holder(grants, Role::Member), &need, catalogue);
        assert_eq!(answered, answer, "{grants} asked for {asked}");
    }
    let need = Need { service: "users".to_owned(), what: What::Access(Access::Read) };
    assert_eq!(covers(&holder("users:read", Role::Admin), &need, &wide), Ok(()));
}

#[test]
fn a_token_works_while_it_and_its_owner_do_and_from_where_it_may() {
    let now = at("2026-11-22T18:00:00Z");
    let home = "192.0.2.7".parse().ok();
    let with = |change: fn(&mut Case)| {
        let mut case = case("git:read", Role::Member);
        change(&mut case);
        alive(&case.holder(), home, now)
    };
    assert_eq!(with(|_| ()), Ok(()));
    assert_eq!(with(|case| case.token.paused = Some(case.token.created)), Err(Denial::Invalid));
    assert_eq!(with(|case| case.token.revoked = Some(case.token.created)), Err(Denial::Invalid));
    assert_eq!(with(|case| case.owner.disabled = Some(case.token.created)), Err(Denial::Invalid));
    assert_eq!(with(|case| case.until = Some(case.token.created)), Err(Denial::Invalid));
    let later =
        |case: &mut Case| case.until = Some(case.token.created + chrono::TimeDelta::hours(1));
    assert_eq!(with(later), Ok(()));
    let bound =
        |text| move |case: &mut Case| case.token.networks = Networks::parse(text).expect(text);
    let mut here = case("git:read", Role::Member);
    bound("192.0.2.0/24")(&mut here);
    assert_eq!(alive(&here.holder(), home, now), Ok(()));
    let elsewhere = "192.0.3.1".parse().ok();
    assert_eq!(alive(&here.holder(), elsewhere, now), Err(Denial::Elsewhere));
}

#[test]
fn want_of_use_ends_a_token_until_it_is_used() {
    let mut unused = case("git:read", Role::Member);
    unused.token.unused_days = Some(30);
    let holder = unused.holder();
    let (lives, ended) = (at("2026-12-22T17:59:59Z"), at("2026-12-22T18:00:00Z"));
    assert!(works(&holder, lives).is_ok() && !holder.token.is_spent(lives));
    assert!(works(&holder, ended).is_err() && holder.token.is_spent(ended));
    let end = holder.token.end_after_use(lives).expect("an end");
    assert_eq!(end.to_rfc3339(), "2027-01-21T17:59:59+00:00");
}

#[test]
fn the_scopes_of_a_grant_are_what_it_covers_and_nothing_else() {
    for highest in [Access::Read, Access::ReadWrite] {
        let catalogue = catalogue(highest);
        for grants in ["builds:read", "builds:read-write", "builds:list", "builds:list,start,erase"]
        {
            let holder = holder(grants, Role::Member);
            let service = catalogue.service("builds").expect("the service");
            let granted = holder.token.grants.of(&service.key).expect("a grant");
            let granted = granted.within(service, holder.owner.ceiling());
            let scopes = granted.map(|grant| scope::of(service, &grant)).unwrap_or_default();
            let method = |key: &str| What::Method(key.to_owned());
            for what in [
                What::Access(Access::Read),
                What::Access(Access::ReadWrite),
                method("list"),
                method("start"),
                method("erase"),
            ] {
                let need = Need { service: "builds".to_owned(), what };
                let covered = covers(&holder, &need, &catalogue).is_ok();
                let case = format!("{grants} of {highest:?}: {}", need.scope());
                assert_eq!(scopes.contains(&need.scope()), covered, "{case}");
            }
        }
    }
}

#[test]
fn a_value_that_stops_within_some_days_says_when() {
    let mut value = case("builds:read", Role::Member);
    let now = at("2026-11-22T18:00:00Z");
    let within = |value: &Case, days, now| value.holder().ends_within(days, now);
    assert_eq!(within(&value, 7, now), None, "it never expires");
    let end = at("2026-11-29T00:00:00Z").at();
    value.token.expiry = Expiry::At(end);
    assert_eq!(within(&value, 7, now), Some(end));
    assert_eq!(within(&value, 7, at("2026-11-22T00:00:00Z")), Some(end), "to the instant");
    assert_eq!(within(&value, 7, at("2026-11-21T23:59:59Z")), None);
    assert_eq!(within(&value, 0, at("2026-11-28T23:59:59Z")), None, "it is never said");
    value.until = Some(at("2026-11-23T18:00:00Z").at());
    assert_eq!(within(&value, 1, now), value.until, "a former value stops before its token");
    value.until = None;
    value.token.unused_days = Some(1);
    assert_eq!(within(&value, 3, now), None, "the end for want of use is put off by each use");
}
