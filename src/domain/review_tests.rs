use super::*;
use crate::domain::access::Access;
use crate::domain::catalogue::{Method, MethodKey, ServiceKey};
use crate::domain::expiry::{Choice, Expiry};
use crate::domain::grants::Grants;
use crate::domain::id::UserId;
use crate::domain::networks::Networks;
use crate::domain::secret::Prefix;
use crate::domain::team::{Team, TeamKey};
use crate::domain::token::{Description, Draft, Issued};
use crate::domain::user::{Dates, DisplayName};

fn now() -> Now {
    Now::new("2026-11-22T18:00:00Z".parse().expect("a time"))
}

fn user(role: Role) -> User {
    let name = UserName::parse("ada").expect("a name");
    User {
        id: UserId::random(),
        display_name: DisplayName::from(&name),
        name,
        email: None,
        role,
        created: now().at(),
        disabled: None,
        zone: chrono_tz::Tz::UTC,
        teams: std::sync::Arc::default(),
        dates: Dates::default(),
        theme: None,
        owned_by: None,
    }
}

fn token(grants: &str) -> Token {
    let draft = Draft {
        name: TokenName::parse("CI").expect("a name"),
        description: Description::default(),
        expires: Choice::Never,
        grants: Grants::parse(grants).expect("grants"),
        networks: Networks::default(),
        per_minute: None,
    };
    let prefix = Prefix::parse("lk").expect("a prefix");
    Issued::mint(&UserId::random(), &draft, Expiry::Never, &prefix, now()).token
}

fn service(key: &str, highest: Access, methods: &[(&str, Access)]) -> Service {
    let method = |(key, access): &(&str, Access)| Method {
        key: MethodKey::parse(key).expect("a key"),
        name: key.to_uppercase(),
        description: String::new(),
        docs: None,
        access: *access,
        personal_tokens: true,
        requests: Vec::new(),
    };
    Service {
        key: ServiceKey::parse(key).expect("a key"),
        name: key.to_uppercase(),
        description: String::new(),
        docs: None,
        url: None,
        paths: Vec::new(),
        basic: false,
        highest,
        role: Role::Viewer,
        personal_tokens: true,
        per_minute: None,
        teams: Vec::new(),
        methods: methods.iter().map(method).collect(),
    }
}

fn catalogue(services: &[Service]) -> Catalogue {
    Catalogue::new(services.to_vec())
}

#[test]
fn what_a_token_loses_is_named_by_service() {
    use Access::{Read, ReadWrite};
    let methods = [("list", Read), ("start", ReadWrite), ("stop", ReadWrite)];
    let [builds, git] = [service("builds", ReadWrite, &methods), service("git", ReadWrite, &[])];
    let present = catalogue(&[builds.clone(), git.clone(), service("mail", Read, &[])]);
    let admins = Service { role: Role::Admin, ..git.clone() };
    let closed = Service { personal_tokens: false, ..git.clone() };
    let fewer = service("builds", ReadWrite, &methods[..2]);
    let read_only = service("builds", Read, &methods);
    for (grants, services, losses) in [
        ("git:read-write", vec![git.clone()], vec![]),
        ("git:read-write", vec![builds.clone()], vec!["loses GIT"]),
        ("git:read-write", vec![service("git", Read, &[])], vec!["can only read GIT"]),
        ("git:read", vec![service("git", Read, &[])], vec![]),
        ("git:read", vec![admins], vec!["loses GIT"]),
        ("git:read", vec![closed], vec!["loses GIT"]),
        ("builds:list,start,stop", vec![fewer.clone()], vec!["loses STOP of BUILDS"]),
        ("builds:list,start,stop", vec![read_only.clone()], vec!["loses START, STOP of BUILDS"]),
        ("builds:start git:read", vec![read_only], vec!["loses BUILDS", "loses GIT"]),
        // Gone before, or never more than that: nothing changes.
        ("wiki:read builds:list", vec![fewer], vec![]),
        ("mail:read-write", vec![service("mail", Read, &[])], vec![]),
        ("mail:read-write", vec![service("mail", ReadWrite, &[])], vec![]),
    ] {
        let other = catalogue(&services);
        let policy = Policy::default();
        let review = Review { policy: &policy, catalogue: &other, present: &present };
        assert_eq!(
            review.losses(&token(grants), Ceiling::of_role(Role::Member)),
            losses,
            "{grants}"
        );
    }
}

