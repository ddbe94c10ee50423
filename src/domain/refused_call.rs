//! Calls with a token that were refused, as its owner is told of them. Who called learns none of this.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::client::Client;
use super::text;
use super::time::Now;
use super::verdict::{Denial, Holder, Need, What};

/// Why a call with a known token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    TooNarrow,
    Elsewhere,
    Expired,
    Unused,
    FormerValue,
    Paused,
    OwnerDisabled,
    UnknownService,
    UnknownMethod,
    TooOften,
}

impl Reason {
    const ALL: [Self; 10] = [
        Self::TooNarrow,
        Self::Elsewhere,
        Self::Expired,
        Self::Unused,
        Self::FormerValue,
        Self::Paused,
        Self::OwnerDisabled,
        Self::UnknownService,
        Self::UnknownMethod,
        Self::TooOften,
    ];

    /// `None` where there is nothing to tell: a revoked token has no page any more.
    pub fn of(denial: Denial, holder: &Holder, now: Now) -> Option<Self> {
        let token = &holder.token;
        match denial {
            Denial::TooNarrow => Some(Self::TooNarrow),
            Denial::Elsewhere => Some(Self::Elsewhere),
            Denial::UnknownService => Some(Self::UnknownService),
            Denial::UnknownMethod => Some(Self::UnknownMethod),
            Denial::Limited(_) => Some(Self::TooOften),
            Denial::NoCredentials | Denial::Malformed(_) | Denial::UnknownPath => None,
            Denial::Invalid if token.revoked => None,
            Denial::Invalid if holder.owner.disabled.is_some() => Some(Self::OwnerDisabled),
            Denial::Invalid if token.expiry.is_past(now) && token.former => Some(Self::FormerValue),
            Denial::Invalid if token.expiry.is_past(now) => Some(Self::Expired),
            Denial::Invalid if token.is_spent(now) => Some(Self::Unused),
            Denial::Invalid => token.paused.then_some(Self::Paused),
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooNarrow => "too_narrow",
            Self::Elsewhere => "elsewhere",
            Self::Expired => "expired",
            Self::Unused => "unused",
            Self::FormerValue => "former_value",
            Self::Paused => "paused",
            Self::OwnerDisabled => "owner_disabled",
            Self::UnknownService => "unknown_service",
            Self::UnknownMethod => "unknown_method",
            Self::TooOften => "too_often",
        }
    }

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::TooNarrow => "Not granted",
            Self::Elsewhere => "From an address that isn’t allowed",
            Self::Expired => "It had expired",
            Self::Unused => "It had ended for want of use",
            Self::FormerValue => "A former value that had stopped",
            Self::Paused => "It was paused",
            Self::OwnerDisabled => "Your account was disabled",
            Self::UnknownService => "No such service here",
            Self::UnknownMethod => "The service has no such method",
            Self::TooOften => "Used too often",
        }
    }
}

/// Calls that were refused for the same reason, from the same address, with the same need: how many, and the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedCall {
    pub at: DateTime<Utc>,
    pub count: u64,
    pub reason: Reason,
    pub service: String,
    /// `read`, `write` or a method's key.
    pub what: String,
    pub address: Option<IpAddr>,
    /// Of the last one.
    pub agent: String,
}

impl RefusedCall {
    /// Longer keys than these no catalogue has; what a gateway asked for may be anything.
    const LONGEST: usize = 60;

    pub fn new(reason: Reason, need: &Need, client: &Client, now: Now) -> Self {
        Self {
            at: now.at(),
            count: 1,
            reason,
            service: text::visible(&need.service, Self::LONGEST).into(),
            what: text::visible(what(need), Self::LONGEST).into(),
            address: client.address,
            agent: client.agent().to_owned(),
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        self.reason == other.reason
            && self.address == other.address
            && self.service == other.service
            && self.what == other.what
    }
}

fn what(need: &Need) -> &str {
    match &need.what {
        What::Access(access) => access.needed(),
        What::Method(key) => key,
    }
}

/// The refused calls of one token, the last ones first: as many as a page shows, whatever is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedCalls(Vec<RefusedCall>);

impl RefusedCalls {
    pub const MOST: usize = 20;

    /// From what was stored, in no order.
    pub fn new(calls: impl IntoIterator<Item = RefusedCall>) -> Self {
        let mut all = Self::default();
        calls.into_iter().for_each(|call| all.add(call));
        all
    }

    pub fn add(&mut self, mut call: RefusedCall) {
        if let Some(place) = self.0.iter().position(|known| known.is_like(&call)) {
            let known = self.0.remove(place);
            let count = known.count.saturating_add(call.count);
            call = if known.at > call.at { known } else { call };
            call.count = count;
        }
        let place = self.0.partition_point(|known| known.at > call.at);
        self.0.insert(place, call);
        self.0.truncate(Self::MOST);
    }

    pub fn merge(&mut self, others: Self) {
        others.0.into_iter().for_each(|call| self.add(call));
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &RefusedCall> {
        self.0.iter()
    }

    /// When the last one was.
    pub fn last_at(&self) -> Option<DateTime<Utc>> {
        self.0.first().map(|call| call.at)
    }
}

#[cfg(test)]
#[path = "refused_call_tests.rs"]
mod tests;
