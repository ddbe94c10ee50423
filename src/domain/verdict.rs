//! May this token do this? The one place that says so, whatever the transport.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::access::Access;
use super::catalogue::Catalogue;
use super::grants::Grant;
use super::limit::Quotas;
use super::paths::RequestPath;
use super::secret::Digest;
use super::standing::Standing;
use super::time::Now;
use super::token::Token;
use super::user::User;

/// What a request needs of a service, by the key that was asked for.
#[derive(Clone, Debug)]
pub struct Need {
    pub service: String,
    pub what: What,
}

/// An access, or one method by its key.
#[derive(Clone, Debug)]
pub enum What {
    Access(Access),
    Method(String),
}

impl Need {
    /// What a request of this HTTP method needs of a service that the gateway names.
    pub fn of_service(service: &str, method: &str) -> Self {
        let what = What::Access(Access::implied(method));
        Self { service: service.to_owned(), what }
    }

    /// What an original request needs, as the catalogue's paths say. `target` is a path and perhaps a query.
    pub fn of_request(method: &str, target: &str, catalogue: &Catalogue) -> Result<Self, Denial> {
        let path = RequestPath::read(target).map_err(Denial::Malformed)?;
        let found = catalogue.find(method, path).map_err(Denial::Malformed)?;
        let (service, found) = found.ok_or(Denial::UnknownPath)?;
        let need = Self::of_service(service.key.as_str(), method);
        Ok(match found {
            Some(found) => Self { what: What::Method(found.key.as_str().to_owned()), ..need },
            None => need,
        })
    }

    /// Whether no token can be granted it, whoever its owner is.
    pub fn is_closed(&self, catalogue: &Catalogue) -> bool {
        let Some(service) = catalogue.service(&self.service) else { return false };
        let is_closed = match &self.what {
            What::Access(access) => *access > service.highest,
            What::Method(key) => {
                service.method(key).is_some_and(|method| !service.opens(method, service.highest))
            }
        };
        is_closed || !service.personal_tokens
    }

    /// As a refusal names it: `builds:write`, `builds:jobs.retry`.
    pub fn scope(&self) -> String {
        let what = match &self.what {
            What::Access(access) => access.needed(),
            What::Method(key) => key,
        };
        format!("{}:{what}", self.service)
    }
}

/// A presented value together with its owner, as they are now.
#[derive(Clone, Debug)]
pub struct Holder {
    pub token: Standing,
    pub owner: Arc<User>,
}

/// All there is to know of a presented value.
#[derive(Clone, Debug)]
pub struct Known {
    pub token: Token,
    pub owner: User,
    /// Where it is a former value: until when it works.
    pub until: Option<DateTime<Utc>>,
}

impl Known {
    /// As much of it as a decision needs.
    pub fn holder(&self, digest: Digest) -> Holder {
        self.clone().into_holder(digest)
    }

    /// The same without what pages need besides.
    pub fn into_holder(self, digest: Digest) -> Holder {
        let token = Standing::of(self.token, digest, self.until);
        Holder { token, owner: Arc::new(self.owner) }
    }
}

impl Holder {
    /// When the presented value stops, if that is within so many days: of zero days, never while it works. The end for want of
    /// use doesn't count: who hears of it has just put it off.
    pub fn ends_within(&self, days: u32, now: Now) -> Option<DateTime<Utc>> {
        let end = self.token.expiry.at()?;
        let soon = now.at().checked_add_signed(TimeDelta::days(i64::from(days)));
        soon.is_none_or(|soon| end <= soon).then_some(end)
    }
}

/// Why a request is turned away (RFC 6750, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    NoCredentials,
    /// The request is not one that can be understood, in words for its sender.
    Malformed(&'static str),
    /// Unknown, expired, paused, revoked or its owner disabled: one answer for all, so that a stranger learns nothing.
    Invalid,
    TooNarrow,
    /// The token works, but not from this address.
    Elsewhere,
    /// The gateway asks about a service that the catalogue doesn't have.
    UnknownService,
    /// The service has no such method.
    UnknownMethod,
    /// The gateway names no service, and no path of the catalogue is that of the original request.
    UnknownPath,
    /// It may, but not so often.
    Limited(Quotas),
}

/// What has to hold of a token before it is asked what it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    NotRevoked,
    NotEnded,
    NotPaused,
    OwnerEnabled,
}

impl Check {
    pub const ALL: [Self; 4] =
        [Self::NotRevoked, Self::NotEnded, Self::NotPaused, Self::OwnerEnabled];

    pub fn holds(self, holder: &Holder, now: Now) -> bool {
        match self {
            Self::NotRevoked => !holder.token.revoked,
            Self::NotEnded => holder.token.end().is_none_or(|end| now.at() < end),
            Self::NotPaused => !holder.token.paused,
            Self::OwnerEnabled => holder.owner.disabled.is_none(),
        }
    }
}

/// Whether the token works at all, now and from there.
pub fn alive(holder: &Holder, address: Option<IpAddr>, now: Now) -> Result<(), Denial> {
    works(holder, now)?;
    comes_from(holder, address)
}

pub(super) fn works(holder: &Holder, now: Now) -> Result<(), Denial> {
    let holds = Check::ALL.into_iter().all(|check| check.holds(holder, now));
    holds.then_some(()).ok_or(Denial::Invalid)
}

pub(super) fn comes_from(holder: &Holder, address: Option<IpAddr>) -> Result<(), Denial> {
    let bound = holder.token.networks.as_ref();
    let here = bound.is_none_or(|networks| networks.allow(address));
    here.then_some(()).ok_or(Denial::Elsewhere)
}

/// Whether a working token covers the need: as granted, cut down to what its owner may do and the service offers now.
pub fn covers(holder: &Holder, need: &Need, catalogue: &Catalogue) -> Result<(), Denial> {
    let service = catalogue.service(&need.service).ok_or(Denial::UnknownService)?;
    let granted = holder.token.grants.of(&service.key);
    let granted = granted.and_then(|grant| grant.within(service, holder.owner.ceiling()));
    let covered = match (&need.what, granted.ok_or(Denial::TooNarrow)) {
        (What::Access(needed), Ok(Grant::Access(access))) => access >= *needed,
        (What::Access(_), _) => false,
        (What::Method(key), granted) => {
            let method = service.method(key).ok_or(Denial::UnknownMethod)?;
            match granted? {
                Grant::Access(access) => service.opens(method, access),
                Grant::Methods(keys) => keys.contains(&method.key),
            }
        }
    };
    covered.then_some(()).ok_or(Denial::TooNarrow)
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
