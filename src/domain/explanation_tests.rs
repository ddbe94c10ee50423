use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::domain::catalogue::{Method, MethodKey, ServiceKey};
use crate::domain::expiry::{Choice, Expiry};
use crate::domain::id::UserId;
use crate::domain::networks::Networks;
use crate::domain::paths::{PathPrefix, RequestPattern};
use crate::domain::secret::{Digest, Prefix};
use crate::domain::team::{Team, TeamKey};
use crate::domain::token::{Description, Draft, Issued, TokenName};
use crate::domain::user::{Dates, DisplayName, Role, User, UserName};
use crate::domain::verdict::alive;

fn now() -> Now {
    Now::new("2026-11-22T18:00:00Z".parse::<DateTime<Utc>>().expect("a time"))
}

fn catalogue(
    highest: Access,
    role: Role,
    personal_tokens: bool,
    share: Option<Access>,
) -> Catalogue {
    let method = |key: &str, access, request: &str| Method {
        key: MethodKey::parse(key).expect("a key"),
        name: format!("To {key}"),
        description: String::new(),
        docs: None,
        access,
        personal_tokens: key != "erase",
        requests: vec![RequestPattern::parse(request).expect("a request")],
    };
    let service = |key: &str, personal_tokens| Service {
        key: ServiceKey::parse(key).expect("a key"),
        name: key.to_uppercase(),
        description: String::new(),
        docs: None,
        url: None,
        basic: false,
        highest,
        role,
        personal_tokens,
        per_minute: None,
        teams: Vec::new(),
        methods: vec![
            method("list", Access::Read, &format!("GET /{key}/jobs")),
            method("start", Access::ReadWrite, &format!("POST /{key}/jobs/{{id}}")),
            method("erase", Access::ReadWrite, &format!("DELETE /{key}/jobs")),
        ],
        paths: vec![PathPrefix::parse(&format!("/{key}")).expect("a path")],
    };
    let web = share.map(web);
    let services = vec![service("builds", personal_tokens), service("git", true)];
    Catalogue::with_teams(services, web.into_iter().collect())
}

/// A team that has so much of Builds.
fn web(access: Access) -> Team {
    Team {
        key: TeamKey::parse("web").expect("a key"),
        name: "Web".to_owned(),
        services: vec![(ServiceKey::parse("builds").expect("a key"), access)],
    }
}

/// Bits: revoked, ended, paused, disabled, bound to networks.
fn known(state: u8, grants: &str, role: Role) -> Known {
    let has = |bit: u8| state & (1 << bit) != 0;
    let draft = Draft {
        per_minute: None,
        name: TokenName::parse("CI").expect("a name"),
        description: Description::default(),
        expires: Choice::Never,
        grants: Grants::parse(grants).expect("grants"),
        networks: Networks::parse(if has(4) { "192.0.2.0/24" } else { "" }).expect("networks"),
    };
    let past = now().at() - TimeDelta::hours(1);
    let owner = User {
        id: UserId::random(),
        name: UserName::parse("ada").expect("a name"),
        display_name: DisplayName::parse("Ada").expect("a name"),
        email: None,
        role,
        created: past,
        disabled: has(3).then_some(past),
        zone: chrono_tz::Tz::UTC,
        teams: std::sync::Arc::default(),
        dates: Dates::default(),
        theme: None,
        owned_by: None,
    };
    let expiry = if has(1) { Expiry::At(past) } else { Expiry::Never };
    let prefix = Prefix::parse("lk").expect("a prefix");
    let mut token = Issued::mint(&owner.id, &draft, expiry, &prefix, Now::new(past)).token;
    token.revoked = has(0).then_some(past);
    token.paused = has(2).then_some(past);
    Known { token, owner, until: None }
}

