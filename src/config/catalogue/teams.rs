//! `[[teams]]`: the most that the people of a team may have of each service.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;

use super::services::{Described, access};
use super::{shown, table};
use crate::config::file::{Mistakes, Section};
use crate::domain::access::Access;
use crate::domain::catalogue::ServiceKey;
use crate::domain::team::{Team, TeamKey};

pub fn read(
    value: Option<&Spanned<DeValue<'_>>>,
    services: &Described,
    m: &mut Mistakes,
) -> Option<Vec<Team>> {
    let Some(value) = value else { return Some(Vec::new()) };
    let tables = value.get_ref().as_array();
    let tables =
        m.keep(value.span(), tables.ok_or("teams are written as [[teams]], one for each"))?;
    let mut lines = BTreeMap::new();
    let mut teams = Vec::new();
    for value in tables {
        let Some(team) = team(value, services, m) else { continue };
        let line = m.line(value.span().start);
        if let Some(first) = lines.insert(team.key.clone(), line) {
            let key = team.key.as_str();
            m.at(value.span(), format!("the team “{key}” is described in line {first} already"));
        }
        teams.push(team);
    }
    Some(teams)
}

fn team(value: &Spanned<DeValue<'_>>, services: &Described, m: &mut Mistakes) -> Option<Team> {
    let mut section = table("teams", value, m)?;
    let key = section.text("key", m);
    if key.is_none() && section.take("key").is_none() {
        m.at(section.span(), "this team has no key");
    }
    let key = key.and_then(|(key, span)| m.keep(span, TeamKey::parse(&key)));
    let name = match section.text("name", m) {
        Some((name, span)) => m.keep(span, shown(&name, 40)),
        None => key.as_ref().map(|key| key.as_str().to_owned()),
    };
    let given = given(&mut section, services, m);
    section.finish(m);
    Some(Team { key: key?, name: name?, services: given? })
}

/// `[teams.services]`: services by their keys, each with the most that the team may have of it.
fn given(
    section: &mut Section<'_, '_>,
    services: &Described,
    m: &mut Mistakes,
) -> Option<Vec<(ServiceKey, Access)>> {
    let Some(value) = section.take("services") else { return Some(Vec::new()) };
    let table = value.get_ref().as_table();
    let wrong = "services is a table of services with the most that the team may have of each, such as builds = \"read\"";
    let table = m.keep(value.span(), table.ok_or(wrong))?;
    let mut given = Vec::new();
    for (key, level) in table {
        let known = known(key.get_ref(), services);
        let service = m.keep(key.span(), known);
        let text = level.get_ref().as_str().ok_or("access is “read” or “read-write”");
        let access = m.keep(level.span(), text.and_then(access));
        given.push(service.zip(access));
    }
    given.into_iter().collect()
}

fn known(key: &str, described: &Described) -> Result<ServiceKey, String> {
    let service = ServiceKey::parse(key)?;
    let mut keys = described.services.iter().map(|service| &service.key);
    if described.all && !keys.any(|known| *known == service) {
        return Err(format!("there is no service “{key}”"));
    }
    Ok(service)
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Values};
    use crate::domain::access::Access;
    use crate::domain::ceiling::Ceiling;
    use crate::domain::team::TeamKey;
    use crate::domain::user::Role;

    fn read(text: &str) -> Result<Config, String> {
        Config::read(text, "latchkey.toml", Values::new()).map_err(|mistakes| mistakes.to_string())
    }

    const SERVICES: &str = "[[services]]\nkey = \"git\"\n[[services]]\nkey = \"builds\"\n";

    #[test]
    fn a_team_of_the_file_limits_its_services() {
        let teams = "[[teams]]\nkey = \"platform\"\nname = \"Platform\"\n[teams.services]\nbuilds = \"read\"\n[[teams]]\nkey = \"staff\"\n";
        let config = read(&format!("{SERVICES}{teams}")).expect("a file");
        let platform = [TeamKey::parse("platform").expect("a key")];
        let of = |teams| Ceiling { role: Role::Member, teams, is_service: false };
        let builds = config.catalogue.service("builds").expect("builds");
        assert_eq!(builds.ceiling(of(&platform)), Some(Access::Read));
        assert_eq!(builds.ceiling(of(&[])), None);
        assert_eq!(
            builds.held_down(of(&platform)).as_deref(),
            Some("Your team Platform gives Read")
        );
        let names: Vec<_> = config.catalogue.teams().iter().map(|team| &*team.name).collect();
        assert_eq!(names, ["Platform", "staff"], "without a name the key is shown");
    }

    const WRONG: &str = r#"
[[services]]
key = "git"
[[teams]]
key = "Plat,form"
[[teams]]
name = ""
[[teams]]
key = "a"
colour = "red"
[teams.services]
mail = "read"
git = "admin"
[[teams]]
key = "a"
services = ["git"]
[[teams]]
key = "b"
[teams.services]
git = 7
[[teams]]
key = "b"
"#;

    #[test]
    fn each_mistake_in_a_team_is_named_with_its_line() {
        let mistakes = read(WRONG).expect_err("mistakes");
        let expected = [
            (5, "a team key is 1 to 40"),
            (6, "this team has no key"),
            (7, "1 to 40 characters"),
            (10, "unknown key “colour”"),
            (12, "there is no service “mail”"),
            (13, "access is “read” or “read-write”"),
            (16, "services is a table"),
            (20, "access is “read” or “read-write”"),
        ];
        for (line, words) in expected {
            let place = format!("latchkey.toml, line {line}: ");
            let found = |said: &str| said.starts_with(&place) && said.contains(words);
            assert!(mistakes.lines().any(found), "{line}, {words}:\n{mistakes}");
        }
        assert_eq!(mistakes.lines().count(), expected.len(), "{mistakes}");
        let twice = "[[teams]]\nkey = \"a\"\n[[teams]]\nkey = \"a\"\n[teams.services]\ngit = \"read\"\ngit = \"read\"\n";
        let mistakes = read(&format!("{SERVICES}{twice}")).expect_err("mistakes");
        assert!(mistakes.contains("line 7: "), "{mistakes}");
        assert!(
            mistakes.contains("line 7: the team “a” is described in line 5 already"),
            "{mistakes}"
        );
        assert!(
            read(&format!("teams = 5\n{SERVICES}")).expect_err("a mistake").contains("[[teams]]")
        );
    }
}
