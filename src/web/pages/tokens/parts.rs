//! The parts that the form of a token is drawn from: rows of services and methods, choices of an end, sets.

use std::collections::BTreeSet;

use super::form::{KEEP, TokenForm, Under};
use crate::domain::access::Access;
use crate::domain::catalogue::{Method, Service};
use crate::domain::ceiling::Ceiling;
use crate::domain::expiry::Expiry;
use crate::domain::policy::Policy;
use crate::domain::time::day_in;
use crate::web::words::Here;

/// One service in the form.
pub struct Row {
    pub key: String,
    pub name: String,
    pub description: String,
    pub docs: Option<String>,
    /// none, read, write or methods.
    pub level: String,
    /// Why nothing of it can be granted.
    pub closed: Option<String>,
    /// That, or why not all of it can, and how often one token may use it.
    pub reason: Option<String>,
    pub writable: bool,
    pub methods: Vec<MethodRow>,
}

/// One method of a service.
pub struct MethodRow {
    pub key: String,
    pub name: String,
    pub description: String,
    pub docs: Option<String>,
    pub ticked: bool,
    /// Why it can't be granted.
    pub reason: Option<&'static str>,
}

/// One choice of when the token expires.
pub struct ExpiryOption {
    pub value: String,
    pub label: String,
    pub selected: bool,
}

/// A set's button, with what it grants for the script to fill in.
pub struct SetButton {
    pub key: String,
    pub name: String,
    pub grants: String,
}

/// Everything the form's template needs besides what was typed.
pub struct Parts {
    pub rows: Vec<Row>,
    pub sets: Vec<SetButton>,
    pub choices: Vec<ExpiryOption>,
    pub first_day: String,
    pub last_day: String,
    pub has_methods: bool,
}

impl Parts {
    /// `present` is the end of a token that is edited, which can be left as it is.
    pub fn of(form: &TokenForm, present: Option<Expiry>, under: Under<'_>) -> Self {
        let (catalogue, policy) = (under.catalogue, under.policy);
        let (first, last) = policy.days(under.here.now);
        let sets = under.sets.iter().map(|set| SetButton {
            key: set.key.clone(),
            name: set.name.clone(),
            grants: set.grants.within(catalogue, under.ceiling).to_string(),
        });
        let mut choices: Vec<ExpiryOption> =
            present.into_iter().map(|expiry| keep(expiry, &form.expires, under.here)).collect();
        choices.extend(expiry_options(policy, &form.expires, under.here));
        Self {
            rows: catalogue.services().iter().map(|service| row(form, service, under)).collect(),
            sets: sets.collect(),
            choices,
            first_day: first.to_string(),
            last_day: last.to_string(),
            has_methods: catalogue.services().iter().any(|service| !service.methods.is_empty()),
        }
    }
}

fn row(form: &TokenForm, service: &Service, under: Under<'_>) -> Row {
    let key = service.key.as_str();
    let closed = service.closed_to(under.ceiling);
    let writable = service.ceiling(under.ceiling) == Some(Access::ReadWrite);
    let ticked = form.methods.get(key);
    let method = |method| method_row(method, service, ticked, under.ceiling);
    let level = match form.levels.get(key).map(String::as_str) {
        Some("read") => "read",
        Some("write") if writable => "write",
        // What a link or an older form asks for beyond what there is.
        Some("write") => "read",
        Some("methods") if !service.methods.is_empty() => "methods",
        _ => "none",
    };
    Row {
        key: key.to_owned(),
        name: service.name.clone(),
        description: service.description.clone(),
        docs: service.docs.clone(),
        level: if closed.is_some() { "none" } else { level }.to_owned(),
        reason: reason(service, closed.clone(), under.ceiling),
        writable,
        methods: if closed.is_some() {
            Vec::new()
        } else {
            service.methods.iter().map(method).collect()
        },
        closed,
    }
}

fn reason(service: &Service, closed: Option<String>, of: Ceiling<'_>) -> Option<String> {
    if closed.is_some() {
        return closed;
    }
    let narrow = (service.highest == Access::Read).then(|| "Can only be read".to_owned());
    let often = service.per_minute.map(|limit| format!("At most {limit}"));
    let held = service.held_down(of);
    let reasons: Vec<String> = narrow.into_iter().chain(held).chain(often).collect();
    (!reasons.is_empty()).then(|| reasons.join(". "))
}

fn method_row(
    method: &Method,
    service: &Service,
    ticked: Option<&BTreeSet<String>>,
    of: Ceiling<'_>,
) -> MethodRow {
    let open = service.ceiling(of).is_some_and(|ceiling| service.opens(method, ceiling));
    MethodRow {
        key: method.key.as_str().to_owned(),
        name: method.name.clone(),
        description: method.description.clone(),
        docs: method.docs.clone(),
        ticked: open && ticked.is_some_and(|ticked| ticked.contains(method.key.as_str())),
        reason: match (method.personal_tokens, method.access <= service.highest) {
            (false, _) => Some("Not for tokens"),
            (true, false) => Some("Needs Read & write, which this service doesn’t offer"),
            (true, true) if !open => Some("Needs Read & write, which your team doesn’t give"),
            (true, true) => None,
        },
    }
}

fn keep(expiry: Expiry, chosen: &str, here: Here) -> ExpiryOption {
    let end = here.last_day(expiry).unwrap_or_else(|| "never".to_owned());
    ExpiryOption {
        value: KEEP.to_owned(),
        label: format!("No change ({end})"),
        selected: chosen == KEEP,
    }
}

/// The choices of when a token expires, each with the day it means.
pub fn expiry_options(policy: &Policy, chosen: &str, here: Here) -> Vec<ExpiryOption> {
    let days = policy.presets().into_iter().map(|days| {
        let words = match days {
            1 => "In 1 day".to_owned(),
            365 => "In 1 year".to_owned(),
            days => format!("In {days} days"),
        };
        (days.to_string(), format!("{words} ({})", here.day(day_in(here.now, days))))
    });
    let custom = ("custom".to_owned(), "On a date I choose".to_owned());
    let never = policy.never_allowed.then(|| ("never".to_owned(), "Never".to_owned()));
    let all = days.chain([custom]).chain(never);
    all.map(|(value, label)| ExpiryOption { selected: value == chosen, value, label }).collect()
}
