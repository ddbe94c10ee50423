use std::collections::BTreeSet;

use super::*;
use crate::domain::catalogue::{Method, MethodKey, ServiceKey};
use crate::domain::grants::{Grant, Grants};
use crate::domain::team::Team;

fn key(text: &str) -> TeamKey {
    TeamKey::parse(text).expect(text)
}

fn service(name: &str, highest: Access) -> Service {
    let method = |key: &str, access| Method {
        key: MethodKey::parse(key).expect(key),
        name: format!("The {key}"),
        description: String::new(),
        docs: None,
        access,
        personal_tokens: true,
        requests: Vec::new(),
    };
    Service {
        key: ServiceKey::parse(&name.to_lowercase()).expect(name),
        name: name.to_owned(),
        description: String::new(),
        docs: None,
        url: None,
        highest,
        role: Role::Viewer,
        teams: Vec::new(),
        basic: false,
        personal_tokens: true,
        per_minute: None,
        methods: vec![method("list", Access::Read), method("start", Access::ReadWrite)],
        paths: Vec::new(),
    }
}

fn team(name: &str, services: &[(&str, Access)]) -> Team {
    let given = services.iter();
    Team {
        key: key(&name.to_lowercase()),
        name: name.to_owned(),
        services: given
            .map(|(service, access)| (ServiceKey::parse(service).expect(service), *access))
            .collect(),
    }
}

/// Builds is for two teams, Audit, which is read only, for one, Git for admins of one; Mail is no team's.
fn catalogue() -> Catalogue {
    use Access::{Read, ReadWrite};
    let mut git = service("Git", ReadWrite);
    git.role = Role::Admin;
    let services =
        vec![service("Builds", ReadWrite), service("Audit", Read), git, service("Mail", ReadWrite)];
    let platform = team("Platform", &[("builds", ReadWrite), ("audit", ReadWrite)]);
    let web = team("Web", &[("builds", Read), ("git", ReadWrite)]);
    Catalogue::with_teams(services, vec![platform, web, team("Staff", &[])])
}

fn of<'a>(role: Role, teams: &'a [TeamKey]) -> Ceiling<'a> {
    Ceiling { role, teams, is_service: false }
}

fn everything(teams: &[&str], role: Role) -> String {
    let teams: Vec<TeamKey> = teams.iter().map(|team| key(team)).collect();
    Grants::everything(&catalogue(), Access::ReadWrite, of(role, &teams)).to_string()
}

#[test]
fn without_teams_in_the_file_the_role_alone_decides() {
    let catalogue = Catalogue::new(vec![service("Builds", Access::ReadWrite)]);
    for teams in [vec![], vec![key("gone")]] {
        let given = catalogue.services()[0].ceiling(of(Role::Viewer, &teams));
        assert_eq!(given, Some(Access::ReadWrite));
    }
}

#[test]
fn a_service_that_teams_name_is_open_to_their_people_alone() {
    for (teams, role, given) in [
        (&[][..], Role::Member, "mail:read-write"),
        (&[], Role::Admin, "mail:read-write"),
        (&["staff", "gone"], Role::Admin, "mail:read-write"),
        (&["web"], Role::Member, "builds:read mail:read-write"),
        (&["web"], Role::Admin, "builds:read git:read-write mail:read-write"),
        (&["platform"], Role::Viewer, "audit:read builds:read-write mail:read-write"),
        (&["platform", "web"], Role::Member, "audit:read builds:read-write mail:read-write"),
    ] {
        assert_eq!(everything(teams, role), given, "{teams:?} {}", role.as_str());
    }
}

#[test]
fn under_a_teams_read_methods_that_write_are_closed() {
    let catalogue = catalogue();
    let builds = &catalogue.services()[0];
    let keys = ["list", "start"].map(|key| MethodKey::parse(key).expect(key));
    let granted = Grant::Methods(BTreeSet::from(keys));
    let (web, both) = ([key("web")], [key("platform"), key("web")]);
    let left = granted.within(builds, of(Role::Member, &web));
    assert_eq!(left.map(|left| left.to_string()).as_deref(), Some("list"));
    assert_eq!(granted.within(builds, of(Role::Member, &both)), Some(granted.clone()));
    assert_eq!(granted.within(builds, of(Role::Member, &[])), None);
}

#[test]
fn what_is_closed_or_narrower_says_why() {
    let catalogue = catalogue();
    let [builds, audit, git, mail] = catalogue.services() else { panic!("four") };
    let web = [key("web")];
    let closed = |service: &Service, teams: &[TeamKey]| service.closed_to(of(Role::Member, teams));
    let nowhere = "Only for the teams Platform and Web; you are in none of them";
    assert_eq!(closed(builds, &[]).as_deref(), Some(nowhere));
    assert_eq!(
        closed(audit, &web).as_deref(),
        Some("Only for the team Platform, which you are not in")
    );
    assert_eq!(closed(git, &web).as_deref(), Some("Only for the role admin; yours is member"));
    assert_eq!(closed(mail, &[]), None);
    let held = |service: &Service, teams: &[TeamKey]| service.held_down(of(Role::Member, teams));
    assert_eq!(held(builds, &web).as_deref(), Some("Your team Web gives Read"));
    assert_eq!(held(builds, &[key("platform"), key("web")]), None);
    assert_eq!(held(audit, &[key("platform")]), None, "the service itself is read only");
    assert_eq!(held(builds, &[]), None, "it is closed");
}

#[test]
fn services_are_told_of_the_teams_that_the_file_has() {
    let teams = [key("gone"), key("platform"), key("staff")];
    assert_eq!(catalogue().groups(&teams), "platform,staff");
    assert_eq!(catalogue().groups(&[]), "");
}

#[test]
fn what_a_token_lost_is_told_service_by_service() {
    let granted = "audit:read builds:read-write git:read mail:list,start dns:read";
    let granted = Grants::parse(granted).expect("grants");
    let web = [key("web")];
    assert_eq!(
        granted.losses(&catalogue(), of(Role::Member, &web)),
        [
            "Builds: your team Web gives Read",
            "Audit: only for the team Platform, which you are not in",
            "Git: only for the role admin; yours is member",
            "“dns” is no longer offered here",
        ]
    );
    let methods = Grants::parse("builds:list,start mail:list,gone").expect("grants");
    assert_eq!(
        methods.losses(&catalogue(), of(Role::Member, &web)),
        ["Builds: your team Web gives Read, so not The start", "Mail: not gone any more"]
    );
    let kept = Grants::parse("builds:read mail:read-write").expect("grants");
    assert!(kept.losses(&catalogue(), of(Role::Member, &web)).is_empty());
    let narrow = Grants::parse("audit:read-write").expect("grants");
    let platform = [key("platform")];
    assert_eq!(
        narrow.losses(&catalogue(), of(Role::Admin, &platform)),
        ["Audit: can only be read"]
    );
}
