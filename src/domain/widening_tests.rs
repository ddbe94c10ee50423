use super::*;
use crate::domain::catalogue::{Method, MethodKey};
use crate::domain::user::Role;

fn method(key: &str, access: Access) -> Method {
    Method {
        key: MethodKey::parse(key).expect("a key"),
        name: key.to_owned(),
        description: String::new(),
        docs: None,
        requests: Vec::new(),
        access,
        personal_tokens: key != "erase",
    }
}

fn catalogue() -> Catalogue {
    let service = |key: &str, highest, role| Service {
        key: ServiceKey::parse(key).expect("a key"),
        name: key.to_owned(),
        description: String::new(),
        docs: None,
        url: None,
        basic: false,
        highest,
        role,
        personal_tokens: true,
        per_minute: None,
        paths: Vec::new(),
        teams: Vec::new(),
        methods: vec![
            method("list", Access::Read),
            method("start", Access::ReadWrite),
            method("erase", Access::ReadWrite),
        ],
    };
    Catalogue::new(vec![
        service("builds", Access::ReadWrite, Role::Viewer),
        service("metrics", Access::Read, Role::Viewer),
        service("users", Access::ReadWrite, Role::Admin),
    ])
}

fn widened(granted: &str, scope: &str) -> Result<(String, bool), String> {
    let granted = Grants::parse(granted).expect("grants");
    let need = Need::of_scope(scope).expect("a need");
    assert_eq!(need.scope(), scope);
    let widening = widening(&granted, &need, &catalogue(), Ceiling::of_role(Role::Member))?;
    Ok((format!("{}:{}", widening.service.as_str(), widening.grant), widening.is_granted))
}

#[test]
fn the_least_is_granted_that_opens_the_need_and_loses_nothing() {
    for (granted, scope, grant, is_granted) in [
        ("", "builds:read", "builds:read", false),
        ("builds:read", "builds:write", "builds:read-write", false),
        ("builds:read-write", "builds:read", "builds:read-write", true),
        ("", "builds:start", "builds:start", false),
        ("builds:list", "builds:start", "builds:list,start", false),
        ("builds:list", "builds:list", "builds:list", true),
        ("builds:read", "builds:list", "builds:read", true),
        ("builds:read", "builds:start", "builds:read-write", false),
        ("builds:list", "builds:read", "builds:read", false),
        ("builds:start", "builds:read", "builds:read-write", false),
        ("metrics:read-write", "metrics:read", "metrics:read", true),
        ("users:read", "builds:read", "builds:read", false),
    ] {
        let widened = widened(granted, scope);
        assert_eq!(widened, Ok((grant.to_owned(), is_granted)), "{granted} and {scope}");
    }
}

#[test]
fn what_cannot_be_had_is_said_in_words() {
    for (scope, reason) in [
        ("metrics:write", "can be read, not written"),
        ("metrics:start", "not for tokens"),
        ("builds:erase", "not for tokens"),
        ("builds:stop", "no such method"),
        ("audit:read", "no such service"),
        ("users:read", "Only for the role admin; yours is member"),
    ] {
        let said = widened("builds:read", scope).expect_err(scope);
        assert!(said.contains(reason), "{said}");
    }
    for no_need in ["", "builds", "builds:"] {
        assert!(Need::of_scope(no_need).is_none());
    }
}
