//! The form that describes a token: what was typed, what it means, and how it is shown again.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::access::Access;
use crate::domain::catalogue::{Catalogue, Service};
use crate::domain::expiry::Choice;
use crate::domain::grants::{Grant, Grants, Summary};
use crate::domain::id::Nonce;
use crate::domain::networks::Networks;
use crate::domain::policy::{Policy, day_in, text_day};
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::domain::token::{Description, Draft, TokenName};
use crate::web::form::{Fields, Typed};
use crate::web::local;

/// The form as typed. Levels are by service key, as sent.
#[derive(Clone, Default)]
pub struct TokenForm {
    pub name: String,
    pub expires: String,
    pub until: String,
    pub levels: BTreeMap<String, String>,
    pub nonce: String,
    pub password: String,
}

impl Typed for TokenForm {
    fn read(fields: &Fields) -> Self {
        let levels = fields.under("access.");
        Self {
            name: fields.text("name"),
            expires: fields.text("expires"),
            until: fields.text("until"),
            levels: levels.map(|(key, level)| (key.to_owned(), level.to_owned())).collect(),
            nonce: fields.text("nonce"),
            password: fields.text("password"),
        }
    }

    /// A link that fills the form in: `?name=&expires=&read=a,b&write=c`.
    fn resume(&self) -> String {
        let expires = if self.expires == "custom" { &self.until } else { &self.expires };
        let mut query = vec![format!("name={}", local::encode(&self.name))];
        if !expires.is_empty() {
            query.push(format!("expires={}", local::encode(expires)));
        }
        for level in ["read", "write"] {
            let granted = self.levels.iter().filter(|(_, given)| *given == level);
            let keys: Vec<&str> = granted.map(|(key, _)| key.as_str()).collect();
            if !keys.is_empty() {
                query.push(format!("{level}={}", local::encode(&keys.join(","))));
            }
        }
        format!("/account/tokens/new?{}", query.join("&"))
    }
}

impl TokenForm {
    /// What the form asks for, or everything that is wrong with it.
    pub fn draft(
        &self,
        catalogue: &Catalogue,
        policy: &Policy,
        now: Now,
    ) -> Result<Draft, Problems> {
        let mut problems = Problems::default();
        let name = problems.keep("name", TokenName::parse(&self.name));
        let expires = self.choice().and_then(|choice| policy.expiry(choice, now).map(|_| choice));
        let field = if self.expires == "custom" { "until" } else { "expires" };
        let expires = problems.keep(field, expires);
        let grants = problems.keep("access", self.grants(catalogue));
        if self.password.is_empty() {
            problems.add("password", "Enter your password");
        }
        match (name, expires, grants) {
            (Some(name), Some(expires), Some(grants)) if problems.is_empty() => Ok(Draft {
                name,
                description: Description::default(),
                expires,
                grants,
                networks: Networks::default(),
            }),
            _ => Err(problems),
        }
    }

    /// The nonce this form was rendered with; one made up is as good, once.
    pub fn nonce(&self) -> Result<Nonce, Problems> {
        let missing =
            || Problems::one("form", "This form was incomplete. Check it and send it again");
        Nonce::parse(&self.nonce).ok_or_else(missing)
    }

    fn choice(&self) -> Result<Choice, String> {
        let again = || "Choose when it expires".to_owned();
        match self.expires.as_str() {
            "never" => Ok(Choice::Never),
            "custom" => {
                let day = NaiveDate::parse_from_str(self.until.trim(), "%Y-%m-%d");
                day.map(Choice::LastDay).map_err(|_| "Choose a day, such as 2027-02-20".to_owned())
            }
            days => days.parse().map(Choice::InDays).map_err(|_| again()),
        }
    }

    fn grants(&self, catalogue: &Catalogue) -> Result<Grants, String> {
        let mut grants = Grants::default();
        for (key, level) in self.levels.iter().filter(|(_, level)| *level != "none") {
            let gone = || {
                "A service in this form is not offered here (any more). Check the list".to_owned()
            };
            let service = catalogue.service(key).ok_or_else(gone)?;
            grants.grant(service.key.clone(), Grant::Access(granted(service, level)?));
        }
        if grants.is_empty() {
            return Err("Choose at least one service".to_owned());
        }
        Ok(grants)
    }

    /// What is granted so far, mistakes left out: for the summary beside the form.
    pub fn summary(&self, catalogue: &Catalogue) -> Summary {
        let mut grants = Grants::default();
        for (key, level) in &self.levels {
            let Some(service) = catalogue.service(key) else { continue };
            if let Ok(access) = granted(service, level) {
                grants.grant(service.key.clone(), Grant::Access(access));
            }
        }
        grants.summary(catalogue)
    }

    /// The end that is chosen, in words; `None` while it is no good.
    pub fn works_until(&self, policy: &Policy, now: Now) -> Option<String> {
        let expiry = policy.expiry(self.choice().ok()?, now).ok()?;
        Some(expiry.last_day().map_or("You revoke it".to_owned(), text_day))
    }

    /// The radio buttons, a row for each service.
    pub fn rows(&self, catalogue: &Catalogue) -> Vec<Row> {
        let row = |service: &Service| {
            let level = self.levels.get(service.key.as_str()).map_or("none", String::as_str);
            Row {
                key: service.key.as_str().to_owned(),
                name: service.name.clone(),
                description: service.description.clone(),
                read: level == "read",
                write: level == "write" && service.highest == Access::ReadWrite,
                writable: service.highest == Access::ReadWrite,
            }
        };
        catalogue.services().iter().map(row).collect()
    }

    /// The choices of when it expires, each with the day it means.
    pub fn choices(&self, policy: &Policy, now: Now) -> Vec<ExpiryOption> {
        let days = policy.presets().into_iter().map(|days| {
            let words = match days {
                1 => "In 1 day".to_owned(),
                365 => "In 1 year".to_owned(),
                days => format!("In {days} days"),
            };
            (days.to_string(), format!("{words} ({})", text_day(day_in(now, days))))
        });
        let custom = ("custom".to_owned(), "On a date I choose".to_owned());
        let never = ("never".to_owned(), "Never".to_owned());
        let never = policy.never_allowed.then_some(never);
        let all = days.chain([custom]).chain(never);
        all.map(|(value, label)| ExpiryOption { selected: value == self.expires, value, label })
            .collect()
    }
}

fn granted(service: &Service, level: &str) -> Result<Access, String> {
    match level {
        "read" => Ok(Access::Read),
        "write" if service.highest == Access::ReadWrite => Ok(Access::ReadWrite),
        "write" => Err(format!("{} can be read, not written", service.name)),
        _ => Err(format!("Choose None, Read or Read & write for {}", service.name)),
    }
}

/// One service in the form.
pub struct Row {
    pub key: String,
    pub name: String,
    pub description: String,
    pub read: bool,
    pub write: bool,
    pub writable: bool,
}

/// One choice of when the token expires.
pub struct ExpiryOption {
    pub value: String,
    pub label: String,
    pub selected: bool,
}
