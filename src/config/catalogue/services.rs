//! `[[services]]`: what gateways guard, and what of it can be granted.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;
use url::Url;

use super::paths::{self, Taken};
use super::{shown, table};
use crate::config::file::{Mistakes, Section};
use crate::domain::access::Access;
use crate::domain::catalogue::{Method, MethodKey, Service, ServiceKey};
use crate::domain::limit::PerMinute;
use crate::domain::user::Role;

/// What the file says of services.
#[derive(Default)]
pub struct Described {
    pub services: Vec<Service>,
    /// Whether each could be read: otherwise nothing is known of one that isn't here.
    pub all: bool,
}

pub fn read(value: Option<&Spanned<DeValue<'_>>>, m: &mut Mistakes) -> Described {
    let none = "there are no services: describe each in a [[services]] of its own";
    let Some(value) = value else {
        m.at(0..0, none);
        return Described::default();
    };
    let Some(tables) = value.get_ref().as_array() else {
        m.at(value.span(), "services are written as [[services]], one for each");
        return Described::default();
    };
    if tables.is_empty() {
        m.at(value.span(), none);
    }
    let mut lines = BTreeMap::new();
    let mut taken = Taken::default();
    let mut services = Vec::new();
    for value in tables {
        let Some(service) = service(value, &mut taken, m) else { continue };
        let line = m.line(value.span().start);
        if let Some(first) = lines.insert(service.key.clone(), line) {
            let key = service.key.as_str();
            m.at(value.span(), format!("the service “{key}” is described in line {first} already"));
        }
        services.push(service);
    }
    Described { all: services.len() == tables.len(), services }
}

fn service(value: &Spanned<DeValue<'_>>, taken: &mut Taken, m: &mut Mistakes) -> Option<Service> {
    let mut section = table("services", value, m)?;
    let key = key(&mut section, "this service has no key", ServiceKey::parse, m);
    let name = name(&mut section, key.as_ref().map(ServiceKey::as_str), m);
    let description = description(&mut section, m);
    let (docs, url) = (address(&mut section, "docs", m), address(&mut section, "url", m));
    let basic = section.switch("basic", m).unwrap_or(false);
    let highest = match section.text("access", m) {
        Some((text, span)) => m.keep(span, access(&text)),
        None => Some(Access::ReadWrite),
    };
    let role = match section.text("role", m) {
        Some((text, span)) => {
            m.keep(span, Role::parse(&text).ok_or("role is “viewer”, “member” or “admin”"))
        }
        None => Some(Role::Viewer),
    };
    let personal_tokens = section.switch("personal_tokens", m).unwrap_or(true);
    let per_minute = per_minute(&mut section, m);
    let methods = methods(&mut section, taken, m);
    let paths = paths::prefixes(&mut section, taken, m);
    section.finish(m);
    Some(Service {
        key: key?,
        name: name?,
        description: description?,
        docs: docs?,
        url: url?,
        basic,
        highest: highest?,
        role: role?,
        teams: Vec::new(),
        personal_tokens,
        per_minute: per_minute?,
        methods: methods?,
        paths,
    })
}

/// How often one token may use it; the outer `None` where that can't be read.
fn per_minute(section: &mut Section<'_, '_>, m: &mut Mistakes) -> Option<Option<PerMinute>> {
    let Some((count, span)) = section.count("per_minute", m) else { return Some(None) };
    let most = PerMinute::MOST;
    let limit = PerMinute::new(count);
    m.keep(span, limit.map(Some).ok_or(format!("per_minute is 1 to {most} requests a minute")))
}

/// The methods, or `None` where one can't be read.
fn methods(
    section: &mut Section<'_, '_>,
    taken: &mut Taken,
    m: &mut Mistakes,
) -> Option<Vec<Method>> {
    let Some(value) = section.take("methods") else { return Some(Vec::new()) };
    let tables = value.get_ref().as_array();
    let tables = m.keep(value.span(), tables.ok_or("methods is a list of tables, one for each"))?;
    let mut lines = BTreeMap::new();
    let mut methods = Vec::new();
    for value in tables {
        let Some(method) = method(value, taken, m) else { continue };
        let line = m.line(value.span().start);
        if let Some(first) = lines.insert(method.key.clone(), line) {
            let key = method.key.as_str();
            m.at(value.span(), format!("the method “{key}” is described in line {first} already"));
        }
        methods.push(method);
    }
    (methods.len() == tables.len()).then_some(methods)
}

fn method(value: &Spanned<DeValue<'_>>, taken: &mut Taken, m: &mut Mistakes) -> Option<Method> {
    let mut section = table("methods", value, m)?;
    let key = key(&mut section, "this method has no key", MethodKey::parse, m);
    let name = name(&mut section, key.as_ref().map(MethodKey::as_str), m);
    let description = description(&mut section, m);
    let docs = address(&mut section, "docs", m);
    let needs = match section.text("access", m) {
        Some((text, span)) => m.keep(span, access(&text)),
        None => Some(Access::ReadWrite),
    };
    let personal_tokens = section.switch("personal_tokens", m).unwrap_or(true);
    let requests = paths::requests(&mut section, taken, m);
    section.finish(m);
    Some(Method {
        key: key?,
        name: name?,
        description: description?,
        docs: docs?,
        access: needs?,
        personal_tokens,
        requests,
    })
}

fn key<K>(
    section: &mut Section<'_, '_>,
    missing: &str,
    parse: impl FnOnce(&str) -> Result<K, String>,
    m: &mut Mistakes,
) -> Option<K> {
    let key = section.text("key", m);
    if key.is_none() && section.take("key").is_none() {
        m.at(section.span(), missing);
    }
    key.and_then(|(key, span)| m.keep(span, parse(&key)))
}

fn name(section: &mut Section<'_, '_>, key: Option<&str>, m: &mut Mistakes) -> Option<String> {
    match section.text("name", m) {
        Some((name, span)) => m.keep(span, shown(&name, 60)),
        None => key.map(str::to_owned),
    }
}

fn description(section: &mut Section<'_, '_>, m: &mut Mistakes) -> Option<String> {
    match section.text("description", m) {
        Some((text, span)) => m.keep(span, shown(&text, 200)),
        None => Some(String::new()),
    }
}

/// An address that pages link to or show.
fn address(
    section: &mut Section<'_, '_>,
    key: &'static str,
    m: &mut Mistakes,
) -> Option<Option<String>> {
    let Some((text, span)) = section.text(key, m) else { return Some(None) };
    let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let wrong = || format!("{key} is an address such as https://docs.example.org/builds");
    m.keep(span, url.map(|url| Some(url.to_string())).ok_or_else(wrong))
}

pub fn access(text: &str) -> Result<Access, &'static str> {
    match text {
        "read" => Ok(Access::Read),
        "read-write" => Ok(Access::ReadWrite),
        _ => Err("access is “read” or “read-write”"),
    }
}