#[test]
fn a_person_is_named_for_their_role_and_for_too_many_tokens() {
    let none = Catalogue::default();
    let of = |policy: &Policy, role, tokens: usize| {
        let tokens: Vec<Token> = (0..tokens).map(|_| token("git:read")).collect();
        let review = Review { policy, catalogue: &none, present: &none };
        let breaches = review.of(&user(role), &tokens, now()).into_iter();
        breaches.map(|breach| (breach.token.is_some(), breach.sentence)).collect::<Vec<_>>()
    };
    let admins = Policy { generate: Role::Admin, ..Policy::default() };
    let role = (false, "may no longer generate tokens with the role member".to_owned());
    assert_eq!(of(&admins, Role::Member, 1), [role]);
    assert!(of(&admins, Role::Member, 0).is_empty(), "who has none misses none");
    assert!(of(&admins, Role::Admin, 1).is_empty() && of(&admins, Role::Viewer, 1).is_empty());
    let two = Policy { tokens_per_person: 2, ..Policy::default() };
    assert!(of(&two, Role::Viewer, 2).is_empty());
    let many = (false, "has 3 tokens, more than the 2 allowed now".to_owned());
    assert_eq!(of(&two, Role::Viewer, 3), [many]);
}

/// SVC-01: people generate its tokens, with their roles.
#[test]
fn a_service_account_is_named_for_too_many_tokens_and_never_for_its_role() {
    let none = Catalogue::default();
    let team = TeamKey::parse("web").expect("a key");
    let account = User { owned_by: Some(team), ..user(Role::Member) };
    for (policy, said) in [
        (Policy { generate: Role::Admin, ..Policy::default() }, vec![]),
        (
            Policy { tokens_per_person: 1, ..Policy::default() },
            vec!["has 2 tokens, more than the 1 allowed now"],
        ),
    ] {
        let review = Review { policy: &policy, catalogue: &none, present: &none };
        let breaches = review.of(&account, &[token("git:read"), token("git:read")], now());
        let sentences: Vec<&str> = breaches.iter().map(|it| it.sentence.as_str()).collect();
        assert_eq!(sentences, said);
    }
}

#[test]
fn a_token_that_has_ended_counts_but_has_nothing_to_lose() {
    let strict = Policy { never_allowed: false, tokens_per_person: 1, ..Policy::default() };
    let none = Catalogue::default();
    let review = Review { policy: &strict, catalogue: &none, present: &none };
    let ended = Token { expiry: Expiry::At(now().at()), ..token("git:read") };
    let ended = Token { unused_days: Some(400), ..ended };
    let breaches = review.of(&user(Role::Member), &[ended, token("git:read")], now());
    let said: Vec<&str> = breaches.iter().map(|breach| breach.sentence.as_str()).collect();
    assert_eq!(said, ["has 2 tokens, more than the 1 allowed now", "never expires"]);
}

#[test]
fn teams_of_another_file_take_from_those_who_are_not_in_them() {
    use Access::{Read, ReadWrite};
    let services = vec![service("builds", ReadWrite, &[]), service("git", ReadWrite, &[])];
    let key = |text: &str| TeamKey::parse(text).expect("a key");
    let team = |name: &str, access| Team {
        key: key(name),
        name: name.to_owned(),
        services: vec![(ServiceKey::parse("git").expect("a key"), access)],
    };
    let present = Catalogue::new(services.clone());
    let other = Catalogue::with_teams(services, vec![team("ops", ReadWrite), team("web", Read)]);
    let policy = Policy::default();
    let review = Review { policy: &policy, catalogue: &other, present: &present };
    for (teams, losses) in [
        (vec![], vec!["loses GIT"]),
        (vec![key("web")], vec!["can only read GIT"]),
        (vec![key("ops"), key("web")], vec![]),
    ] {
        let of = Ceiling { role: Role::Admin, teams: &teams, is_service: false };
        assert_eq!(review.losses(&token("builds:read git:read-write"), of), losses, "{teams:?}");
    }
}
