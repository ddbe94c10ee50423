//! The refused calls of a token, and what its owner can do about each.

use super::form::Under;
use crate::domain::access::Access;
use crate::domain::grants::Grant;
use crate::domain::policy::Edits;
use crate::domain::refused_call::{Reason, RefusedCall};
use crate::domain::token::Token;
use crate::domain::verdict::{Need, What};
use crate::domain::widening::{Widening, widening};
use crate::web::local::encode;
use crate::web::words::{Here, Moment, plural};

/// One line of them.
pub struct Line {
    pub words: &'static str,
    /// Service and access, by name where they have one.
    pub asked: String,
    pub at: Moment,
    /// How often, from where, by what.
    pub detail: String,
    pub agent: String,
    pub remedy: Remedy,
}

pub enum Remedy {
    Link { href: String, words: String },
    Words(String),
}

impl Line {
    pub fn of(call: &RefusedCall, token: &Token, under: Under<'_>, here: Here) -> Self {
        let from = call.address.map(|address| format!(", from {address}"));
        let times = if call.count == 1 { "Once".to_owned() } else { plural(call.count, "time") };
        Self {
            words: call.reason.words(),
            asked: asked(call, under),
            at: Moment::past(call.at, here),
            detail: format!("{times}{}", from.unwrap_or_default()),
            agent: call.agent.clone(),
            remedy: remedy(call, token, under),
        }
    }
}

fn need(call: &RefusedCall) -> Option<Need> {
    Need::of_scope(&format!("{}:{}", call.service, call.what))
}

/// "Read & write of Builds"; what the catalogue doesn't know is quoted as it was sent.
fn asked(call: &RefusedCall, under: Under<'_>) -> String {
    let service = under.catalogue.service(&call.service);
    let what = match need(call).map(|need| need.what) {
        Some(What::Access(Access::Read)) => "Read".to_owned(),
        Some(What::Access(Access::ReadWrite)) => "Read & write".to_owned(),
        Some(What::Method(key)) => {
            let method = service.and_then(|service| service.method(&key));
            method.map_or_else(|| format!("“{key}”"), |method| method.name.clone())
        }
        None => "Something".to_owned(),
    };
    let service = service.map_or_else(|| format!("“{}”", call.service), |known| known.name.clone());
    format!("{what} of {service}")
}

fn remedy(call: &RefusedCall, token: &Token, under: Under<'_>) -> Remedy {
    let own = |rest: &str| format!("{}/{}{rest}", under.list, token.id.as_str());
    let link = |href, words: &str| Remedy::Link { href, words: words.to_owned() };
    let words = |words: &str| Remedy::Words(words.to_owned());
    let (now, renews) = (under.here.now, under.policy.may_generate(under.role));
    match call.reason {
        Reason::TooNarrow => too_narrow(call, token, under),
        Reason::Elsewhere if token.networks.is_anywhere() => {
            words("By now it works from anywhere.")
        }
        Reason::Elsewhere => link("#networks".to_owned(), "Look at the allowed addresses"),
        Reason::Expired | Reason::Unused if !token.has_ended(now) => {
            words("By now it works again.")
        }
        Reason::Expired | Reason::Unused if renews => link(own("/secret"), "Regenerate it"),
        Reason::Expired | Reason::Unused => words("Your role doesn’t let you regenerate it."),
        Reason::FormerValue => words("Give the program the present value."),
        Reason::Paused if token.paused.is_none() => words("By now it works again."),
        Reason::Paused => link(own("/pause"), "Resume it"),
        Reason::OwnerDisabled => words("By now your account is enabled again."),
        Reason::TooOften if token.per_minute.is_some() => {
            link("#per_minute".to_owned(), "Look at its requests a minute")
        }
        Reason::TooOften => words("The service lets no token ask more often than that."),
        Reason::UnknownService | Reason::UnknownMethod => {
            words("Tell your operator: the gateway asks for something that isn’t offered here.")
        }
    }
}

fn too_narrow(call: &RefusedCall, token: &Token, under: Under<'_>) -> Remedy {
    let Some(need) = need(call) else { return Remedy::Words(String::new()) };
    let widening = match widening(&token.grants, &need, under.catalogue, under.ceiling) {
        Ok(widening) if widening.is_granted => {
            return Remedy::Words("By now it is granted.".to_owned());
        }
        Ok(widening) => widening,
        Err(reason) if was_granted(token, &need, under) => {
            return Remedy::Words(format!("What was granted is out of reach now: {reason}."));
        }
        Err(reason) => return Remedy::Words(format!("It can’t be granted: {reason}.")),
    };
    let id = token.id.as_str();
    match under.policy.edits_of(under.role) {
        Edits::Any => Remedy::Link {
            href: format!("{}/{id}?widen={}", under.list, encode(&need.scope())),
            words: "Mark it in the form".to_owned(),
        },
        _ if under.policy.may_generate(under.role) => Remedy::Link {
            href: format!("{}/new?from={id}&{}", under.list, widening_query(&widening)),
            words: "Generate a token that may".to_owned(),
        },
        _ => Remedy::Words(
            "Your role lets you narrow a token, not widen it: ask whoever gives out roles here."
                .to_owned(),
        ),
    }
}

/// Whether it was granted more of this service than it can do now.
fn was_granted(token: &Token, need: &Need, under: Under<'_>) -> bool {
    under.catalogue.service(&need.service).is_some_and(|service| {
        let granted = token.grants.of(&service.key);
        granted.is_some_and(|grant| Some(grant) != grant.within(service, under.ceiling).as_ref())
    })
}

/// As a link to the form of a new token has it.
fn widening_query(widening: &Widening) -> String {
    let key = widening.service.as_str();
    match &widening.grant {
        Grant::Access(access) => format!("{}={key}", access.needed()),
        methods => format!("methods={}", encode(&format!("{key}:{methods}"))),
    }
}
