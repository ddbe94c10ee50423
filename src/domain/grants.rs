//! What a token was granted: services with an access each, and their one textual form ("builds:read-write git:read").

use std::collections::BTreeMap;

use super::access::Access;
use super::catalogue::{Catalogue, ServiceKey};

/// Services with the access granted to each, by service key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants(BTreeMap<ServiceKey, Access>);

impl Grants {
    pub fn grant(&mut self, service: ServiceKey, access: Access) {
        self.0.insert(service, access);
    }

    pub fn of(&self, service: &ServiceKey) -> Option<Access> {
        self.0.get(service).copied()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ServiceKey, Access)> {
        self.0.iter().map(|(service, access)| (service, *access))
    }

    /// These grants cut down to what the services offer now: gone services drop out, narrower ones narrow.
    pub fn within(&self, catalogue: &Catalogue) -> Self {
        let offered = |(key, access): (&ServiceKey, Access)| {
            let service = catalogue.service(key.as_str())?;
            Some((key.clone(), access.min(service.highest)))
        };
        Self(self.iter().filter_map(offered).collect())
    }

    /// These grants in the words that people read: services by name, in the catalogue's order.
    pub fn summary(&self, catalogue: &Catalogue) -> Summary {
        let named = |wanted: Access| {
            let services = catalogue.services().iter();
            let granted = services.filter(|service| self.of(&service.key) == Some(wanted));
            granted.map(|service| service.name.clone()).collect::<Vec<_>>()
        };
        let (read_write, read) = (named(Access::ReadWrite), named(Access::Read));
        let services = catalogue.services().len();
        let closed = services - read_write.len() - read.len();
        Summary { read_write, read, closed, services }
    }

    /// Reads the textual form, as stored. `None` when it isn't one.
    pub fn parse(text: &str) -> Option<Self> {
        let grant = |word: &str| {
            let (service, access) = word.split_once(':')?;
            let access = match access {
                "read" => Access::Read,
                "read-write" => Access::ReadWrite,
                _ => return None,
            };
            Some((ServiceKey::parse(service).ok()?, access))
        };
        text.split_ascii_whitespace().map(grant).collect::<Option<_>>().map(Self)
    }
}

/// What a token can do, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub read_write: Vec<String>,
    pub read: Vec<String>,
    /// How many services it opens nothing of, out of how many there are.
    pub closed: usize,
    pub services: usize,
}

impl std::fmt::Display for Grants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, (service, access)) in self.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{}:{}", service.as_str(), access.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_written_and_read_alike() {
        let text = "builds:read-write git:read";
        let grants = Grants::parse(text).expect("grants");
        assert_eq!(grants.to_string(), text);
        let git = ServiceKey::parse("git").expect("a key");
        assert_eq!(grants.of(&git), Some(Access::Read));
        assert!(Grants::parse("").expect("nothing").is_empty());
        for bad in ["git", "git:write", "git:READ", "Git:read", "git:read:read"] {
            assert!(Grants::parse(bad).is_none(), "{bad}");
        }
    }
}
