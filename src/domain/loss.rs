//! What a token was granted and can't do now, and why.

use super::access::Access;
use super::catalogue::{Catalogue, MethodKey, Service};
use super::ceiling::Ceiling;
use super::grants::{Grant, Grants};

impl Grants {
    /// A phrase for each service of which less is left than was granted, in words for the token's owner. None where
    /// the token does all that it was granted.
    pub fn losses(&self, catalogue: &Catalogue, of: Ceiling<'_>) -> Vec<String> {
        let known = catalogue.services().iter();
        let known = known.filter_map(|service| loss(service, self.of(&service.key)?, of));
        let keys = self.iter().map(|(key, _)| key.as_str());
        let gone = keys.filter(|key| catalogue.service(key).is_none());
        known.chain(gone.map(|key| format!("“{key}” is no longer offered here"))).collect()
    }
}

fn loss(service: &Service, granted: &Grant, of: Ceiling<'_>) -> Option<String> {
    let left = granted.within(service, of);
    if left.as_ref() == Some(granted) {
        return None;
    }
    let reason = match (granted, left) {
        _ if service.closed_to(of).is_some() => service.closed_to(of)?,
        (Grant::Access(_), _) => {
            service.held_down(of).unwrap_or_else(|| "Can only be read".to_owned())
        }
        (Grant::Methods(keys), left) => {
            let is_left = |key: &&MethodKey| match &left {
                Some(Grant::Methods(left)) => left.contains(*key),
                _ => false,
            };
            lost(service, keys.iter().filter(|key| !is_left(key)), of)
        }
    };
    Some(format!("{}: {}", service.name, within_a_sentence(&reason)))
}

fn within_a_sentence(reason: &str) -> String {
    let (first, rest) = reason.split_at(reason.chars().next().map_or(0, char::len_utf8));
    first.to_lowercase() + rest
}

/// Methods that are gone, or that need more than there is to be had.
fn lost<'a>(
    service: &Service,
    keys: impl Iterator<Item = &'a MethodKey>,
    of: Ceiling<'_>,
) -> String {
    let keys: Vec<&MethodKey> = keys.collect();
    let method = |key: &MethodKey| service.method(key.as_str());
    let held = |key: &&MethodKey| {
        method(key).is_some_and(|m| m.personal_tokens && m.access == Access::ReadWrite)
    };
    let reason = service.held_down(of).filter(|_| keys.iter().any(held));
    let names = keys.iter().map(|key| method(key).map_or(key.as_str(), |m| m.name.as_str()));
    let names = names.collect::<Vec<_>>().join(", ");
    match reason {
        Some(reason) => format!("{reason}, so not {names}"),
        None => format!("Not {names} any more"),
    }
}
