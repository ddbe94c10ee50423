//! The catalogue file's own part: instance, policy and services.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::{Mistakes, Section};
use super::settings::{Given, SETTINGS, Source, Values};
use crate::domain::access::Access;
use crate::domain::catalogue::{Catalogue, Service, ServiceKey};
use crate::domain::policy::Policy;
use crate::domain::secret::Prefix;
use crate::domain::text::hidden_character;

pub struct Content {
    pub instance: String,
    pub prefix: Prefix,
    pub policy: Policy,
    pub catalogue: Catalogue,
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
    let policy = policy(top.take("policy"), m);
    let services = services(top.take("services"), m);
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
        catalogue: Catalogue::new(services?),
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

fn policy(value: Option<&Spanned<DeValue<'_>>>, m: &mut Mistakes) -> Option<Policy> {
    let mut policy =
        Policy { longest_days: 365, never_allowed: true, default_days: 90, tokens_per_person: 100 };
    let Some(value) = value else { return Some(policy) };
    let mut section = table("policy", value, m)?;
    if let Some((days, _)) = days(&mut section, "longest", m) {
        policy.longest_days = days;
        policy.default_days = policy.default_days.min(days);
    }
    if let Some((days, span)) = days(&mut section, "default", m) {
        policy.default_days = days;
        if days > policy.longest_days {
            m.at(span, "default is longer than longest");
        }
    }
    if let Some(allowed) = section.switch("never", m) {
        policy.never_allowed = allowed;
    }
    if let Some((most, span)) = section.count("tokens_per_person", m) {
        policy.tokens_per_person = most;
        if most == 0 || most > 10_000 {
            m.at(span, "tokens_per_person is 1 to 10000");
        }
    }
    section.finish(m);
    Some(policy)
}

/// A life in whole days.
fn days(
    section: &mut Section<'_, '_>,
    key: &'static str,
    m: &mut Mistakes,
) -> Option<(u32, Range<usize>)> {
    let (text, span) = section.text(key, m)?;
    let wrong = || {
        format!("{key} is a number of whole days from 1d to {}d, such as 90d", Policy::MOST_DAYS)
    };
    let days = text.strip_suffix('d').and_then(|days| days.trim().parse().ok());
    let days = days.filter(|days| (1..=Policy::MOST_DAYS).contains(days)).ok_or_else(wrong);
    Some((m.keep(span.clone(), days)?, span))
}

fn services(value: Option<&Spanned<DeValue<'_>>>, m: &mut Mistakes) -> Option<Vec<Service>> {
    let Some(value) = value else {
        m.at(0..0, "there are no services: describe each in a [[services]] of its own");
        return None;
    };
    let Some(tables) = value.get_ref().as_array() else {
        m.at(value.span(), "services are written as [[services]], one for each");
        return None;
    };
    let mut lines = BTreeMap::new();
    let mut services = Vec::new();
    for value in tables {
        let Some(service) = service(value, m) else { continue };
        let line = m.line(value.span().start);
        if let Some(first) = lines.insert(service.key.clone(), line) {
            let key = service.key.as_str();
            m.at(value.span(), format!("the service “{key}” is described in line {first} already"));
        }
        services.push(service);
    }
    if tables.is_empty() {
        m.at(value.span(), "there are no services: describe each in a [[services]] of its own");
    }
    Some(services)
}

fn service(value: &Spanned<DeValue<'_>>, m: &mut Mistakes) -> Option<Service> {
    let mut section = table("services", value, m)?;
    let key = section.text("key", m);
    if key.is_none() && section.take("key").is_none() {
        m.at(section.span(), "this service has no key");
    }
    let key = key.and_then(|(key, span)| m.keep(span, ServiceKey::parse(&key)));
    let name = match section.text("name", m) {
        Some((name, span)) => m.keep(span, shown(&name, 60)),
        None => key.as_ref().map(|key| key.as_str().to_owned()),
    };
    let description = match section.text("description", m) {
        Some((text, span)) => m.keep(span, shown(&text, 200)),
        None => Some(String::new()),
    };
    let highest = match section.text("access", m) {
        Some((text, span)) => m.keep(span, highest(&text)),
        None => Some(Access::ReadWrite),
    };
    section.finish(m);
    Some(Service { key: key?, name: name?, description: description?, highest: highest? })
}

fn highest(text: &str) -> Result<Access, &'static str> {
    match text {
        "read" => Ok(Access::Read),
        "read-write" => Ok(Access::ReadWrite),
        _ => Err("access is “read” or “read-write”"),
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
