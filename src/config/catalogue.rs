//! The catalogue file's own part: instance, policy, services, sets and teams.

mod identity;
mod paths;
mod policy;
mod services;
mod sets;
mod teams;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::{Mistakes, Section};
use super::settings::{Given, SETTINGS, Source, Values};
use crate::domain::admission::Admission;
use crate::domain::catalogue::Catalogue;
use crate::domain::policy::Policy;
use crate::domain::secret::Prefix;
use crate::domain::sets::Sets;
use crate::domain::text::hidden_character;

pub struct Content {
    pub instance: String,
    pub prefix: Prefix,
    pub policy: Policy,
    pub catalogue: Catalogue,
    pub sets: Sets,
    pub admission: Option<Admission>,
}

/// Reads the whole file. Settings that stand in it join `given`, behind flags and environment.
pub fn read(file: &Spanned<DeTable<'_>>, given: &mut Values, m: &mut Mistakes) -> Option<Content> {
    let mut top = Section::new(file.get_ref(), file.span());
    let instance = match top.text("name", m) {
        Some((name, span)) => shown(&name, 40).map_err(|e| m.at(span, e)).ok(),
        None => Some("Latchkey".to_owned()),
    };
    let (prefix, span) = top.text("prefix", m).unwrap_or(("lk".to_owned(), 0..0));
    let prefix = m.keep(span, Prefix::parse(&prefix));
    let policy = policy::read(top.take("policy"), m);
    let services = services::read(top.take("services"), m);
    let sets = sets::read(top.take("sets"), &services, m);
    let teams = teams::read(top.take("teams"), &services, m);
    let admission = identity::read(top.take("identity"), teams.as_deref(), m);
    for setting in &SETTINGS {
        if let Some(value) = top.take(setting.key) {
            let line = format!("{}, line {}", m.file(), m.line(value.span().start));
            if let Some(value) = m.keep(value.span(), plain(setting.key, value.get_ref())) {
                let source = Source::Line(line);
                given.entry(setting.key).or_insert(Given { value, source });
            }
        }
    }
    top.finish(m);
    Some(Content {
        instance: instance?,
        prefix: prefix?,
        policy: policy?,
        catalogue: Catalogue::with_teams(services.services, teams?),
        sets: Sets::new(sets?),
        admission: admission?,
    })
}

/// A setting's value as the text it would have as a flag.
fn plain(key: &str, value: &DeValue<'_>) -> Result<String, String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
            .map(|number| number.to_string())
            .map_err(|_| format!("{key} is a whole number, not below 0")),
        DeValue::Boolean(switch) => Ok(switch.to_string()),
        DeValue::Array(values) => {
            let words = values.iter().map(|value| plain(key, value.get_ref()));
            Ok(words.collect::<Result<Vec<_>, _>>()?.join(","))
        }
        _ => Err(format!("{key} is a text in quotes")),
    }
}

/// A text that people will see.
fn shown(text: &str, most: usize) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most {
        return Err(format!("this is a text of 1 to {most} characters"));
    }
    match hidden_character(text) {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(text.to_owned()),
    }
}

fn table<'a, 't>(
    key: &str,
    value: &'a Spanned<DeValue<'t>>,
    m: &mut Mistakes,
) -> Option<Section<'a, 't>> {
    let table = value.get_ref().as_table().ok_or_else(|| format!("{key} is a table"));
    let table = m.keep(value.span(), table)?;
    Some(Section::new(table, value.span()))
}
