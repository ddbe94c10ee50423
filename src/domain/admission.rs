//! Which groups of the provider let somebody in, as what, and into which teams.

use std::collections::BTreeSet;

use super::team::TeamKey;
use super::user::Role;

/// What one group gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub group: String,
    pub role: Role,
    pub teams: Vec<TeamKey>,
}

/// The operator's mapping: who is in none of its groups is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The claim that names a person's groups.
    pub claim: String,
    pub shares: Vec<Share>,
}

/// What somebody's groups give them together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    pub role: Role,
    pub teams: BTreeSet<TeamKey>,
}

impl Admission {
    /// The highest role and every team; `None` where no group of theirs lets them in.
    pub fn of(&self, groups: &[String]) -> Option<Admitted> {
        let given = self.shares.iter().filter(|share| groups.contains(&share.group));
        let role = given.clone().map(|share| share.role).max()?;
        Some(Admitted { role, teams: given.flat_map(|share| share.teams.clone()).collect() })
    }

    /// The teams whose people the provider decides on; any other is the administrators' to give.
    pub fn teams(&self) -> BTreeSet<TeamKey> {
        self.shares.iter().flat_map(|share| share.teams.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_give_the_highest_role_and_every_team() {
        let key = |text: &str| TeamKey::parse(text).expect("a key");
        let share = |group: &str, role, teams: &[&str]| Share {
            group: group.to_owned(),
            role,
            teams: teams.iter().map(|team| key(team)).collect(),
        };
        let admission = Admission {
            claim: "groups".to_owned(),
            shares: vec![
                share("staff", Role::Viewer, &[]),
                share("admins", Role::Admin, &["platform"]),
                share("web", Role::Member, &["web", "platform"]),
            ],
        };
        let of = |groups: &[&str]| {
            let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
            admission.of(&groups)
        };
        let all = of(&["web", "admins", "other"]).expect("let in");
        assert_eq!((all.role, all.teams), (Role::Admin, [key("platform"), key("web")].into()));
        assert_eq!(of(&["staff"]).map(|admitted| admitted.role), Some(Role::Viewer));
        for none in [&[][..], &["Staff"][..], &["staff "][..], &["other"][..]] {
            assert_eq!(of(none), None, "{none:?}");
        }
        assert_eq!(admission.teams(), [key("platform"), key("web")].into());
    }
}