/// What a gateway is told of the same request: the question first, then the token, then what it covers.
fn decided(known: &Known, asked: &Asked, catalogue: &Catalogue) -> Result<(), Denial> {
    let need = match &asked.service {
        Some(service) => Need::of_service(service, &asked.method),
        None => Need::of_request(&asked.method, &asked.target, catalogue)?,
    };
    let holder = known.holder(Digest::NONE);
    alive(&holder, asked.address, now())?;
    covers(&holder, &need, catalogue)
}

/// The step that a denial comes from.
fn step_of(denial: Denial) -> &'static [&'static str] {
    match denial {
        Denial::Malformed(_) | Denial::UnknownPath => &["What it needs"],
        Denial::Invalid => &["Not revoked", "Not ended", "Not paused", "Owner active"],
        Denial::Elsewhere => &["Allowed address"],
        _ => &["Granted", "Role and teams", "Offered now", "Enough"],
    }
}

fn requests() -> impl Strategy<Value = Asked> {
    let methods = prop::sample::select(vec!["GET", "HEAD", "POST", "DELETE", "PROPFIND"]);
    let targets = prop::sample::select(vec![
        "/builds",
        "/builds/jobs",
        "/builds/jobs/7?x=1",
        "/git/jobs",
        "/Builds",
        "/other",
        "/builds//x",
        "/",
    ]);
    let services =
        prop::sample::select(vec![None, None, Some("builds"), Some("git"), Some("nope")]);
    let addresses = prop::sample::select(vec!["192.0.2.7", "198.51.100.1"]);
    (methods, targets, services, addresses).prop_map(|(method, target, service, address)| Asked {
        method: method.to_owned(),
        target: target.to_owned(),
        service: service.map(str::to_owned),
        address: address.parse().ok(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_explained_is_what_is_decided(
        state in prop_oneof![3 => Just(0u8), 1 => 0u8..32],
        grants in prop::sample::select(vec![
            "", "builds:read", "builds:read-write", "builds:list", "builds:list,start", "builds:erase", "git:read-write",
        ]),
        role in prop::sample::select(vec![Role::Viewer, Role::Member]),
        asked in requests(),
        highest in prop::sample::select(vec![Access::Read, Access::ReadWrite]),
        opens_to in prop::sample::select(vec![Role::Viewer, Role::Admin]),
        personal_tokens in prop::bool::weighted(0.8),
        share in prop::sample::select(vec![None, Some(Access::Read), Some(Access::ReadWrite)]),
        is_in_team in prop::bool::ANY,
    ) {
        let mut known = known(state, grants, role);
        if is_in_team {
            known.owner.teams = [TeamKey::parse("web").expect("a key")].into();
        }
        let catalogue = catalogue(highest, opens_to, personal_tokens, share);
        let explained = Explanation::of(&known, &asked, &catalogue, now());
        prop_assert_eq!(explained.verdict, decided(&known, &asked, &catalogue));
        match (explained.verdict, explained.reason()) {
            (Ok(()), None) => {}
            (Err(denial), Some(reason)) => prop_assert!(step_of(denial).contains(&reason.name)),
            (verdict, reason) => prop_assert!(false, "{verdict:?} for {reason:?}"),
        }
    }
}

fn explained(state: u8, grants: &str, method: &str, target: &str) -> Explanation {
    let asked = Asked {
        method: method.to_owned(),
        target: target.to_owned(),
        service: None,
        address: None,
    };
    let catalogue = catalogue(Access::Read, Role::Viewer, true, None);
    Explanation::of(&known(state, grants, Role::Member), &asked, &catalogue, now())
}

#[test]
fn each_step_says_what_it_found() {
    let paused = explained(0b1_0100, "builds:read-write", "POST", "/builds/jobs/7");
    assert_eq!(paused.verdict, Err(Denial::Invalid));
    let said: Vec<String> =
        paused.steps.iter().map(|step| format!("{}: {}", step.name, step.detail)).collect();
    assert_eq!(
        said,
        [
            "What it needs: builds:start: the path is one of BUILDS, and this request is its method “To start”.",
            "Not revoked: Nobody has revoked it.",
            "Not ended: It works until it is revoked.",
            "Not paused: It is paused since 22 November 2026, 17:00 UTC.",
            "Owner active: ada may sign in and use tokens.",
            "Right value: Taken for granted: the request sends its present value.",
            "Allowed address: Not asked. It may come from 192.0.2.0/24 only.",
            "Granted: builds:read-write.",
            "Role and teams: ada is member; no team limits it.",
            "Offered now: Less: builds:read.",
            "Enough: It lacks builds:start.",
        ]
    );
    let marks: Vec<Mark> = paused.steps.iter().map(|step| step.mark).collect();
    use Mark::{Fails, Open, Passes};
    assert_eq!(
        marks,
        [Passes, Passes, Passes, Fails, Passes, Passes, Open, Passes, Passes, Passes, Fails]
    );
    assert_eq!(paused.reason().map(|step| step.name), Some("Not paused"));
}

#[test]
fn an_address_that_is_not_asked_keeps_nobody_out() {
    assert_eq!(explained(0b1_0000, "builds:read", "GET", "/builds").verdict, Ok(()));
    let erase = explained(0, "builds:read", "DELETE", "/builds/jobs");
    assert_eq!(erase.verdict, Err(Denial::TooNarrow));
    assert_eq!(erase.reason().map(|step| &*step.detail), Some("“To erase” is open to no token."));
}

#[test]
fn role_and_team_are_named() {
    let explained = |role, teams: &[&str], opens_to| {
        let mut known = known(0, "builds:read-write", role);
        known.owner.teams = teams.iter().map(|key| TeamKey::parse(key).expect("a key")).collect();
        let catalogue = catalogue(Access::ReadWrite, opens_to, true, Some(Access::Read));
        let asked = Asked {
            method: "POST".to_owned(),
            target: "/builds/x".to_owned(),
            service: None,
            address: None,
        };
        let explanation = Explanation::of(&known, &asked, &catalogue, now());
        let said = |name| {
            let step = explanation.steps.iter().find(|step| step.name == name);
            step.map(|step| step.detail.clone()).unwrap_or_default()
        };
        (said("Role and teams"), said("Enough"))
    };
    assert_eq!(
        explained(Role::Member, &["web"], Role::Viewer),
        (
            "ada is member; the team Web gives Read.".to_owned(),
            "It lacks builds:write. Your team Web gives Read.".to_owned()
        )
    );
    let outside = "BUILDS: Only for the team Web, which you are not in.";
    assert_eq!(explained(Role::Admin, &["gone"], Role::Admin), (outside.to_owned(), String::new()));
    let role = "BUILDS: Only for the role admin; yours is member.";
    assert_eq!(explained(Role::Member, &["web"], Role::Admin), (role.to_owned(), String::new()));
}

#[test]
fn what_is_typed_is_read_as_a_client_would_send_it() {
    assert_eq!(Asked::method(" POST "), Ok("POST".to_owned()));
    assert_eq!(Asked::method("post"), Ok("post".to_owned()), "another method than POST");
    for bad in ["", "GET /", "1", "A-VERY-LONG-METHOD-INDEED"] {
        assert!(Asked::method(bad).is_err(), "{bad}");
    }
    for (typed, target) in [
        ("/builds/7?x=1", "/builds/7?x=1"),
        (" https://builds.example.org/jobs/../7/?x#y ", "/jobs/../7/?x"),
        ("http://builds.example.org", "/"),
        ("https://builds.example.org?x=1", "/?x=1"),
        ("https://builds.example.org#x", "/"),
    ] {
        assert_eq!(Asked::target(typed).as_deref(), Ok(target), "{typed}");
    }
    for bad in ["", "builds", "builds.example.org/jobs", "ftp://x/y"] {
        assert!(Asked::target(bad).is_err(), "{bad}");
    }
}
