//! `[[sets]]`: named bundles of grants, which the form can start from.

use toml::Spanned;
use toml::de::DeValue;

use super::services::Described;
use super::{shown, table};
use crate::config::file::Mistakes;
use crate::domain::catalogue::{Service, ServiceKey};
use crate::domain::grants::{Grant, Grants};
use crate::domain::sets::Set;

/// What the form's own buttons are called.
const TAKEN: [&str; 3] = ["all-none", "all-read", "all-write"];

pub fn read(
    value: Option<&Spanned<DeValue<'_>>>,
    services: &Described,
    m: &mut Mistakes,
) -> Option<Vec<Set>> {
    let Some(value) = value else { return Some(Vec::new()) };
    let tables = value.get_ref().as_array();
    let tables =
        m.keep(value.span(), tables.ok_or("sets are written as [[sets]], one for each"))?;
    let mut sets: Vec<Set> = Vec::new();
    for value in tables {
        let Some(set) = set(value, services, m) else { continue };
        if sets.iter().any(|other| other.key == set.key) {
            m.at(value.span(), format!("there is a set “{}” already", set.key));
        }
        sets.push(set);
    }
    Some(sets)
}

fn set(value: &Spanned<DeValue<'_>>, services: &Described, m: &mut Mistakes) -> Option<Set> {
    let mut section = table("sets", value, m)?;
    let key = section.text("key", m);
    let grants = section.text("grants", m);
    for (name, given) in [("key", key.is_some()), ("grants", grants.is_some())] {
        if !given && section.take(name).is_none() {
            m.at(section.span(), format!("this set has no {name}"));
        }
    }
    let key = key.and_then(|(key, span)| m.keep(span, set_key(&key)));
    let name = match section.text("name", m) {
        Some((name, span)) => m.keep(span, shown(&name, 40)),
        None => key.clone(),
    };
    let grants = grants.and_then(|(text, span)| m.keep(span, known(&text, services)));
    section.finish(m);
    Some(Set { key: key?, name: name?, grants: grants? })
}

fn set_key(text: &str) -> Result<String, String> {
    if TAKEN.contains(&text) {
        return Err(format!("“{text}” is a button of the form: name the set otherwise"));
    }
    // The same letters as a service's.
    let key = ServiceKey::parse(text).map_err(|sentence| sentence.replace("service", "set"))?;
    Ok(key.as_str().to_owned())
}

/// Grants of services that there are, none beyond what they offer.
fn known(text: &str, described: &Described) -> Result<Grants, String> {
    let form = "grants are services, each once, with what is granted of it, such as \"builds:read-write git:read\"";
    let grants = Grants::parse(text).filter(|grants| !grants.is_empty()).ok_or(form)?;
    for (key, grant) in grants.iter() {
        let key = key.as_str();
        match described.services.iter().find(|service| service.key.as_str() == key) {
            Some(service) => offered(service, grant)?,
            None if described.all => return Err(format!("there is no service “{key}”")),
            None => {}
        }
    }
    Ok(grants)
}

fn offered(service: &Service, grant: &Grant) -> Result<(), String> {
    let key = service.key.as_str();
    if !service.personal_tokens {
        return Err(format!("{key} takes no personal tokens"));
    }
    match grant {
        Grant::Access(access) if *access > service.highest => {
            Err(format!("{key} can be granted {} at most", service.highest.as_str()))
        }
        Grant::Access(_) => Ok(()),
        Grant::Methods(keys) => keys.iter().try_for_each(|method| {
            let name = method.as_str();
            match service.method(name) {
                None => Err(format!("{key} has no method “{name}”")),
                Some(method) if !service.opens(method, service.highest) => {
                    Err(format!("the method “{name}” of {key} can be granted to no token"))
                }
                Some(_) => Ok(()),
            }
        }),
    }
}
