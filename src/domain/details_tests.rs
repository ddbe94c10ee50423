use super::*;
use crate::domain::access::Access;
use crate::domain::catalogue::{Service, ServiceKey};
use crate::domain::expiry::{Choice, Expiry};
use crate::domain::grants::Grants;
use crate::domain::id::UserId;
use crate::domain::networks::Networks;
use crate::domain::secret::Prefix;
use crate::domain::team::Team;
use crate::domain::token::{Description, Draft, Issued, TokenName};

fn service(name: &str, role: Role) -> Service {
    Service {
        key: ServiceKey::parse(&name.to_lowercase()).expect(name),
        name: name.to_owned(),
        description: String::new(),
        docs: None,
        url: None,
        highest: Access::ReadWrite,
        role,
        teams: Vec::new(),
        basic: false,
        personal_tokens: true,
        per_minute: None,
        methods: Vec::new(),
        paths: Vec::new(),
    }
}

/// Builds is for two teams, Git for admins, Mail for everybody.
fn catalogue() -> Catalogue {
    let team = |name: &str, access| Team {
        key: TeamKey::parse(&name.to_lowercase()).expect(name),
        name: name.to_owned(),
        services: vec![(ServiceKey::parse("builds").expect("a key"), access)],
    };
    let services = vec![
        service("Builds", Role::Viewer),
        service("Git", Role::Admin),
        service("Mail", Role::Viewer),
    ];
    let teams = vec![team("Platform", Access::ReadWrite), team("Web", Access::Read)];
    Catalogue::with_teams(services, teams)
}

fn details(role: Role, teams: &[&str]) -> Details {
    Details {
        name: DisplayName::parse("Ada").expect("a name"),
        email: None,
        role,
        teams: teams.iter().map(|key| TeamKey::parse(key).expect("a key")).collect(),
    }
}

fn now() -> Now {
    Now::new("2026-11-24T10:00:00Z".parse().expect("a time"))
}

fn token(name: &str, grants: &str) -> Token {
    let draft = Draft {
        name: TokenName::parse(name).expect("a name"),
        description: Description::default(),
        expires: Choice::Never,
        grants: Grants::parse(grants).expect("grants"),
        networks: Networks::default(),
        per_minute: None,
    };
    let prefix = Prefix::parse("lk").expect("a prefix");
    Issued::mint(&UserId::random(), &draft, Expiry::Never, &prefix, now()).token
}

/// Name, whether it does less, whether it does more.
fn effects(before: &Details, after: &Details, tokens: &[Token]) -> Vec<(String, bool, bool)> {
    let catalogue = catalogue();
    let effects = Revision { before, after, catalogue: &catalogue }.effects(tokens, now());
    effects.into_iter().map(|effect| (effect.name, effect.less, effect.more)).collect()
}

#[test]
fn only_tokens_that_will_do_something_else_are_named() {
    let all = [
        token("builds", "builds:read-write"),
        token("git", "git:read"),
        token("mail", "mail:read"),
        token("both", "builds:read git:read"),
    ];
    let admin = details(Role::Admin, &[]);
    let named = |name: &str, less, more| (name.to_owned(), less, more);
    assert_eq!(effects(&admin, &admin, &all), []);
    assert_eq!(
        effects(&admin, &details(Role::Member, &["web"]), &all),
        [named("builds", false, true), named("git", true, false), named("both", true, true)]
    );
    let platform = details(Role::Member, &["platform"]);
    assert_eq!(
        effects(&platform, &details(Role::Member, &["web"]), &all),
        [named("builds", true, false)]
    );
}

#[test]
fn tokens_that_have_ended_have_no_effects() {
    let past = Expiry::At("2026-11-24T09:00:00Z".parse().expect("a time"));
    let gone = [
        Token { revoked: Some(now().at()), ..token("revoked", "git:read") },
        Token { expiry: past, ..token("expired", "git:read") },
    ];
    assert_eq!(effects(&details(Role::Admin, &[]), &details(Role::Viewer, &[]), &gone), []);
    let paused = [Token { paused: Some(now().at()), ..token("paused", "git:read") }];
    let found = effects(&details(Role::Admin, &[]), &details(Role::Viewer, &[]), &paused);
    assert_eq!(found.len(), 1, "it may be resumed");
}

#[test]
fn each_change_is_a_sentence() {
    let (before, catalogue) = (details(Role::Member, &["web", "gone"]), catalogue());
    let after = Details {
        name: DisplayName::parse("Ada L.").expect("a name"),
        email: Email::parse("ada@fernhill.example").ok(),
        ..details(Role::Viewer, &["platform"])
    };
    let sentences = Revision { before: &before, after: &after, catalogue: &catalogue }.sentences();
    assert_eq!(
        sentences,
        [
            "The name is “Ada L.”, before “Ada”",
            "The mail address is ada@fernhill.example, before none",
            "The role is viewer, before member",
            "Now in the team “Platform”",
            "No longer in the team “gone”",
            "No longer in the team “Web”",
        ]
    );
    assert!(
        Revision { before: &after, after: &after, catalogue: &catalogue }.sentences().is_empty()
    );
}
