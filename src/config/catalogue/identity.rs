//! `[identity]`: which groups of the identity provider let people in, as what and into which teams.

use toml::Spanned;
use toml::de::DeValue;

use super::table;
use crate::config::file::{Mistakes, Section};
use crate::domain::admission::{Admission, Share};
use crate::domain::team::{Team, TeamKey};
use crate::domain::user::Role;

pub fn read(
    value: Option<&Spanned<DeValue<'_>>>,
    teams: Option<&[Team]>,
    m: &mut Mistakes,
) -> Option<Option<Admission>> {
    let Some(value) = value else { return Some(None) };
    let mut section = table("identity", value, m)?;
    let claim = match section.text("claim", m) {
        Some((claim, span)) => m.keep(span, claim_name(claim)),
        None => Some("groups".to_owned()),
    };
    let shares = shares(&mut section, teams, m);
    section.finish(m);
    Some(Some(Admission { claim: claim?, shares: shares? }))
}

fn claim_name(name: String) -> Result<String, &'static str> {
    let fits = !name.is_empty() && name.len() <= 200;
    if fits {
        Ok(name)
    } else {
        Err("claim is what the provider calls the list of groups, such as groups")
    }
}

/// `[identity.groups]`: groups by the names that the provider has for them.
fn shares(
    section: &mut Section<'_, '_>,
    teams: Option<&[Team]>,
    m: &mut Mistakes,
) -> Option<Vec<Share>> {
    let wrong = "identity.groups is a table of groups with what each gives, such as admins = { role = \"admin\" }; without any nobody is let in";
    let Some(value) = section.take("groups") else {
        m.at(section.span(), wrong);
        return None;
    };
    let groups = value.get_ref().as_table().filter(|groups| !groups.is_empty());
    let groups = m.keep(value.span(), groups.ok_or(wrong))?;
    let shares = groups.iter().map(|(group, value)| share(group.get_ref(), value, teams, m));
    // Every mistake is found before the first ends it.
    let shares: Vec<Option<Share>> = shares.collect();
    shares.into_iter().collect()
}

fn share(
    group: &str,
    value: &Spanned<DeValue<'_>>,
    teams: Option<&[Team]>,
    m: &mut Mistakes,
) -> Option<Share> {
    let mut section = table("a group", value, m)?;
    let role = match section.text("role", m) {
        Some((role, span)) => {
            m.keep(span, Role::parse(&role).ok_or("a role is “viewer”, “member” or “admin”"))
        }
        None => Some(Role::Member),
    };
    let keys = section.texts("teams", m).unwrap_or_default();
    let keys: Vec<Option<TeamKey>> =
        keys.into_iter().map(|(key, span)| m.keep(span, known(&key, teams))).collect();
    section.finish(m);
    let teams = keys.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Share { group: group.to_owned(), role: role?, teams })
}

fn known(key: &str, teams: Option<&[Team]>) -> Result<TeamKey, String> {
    let key = TeamKey::parse(key)?;
    // Where the teams themselves are wrong, that is said, and enough.
    if teams.is_some_and(|teams| teams.iter().all(|team| team.key != key)) {
        return Err(format!("there is no team “{}”", key.as_str()));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Values};
    use crate::domain::user::Role;

    fn read(text: &str) -> Result<Config, String> {
        Config::read(text, "latchkey.toml", Values::new()).map_err(|mistakes| mistakes.to_string())
    }

    const FILE: &str =
        "[[services]]\nkey = \"git\"\n[[teams]]\nkey = \"web\"\n[[teams]]\nkey = \"platform\"\n";

    #[test]
    fn groups_of_the_provider_are_mapped_in_the_file() {
        let groups = "[identity]\nclaim = \"roles\"\n[identity.groups]\nstaff = {}\n\"Platform admins\" = { role = \"admin\", teams = [\"platform\", \"web\"] }\n";
        let config = read(&format!("{FILE}{groups}")).expect("a file");
        let admission = config.admission.expect("a mapping");
        assert_eq!(admission.claim, "roles");
        let admins = admission.of(&["Platform admins".to_owned()]).expect("let in");
        assert_eq!((admins.role, admins.teams.len()), (Role::Admin, 2));
        assert_eq!(admission.of(&["staff".to_owned()]).map(|staff| staff.role), Some(Role::Member));
        assert!(read(FILE).expect("a file").admission.is_none());
    }

    #[test]
    fn each_mistake_in_the_mapping_is_named_with_its_line() {
        let wrong = "[identity]\nclaim = \"\"\ncolour = 1\n[identity.groups]\na = { role = \"root\" }\nb = { teams = [\"mail\"] }\nc = 5\nd = { team = \"web\" }\n";
        let mistakes = read(&format!("{FILE}{wrong}")).expect_err("mistakes");
        for (line, words) in [
            (8, "claim is what"),
            (9, "unknown key “colour”"),
            (11, "a role is"),
            (12, "there is no team “mail”"),
            (13, "a group is a table"),
            (14, "unknown key “team”"),
        ] {
            let place = format!("latchkey.toml, line {line}: ");
            let found = |said: &str| said.starts_with(&place) && said.contains(words);
            assert!(mistakes.lines().any(found), "{line}, {words}:\n{mistakes}");
        }
        for none in ["[identity]\n", "[identity.groups]\n"] {
            let mistakes = read(&format!("{FILE}{none}")).expect_err("a mistake");
            assert!(mistakes.contains("nobody is let in"), "{mistakes}");
        }
    }
}
