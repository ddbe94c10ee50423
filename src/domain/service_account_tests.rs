use chrono_tz::Tz;

use super::*;
use crate::domain::id::UserId;
use crate::domain::team::TeamKey;
use crate::domain::time::from_micros;
use crate::domain::user::{Dates, DisplayName, UserName};

fn team(key: &str) -> TeamKey {
    TeamKey::parse(key).expect("a key")
}

fn person(role: Role, teams: &[&str]) -> User {
    let name = UserName::parse("ada").expect("a name");
    User {
        id: UserId::random(),
        display_name: DisplayName::from(&name),
        name,
        email: None,
        role,
        teams: teams.iter().map(|key| team(key)).collect(),
        created: from_micros(0),
        disabled: None,
        zone: Tz::UTC,
        dates: Dates::default(),
        theme: None,
        owned_by: None,
    }
}

fn account(key: &str) -> User {
    User { owned_by: Some(team(key)), ..person(ROLE, &[key]) }
}

#[test]
fn people_of_the_team_act_with_their_role_and_administrators_outside_of_it_only_look_and_revoke() {
    for (role, teams, acts_as) in [
        (Role::Viewer, &["web", "platform"][..], Some(Role::Viewer)),
        (Role::Member, &["platform"], Some(Role::Member)),
        (Role::Admin, &["platform"], Some(Role::Admin)),
        (Role::Admin, &["web"], Some(Role::Viewer)),
        (Role::Member, &["web"], None),
        (Role::Viewer, &[], None),
    ] {
        let entrusted = Entrusted::to(&person(role, teams), account("platform"));
        assert_eq!(entrusted.map(|it| it.role()), acts_as, "{role:?} of {teams:?}");
    }
}

#[test]
fn nobody_is_entrusted_with_a_person_and_no_account_with_another() {
    let ada = person(Role::Admin, &["platform"]);
    assert!(Entrusted::to(&ada, person(Role::Member, &["platform"])).is_none());
    assert!(Entrusted::to(&account("platform"), account("platform")).is_none());
    let disabled = User { disabled: Some(from_micros(1)), ..ada };
    assert!(Entrusted::to(&disabled, account("platform")).is_none());
}
