//! `[policy]`: what the operator allows.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::table;
use crate::config::file::{Mistakes, Section};
use crate::domain::policy::{Edits, Policy};
use crate::domain::user::Role;

/// The longest that a former value may go on, in hours.
const MOST_OVERLAP: u32 = 24 * 30;

pub fn read(value: Option<&Spanned<DeValue<'_>>>, m: &mut Mistakes) -> Option<Policy> {
    let mut policy = Policy::default();
    let Some(value) = value else { return Some(policy) };
    let mut section = table("policy", value, m)?;
    lives(&mut policy, &mut section, m);
    if let Some((most, span)) = section.count("tokens_per_person", m) {
        policy.tokens_per_person = most;
        if most == 0 || most > 10_000 {
            m.at(span, "tokens_per_person is 1 to 10000");
        }
    }
    if let Some((text, span)) = section.text("generate", m) {
        policy.generate = m.keep(span, generate(&text)).unwrap_or(policy.generate);
    }
    if let Some((text, span)) = section.text("edits", m) {
        policy.edits = m.keep(span, edits(&text)).unwrap_or(policy.edits);
    }
    if let Some(asked) = section.switch("second_factor", m) {
        policy.second_factor = asked;
    }
    if let Some(texts) = section.texts("overlap", m) {
        let mut hours: Vec<u32> =
            texts.into_iter().filter_map(|(text, span)| m.keep(span, overlap(&text))).collect();
        hours.sort_unstable();
        hours.dedup();
        policy.overlap_hours = hours;
    }
    section.finish(m);
    Some(policy)
}

fn lives(policy: &mut Policy, section: &mut Section<'_, '_>, m: &mut Mistakes) {
    if let Some((days, _)) = days(section, "longest", m) {
        policy.longest_days = days;
        policy.default_days = policy.default_days.min(days);
    }
    if let Some((days, span)) = days(section, "default", m) {
        policy.default_days = days;
        if days > policy.longest_days {
            m.at(span, "default is longer than longest");
        }
    }
    if let Some(allowed) = section.switch("never", m) {
        policy.never_allowed = allowed;
    }
    policy.unused_days = days(section, "unused", m).map(|(days, _)| days);
    if let Some((text, span)) = section.text("expires_soon", m) {
        policy.soon_days = m.keep(span, soon(&text)).unwrap_or(policy.soon_days);
    }
}

fn soon(text: &str) -> Result<u32, String> {
    let days = text.strip_suffix('d').and_then(|days| days.trim().parse().ok());
    let days = days.filter(|days| *days <= Policy::MOST_DAYS);
    let most = Policy::MOST_DAYS;
    days.ok_or_else(|| {
        format!("expires_soon is a number of whole days up to {most}d, such as 7d; 0d is never")
    })
}

fn generate(text: &str) -> Result<Role, &'static str> {
    let role = Role::parse(text).filter(|role| *role != Role::Viewer);
    role.ok_or("generate is the least role that may generate tokens: “member” or “admin”")
}

fn edits(text: &str) -> Result<Edits, &'static str> {
    match text {
        "any" => Ok(Edits::Any),
        "narrow" => Ok(Edits::Narrow),
        "name" => Ok(Edits::Name),
        _ => Err("edits is “any”, “narrow” or “name”"),
    }
}

fn overlap(text: &str) -> Result<u32, String> {
    let hours = text.strip_suffix('h').and_then(|hours| hours.trim().parse().ok());
    let hours = hours.filter(|hours| (1..=MOST_OVERLAP).contains(hours));
    hours.ok_or_else(|| {
        format!(
            "overlap is a list of whole hours from 1h to {MOST_OVERLAP}h, such as [\"1h\", \"24h\"]"
        )
    })
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
