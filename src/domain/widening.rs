//! What a token would have to be granted besides, so that a call it was refused passes.

use std::collections::BTreeSet;

use super::access::Access;
use super::catalogue::{Catalogue, Service, ServiceKey};
use super::ceiling::Ceiling;
use super::grants::{Grant, Grants};
use super::verdict::{Need, What};

impl Need {
    /// Reads what a refusal names: `builds:write`, `builds:jobs.retry`.
    pub fn of_scope(scope: &str) -> Option<Self> {
        let (service, what) = scope.split_once(':')?;
        let what = match what {
            "" => return None,
            "read" => What::Access(Access::Read),
            "write" => What::Access(Access::ReadWrite),
            key => What::Method(key.to_owned()),
        };
        Some(Self { service: service.to_owned(), what })
    }
}

/// A grant to be made in the place of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widening {
    pub service: ServiceKey,
    pub grant: Grant,
    /// Whether it opens no more than is granted already.
    pub is_granted: bool,
}

/// The least that opens what is granted and the need as well; or, in words, why the token of such a person
/// can't have it.
pub fn widening(
    granted: &Grants,
    need: &Need,
    catalogue: &Catalogue,
    of: Ceiling<'_>,
) -> Result<Widening, String> {
    let gone = || "There is no such service here (any more)".to_owned();
    let service = catalogue.service(&need.service).ok_or_else(gone)?;
    let now = granted.of(&service.key).and_then(|grant| grant.within(service, of));
    let grant = widened(now.as_ref(), &need.what, service, of)?;
    let is_granted = now.is_some_and(|now| now == grant);
    Ok(Widening { service: service.key.clone(), grant, is_granted })
}

fn widened(
    now: Option<&Grant>,
    need: &What,
    service: &Service,
    of: Ceiling<'_>,
) -> Result<Grant, String> {
    let name = &service.name;
    if let Some(reason) = service.closed_to(of) {
        return Err(reason);
    }
    let highest = service.ceiling(of).unwrap_or(Access::Read);
    match need {
        What::Access(access) if *access > highest => {
            Err(service.held_down(of).unwrap_or_else(|| format!("{name} can be read, not written")))
        }
        What::Access(access) => Ok(Grant::Access(match now {
            None => *access,
            Some(Grant::Access(now)) => *now.max(access),
            // One access for all takes the place of single methods, and none of these may be lost.
            Some(Grant::Methods(keys)) => {
                let methods = service.methods.iter().filter(|method| keys.contains(&method.key));
                methods.map(|method| method.access).fold(*access, Access::max)
            }
        })),
        What::Method(key) => with_method(now, key, service, of),
    }
}

/// The same for one method.
fn with_method(
    now: Option<&Grant>,
    key: &str,
    service: &Service,
    of: Ceiling<'_>,
) -> Result<Grant, String> {
    let gone = || format!("{} has no such method (any more)", service.name);
    let method = service.method(key).ok_or_else(gone)?;
    if !service.ceiling(of).is_some_and(|ceiling| service.opens(method, ceiling)) {
        let held = service.held_down(of).filter(|_| service.opens(method, service.highest));
        return Err(held.unwrap_or_else(|| format!("{} is not for tokens", method.name)));
    }
    let mut keys = BTreeSet::from([method.key.clone()]);
    match now {
        Some(Grant::Access(now)) => return Ok(Grant::Access(*now.max(&method.access))),
        Some(Grant::Methods(now)) => keys.extend(now.iter().cloned()),
        None => {}
    }
    Ok(Grant::Methods(keys))
}

#[cfg(test)]
#[path = "widening_tests.rs"]
mod tests;
