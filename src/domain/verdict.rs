//! May this token do this? The one place that says so, whatever the transport.

use std::net::IpAddr;
use std::sync::Arc;

use super::access::Access;
use super::catalogue::Catalogue;
use super::grants::Grant;
use super::standing::Standing;
use super::time::Now;
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
    pub token: Arc<Standing>,
    pub owner: Arc<User>,
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
}

/// Whether the token works at all, now and from there.
pub fn alive(found: Option<Holder>, address: Option<IpAddr>, now: Now) -> Result<Holder, Denial> {
    let works = |holder: &Holder| holder.token.is_live(now) && holder.owner.disabled.is_none();
    let holder = found.filter(works).ok_or(Denial::Invalid)?;
    let bound = holder.token.networks.as_ref();
    let here = bound.is_none_or(|networks| networks.allow(address));
    here.then_some(holder).ok_or(Denial::Elsewhere)
}

/// Whether a working token covers the need: as granted, cut down to what its owner may do and the service offers now.
pub fn covers(holder: &Holder, need: &Need, catalogue: &Catalogue) -> Result<(), Denial> {
    let service = catalogue.service(&need.service).ok_or(Denial::UnknownService)?;
    let granted = holder.token.grants.of(&service.key);
    let granted = granted.and_then(|grant| grant.within(service, holder.owner.role));
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
