//! What commands say: people and tokens as JSON, with names that are documented and stay.

use std::collections::BTreeMap;
use std::io::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::Stop;
use crate::domain::catalogue::Catalogue;
use crate::domain::identity::Identity;
use crate::domain::limit::PerMinute;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::domain::user::{Email, User};
use crate::manage::service_accounts::Overview;

/// Nobody's password, no session.
#[derive(Serialize)]
pub struct PersonTold<'a> {
    id: &'a str,
    name: &'a str,
    display_name: &'a str,
    email: Option<&'a str>,
    role: &'static str,
    /// Keys; also of teams that the file has no more.
    teams: Vec<&'a str>,
    zone: &'static str,
    created: String,
    disabled: Option<String>,
    /// Where one person was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    identities: Option<Vec<IdentityTold<'a>>>,
}

/// Who somebody is at the identity provider.
#[derive(Serialize)]
struct IdentityTold<'a> {
    issuer: &'a str,
    subject: &'a str,
}

impl<'a> PersonTold<'a> {
    pub fn of(user: &'a User) -> Self {
        Self {
            id: user.id.as_str(),
            name: user.name.as_str(),
            display_name: user.display_name.as_str(),
            email: user.email.as_ref().map(Email::as_str),
            role: user.role.as_str(),
            teams: user.teams.iter().map(|key| key.as_str()).collect(),
            zone: user.zone.name(),
            created: rfc3339(user.created),
            disabled: user.disabled.map(rfc3339),
            identities: None,
        }
    }

    pub fn with(self, identities: &'a [Identity]) -> Self {
        let told = |of: &'a Identity| IdentityTold { issuer: &of.issuer, subject: &of.subject };
        Self { identities: Some(identities.iter().map(told).collect()), ..self }
    }
}

/// An owner of tokens that is no person.
#[derive(Serialize)]
pub struct AccountTold<'a> {
    id: &'a str,
    name: &'a str,
    display_name: &'a str,
    /// The key of the team that it belongs to.
    team: &'a str,
    /// Whether the file has that team.
    team_known: bool,
    live_tokens: usize,
    last_used: Option<String>,
    created: String,
    disabled: Option<String>,
}

impl<'a> AccountTold<'a> {
    pub fn of(seen: &'a Overview, now: Now) -> Self {
        let account = &seen.account;
        Self {
            id: account.id.as_str(),
            name: account.name.as_str(),
            display_name: account.display_name.as_str(),
            team: seen.owner.as_str(),
            team_known: seen.team.is_some(),
            live_tokens: seen.live(now),
            last_used: seen.last_use().map(rfc3339),
            created: rfc3339(account.created),
            disabled: account.disabled.map(rfc3339),
        }
    }
}

/// Never its value, nor the digest of that.
#[derive(Serialize)]
pub struct TokenTold<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    person: &'a str,
    hint: &'a str,
    state: &'static str,
    granted: String,
    /// What it may do now.
    access: String,
    /// Why that is less than was granted.
    losses: Vec<String>,
    networks: Vec<String>,
    per_minute: Option<u32>,
    created: String,
    renewed: String,
    /// When it ends by itself.
    expires: Option<String>,
    paused: Option<String>,
    revoked: Option<String>,
    last_used: Option<String>,
}

impl<'a> TokenTold<'a> {
    pub fn of(token: &'a Token, owner: &'a User, catalogue: &Catalogue, now: Now) -> Self {
        let networks = token.networks.to_string();
        Self {
            id: token.id.as_str(),
            name: token.name.as_str(),
            description: token.description.as_str(),
            person: owner.name.as_str(),
            hint: &token.hint,
            state: state(token, owner, now),
            granted: token.grants.to_string(),
            access: token.grants.within(catalogue, owner.ceiling()).to_string(),
            losses: token.grants.losses(catalogue, owner.ceiling()),
            networks: networks.split_whitespace().map(str::to_owned).collect(),
            per_minute: token.per_minute.map(PerMinute::get),
            created: rfc3339(token.created),
            renewed: rfc3339(token.renewed),
            expires: token.end().map(rfc3339),
            paused: token.paused.map(rfc3339),
            revoked: token.revoked.map(rfc3339),
            last_used: token.last_use.as_ref().map(|last| rfc3339(last.at)),
        }
    }
}

/// The first reason for which it is refused, or `live`.
pub fn state(token: &Token, owner: &User, now: Now) -> &'static str {
    if token.revoked.is_some() {
        "revoked"
    } else if token.has_ended(now) {
        "expired"
    } else if owner.disabled.is_some() {
        "owner-disabled"
    } else if token.paused.is_some() {
        "paused"
    } else {
        "live"
    }
}

/// A team, and how many are in it.
#[derive(Serialize)]
pub struct TeamTold<'a> {
    pub key: &'a str,
    /// `null` where the file has it no more.
    pub name: Option<&'a str>,
    pub known: bool,
    /// The most that it gives of each service.
    pub services: BTreeMap<&'a str, &'static str>,
    pub people: u64,
    /// Who is in it, where one team was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<&'a str>>,
}

pub fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// One document on standard output.
pub fn json(value: &impl Serialize) -> Result<(), Stop> {
    let text = serde_json::to_string_pretty(value);
    say(&(text.map_err(|e| Stop::Said(format!("writing JSON: {e}")))? + "\n"))
}

/// On standard output. A reader that has had enough, such as `head`, is no failure of ours to hide: it is said.
pub fn say(text: &str) -> Result<(), Stop> {
    let written = std::io::stdout().lock().write_all(text.as_bytes());
    written.map_err(|e| Stop::Said(format!("writing the answer: {e}")))
}

/// An array whose entries come page by page.
#[derive(Default)]
pub struct Array {
    begun: bool,
}

impl Array {
    pub fn add(&mut self, entry: &impl Serialize) -> Result<(), Stop> {
        let text = serde_json::to_string_pretty(entry);
        let text = text.map_err(|e| Stop::Said(format!("writing JSON: {e}")))?;
        let before = if self.begun { ",\n" } else { "[\n" };
        self.begun = true;
        say(&format!("{before}  {}", text.replace('\n', "\n  ")))
    }

    pub fn end(self) -> Result<(), Stop> {
        say(if self.begun { "\n]\n" } else { "[]\n" })
    }
}
