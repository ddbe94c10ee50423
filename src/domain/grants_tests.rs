use super::*;
use crate::domain::catalogue::Method;
use crate::domain::user::Role;

fn method(key: &str, access: Access, personal_tokens: bool) -> Method {
    Method {
        key: MethodKey::parse(key).expect("a key"),
        name: format!("The {key}"),
        description: String::new(),
        docs: None,
        access,
        personal_tokens,
        requests: Vec::new(),
    }
}

fn service(key: &str, highest: Access, role: Role) -> Service {
    Service {
        key: ServiceKey::parse(key).expect("a key"),
        name: key.to_uppercase(),
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
            method("list", Access::Read, true),
            method("start", Access::ReadWrite, true),
            method("erase", Access::ReadWrite, false),
        ],
    }
}

fn catalogue() -> Catalogue {
    let mut vault = service("vault", Access::ReadWrite, Role::Member);
    vault.personal_tokens = false;
    let services = vec![
        service("builds", Access::ReadWrite, Role::Viewer),
        service("audit", Access::Read, Role::Viewer),
        service("users", Access::ReadWrite, Role::Admin),
        vault,
    ];
    Catalogue::new(services)
}

fn grants(text: &str) -> Grants {
    Grants::parse(text).expect(text)
}

#[test]
fn grants_are_written_and_read_alike() {
    let text = "builds:read-write deploys:list,start git:read";
    assert_eq!(grants(text).to_string(), text);
    let git = ServiceKey::parse("git").expect("a key");
    assert_eq!(grants(text).of(&git), Some(&Grant::Access(Access::Read)));
    assert!(Grants::parse("").expect("nothing").is_empty());
    for bad in [
        "git",
        "git:write",
        "git:none",
        "Git:read",
        "git:read:read",
        "git:a,",
        "git:",
        "git:read git:read",
    ] {
        assert!(Grants::parse(bad).is_none(), "{bad}");
    }
}

#[test]
fn grants_are_cut_down_to_what_services_and_role_allow_now() {
    let all = "audit:read-write builds:erase,list,start gone:read users:read vault:read";
    for (role, left) in [
        (Role::Member, "audit:read builds:list,start"),
        (Role::Admin, "audit:read builds:list,start users:read"),
    ] {
        assert_eq!(grants(all).within(&catalogue(), Ceiling::of_role(role)).to_string(), left);
    }
    assert_eq!(
        grants("audit:start").within(&catalogue(), Ceiling::of_role(Role::Admin)).to_string(),
        ""
    );
    let everything =
        Grants::everything(&catalogue(), Access::ReadWrite, Ceiling::of_role(Role::Member));
    assert_eq!(everything.to_string(), "audit:read builds:read-write");
}

#[test]
fn what_can_be_written_reaches_further_than_what_can_be_read() {
    let all =
        ["", "a:list", "a:list,start", "a:read", "a:read b:list", "a:read b:read", "a:read-write"];
    assert!(all.map(|text| grants(text).reach()).is_sorted());
}

#[test]
fn a_widening_is_told_from_a_narrowing() {
    for (from, to, widens) in [
        ("builds:read", "builds:read", false),
        ("builds:read", "builds:read-write", true),
        ("builds:read-write", "builds:read", false),
        ("builds:read", "", false),
        ("builds:read", "audit:read", true),
        ("builds:list", "builds:list,start", true),
        ("builds:list,start", "builds:start", false),
        ("builds:list,start", "builds:read", true),
        ("builds:read", "builds:list", false),
        ("builds:read", "builds:list,start", true),
        ("builds:read-write", "builds:start", false),
        ("gone:read-write", "gone:anything", true),
    ] {
        let (from, to) = (grants(from), grants(to));
        assert_eq!(to.widen(&from, &catalogue()), widens, "{from} to {to}");
    }
}

#[test]
fn a_summary_names_services_and_methods_in_the_catalogues_order() {
    let summary = grants("audit:read builds:start,list").summary(&catalogue());
    assert_eq!(summary.read, ["AUDIT"]);
    let methods = vec!["The list".to_owned(), "The start".to_owned()];
    assert_eq!(summary.methods, [("BUILDS".to_owned(), methods)]);
    assert_eq!(summary.to_string(), "Read AUDIT. Selected methods of BUILDS: The list, The start");
    assert_eq!(Grants::default().summary(&catalogue()).to_string(), "Nothing");
    assert_eq!((summary.closed, summary.services), (2, 4));
}
