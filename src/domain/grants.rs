//! What a token was granted: services with an access or with single methods each, and their one textual form
//! ("builds:read-write deploys:list,start git:read").

use std::collections::{BTreeMap, BTreeSet};

use super::access::Access;
use super::catalogue::{Catalogue, MethodKey, Service, ServiceKey};
use super::ceiling::Ceiling;

/// What is granted of one service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Grant {
    Access(Access),
    /// These methods and nothing else. Never empty.
    Methods(BTreeSet<MethodKey>),
}

/// Services with what is granted of each, by service key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Grants(BTreeMap<ServiceKey, Grant>);

impl Grants {
    /// Every service with this access, each cut down to what such a person can be granted of it.
    pub fn everything(catalogue: &Catalogue, access: Access, of: Ceiling<'_>) -> Self {
        let keys = catalogue.services().iter().map(|service| service.key.clone());
        Self(keys.map(|key| (key, Grant::Access(access))).collect()).within(catalogue, of)
    }

    pub fn grant(&mut self, service: ServiceKey, grant: Grant) {
        self.0.insert(service, grant);
    }

    pub fn of(&self, service: &ServiceKey) -> Option<&Grant> {
        self.0.get(service)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ServiceKey, &Grant)> {
        self.0.iter()
    }

    /// These grants cut down to what the services offer now to the token of such a person: gone services
    /// drop out, narrower ones narrow.
    pub fn within(&self, catalogue: &Catalogue, of: Ceiling<'_>) -> Self {
        let offered = |(key, grant): (&ServiceKey, &Grant)| {
            let service = catalogue.service(key.as_str())?;
            Some((key.clone(), grant.within(service, of)?))
        };
        Self(self.iter().filter_map(offered).collect())
    }

    /// Whether these open anything that `others` don't.
    pub fn widen(&self, others: &Self, catalogue: &Catalogue) -> bool {
        self.iter().any(|(key, grant)| match others.of(key) {
            None => true,
            Some(other) => !other.includes(grant, catalogue.service(key.as_str())),
        })
    }

    /// How much they open, to be compared: services to write, services to read, single methods.
    pub fn reach(&self) -> (usize, usize, usize) {
        let mut reach = (0, 0, 0);
        for grant in self.0.values() {
            match grant {
                Grant::Access(Access::ReadWrite) => reach.0 += 1,
                Grant::Access(Access::Read) => reach.1 += 1,
                Grant::Methods(keys) => reach.2 += keys.len(),
            }
        }
        reach
    }

    /// These grants in the words that people read: services by name, in the catalogue's order.
    pub fn summary(&self, catalogue: &Catalogue) -> Summary {
        let mut summary = Summary { services: catalogue.services().len(), ..Summary::default() };
        for service in catalogue.services() {
            match self.of(&service.key) {
                Some(Grant::Access(Access::ReadWrite)) => {
                    summary.read_write.push(service.name.clone());
                }
                Some(Grant::Access(Access::Read)) => summary.read.push(service.name.clone()),
                Some(Grant::Methods(keys)) => {
                    let named = service.methods.iter().filter(|method| keys.contains(&method.key));
                    let names = named.map(|method| method.name.clone()).collect();
                    summary.methods.push((service.name.clone(), names));
                }
                None => summary.closed += 1,
            }
        }
        summary
    }

    /// Reads the textual form, as stored. `None` when it isn't one.
    pub fn parse(text: &str) -> Option<Self> {
        let grant = |word: &str| {
            let (service, grant) = word.split_once(':')?;
            Some((ServiceKey::parse(service).ok()?, Grant::parse(grant)?))
        };
        let mut grants = Self::default();
        for word in text.split_ascii_whitespace() {
            let (service, grant) = grant(word)?;
            // Named twice, it would be a matter of luck which one counts.
            if grants.0.insert(service, grant).is_some() {
                return None;
            }
        }
        Some(grants)
    }
}

impl Grant {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "read" => Some(Self::Access(Access::Read)),
            "read-write" => Some(Self::Access(Access::ReadWrite)),
            keys => {
                let keys = keys.split(',').map(|key| MethodKey::parse(key).ok());
                keys.collect::<Option<_>>().map(Self::Methods)
            }
        }
    }

    /// What is left of it for the token of such a person; `None` for nothing.
    pub fn within(&self, service: &Service, of: Ceiling<'_>) -> Option<Self> {
        let ceiling = service.ceiling(of)?;
        match self {
            Self::Access(access) => Some(Self::Access((*access).min(ceiling))),
            Self::Methods(keys) => {
                let open = |key: &&MethodKey| {
                    let method = service.method(key.as_str());
                    method.is_some_and(|method| service.opens(method, ceiling))
                };
                let left: BTreeSet<_> = keys.iter().filter(open).cloned().collect();
                (!left.is_empty()).then_some(Self::Methods(left))
            }
        }
    }

    /// Whether everything that `other` opens is open under this one. A service that is gone tells nothing of its
    /// methods.
    fn includes(&self, other: &Self, service: Option<&Service>) -> bool {
        match (self, other) {
            (Self::Access(mine), Self::Access(theirs)) => mine >= theirs,
            (Self::Methods(mine), Self::Methods(theirs)) => mine.is_superset(theirs),
            (Self::Methods(_), Self::Access(_)) => false,
            (Self::Access(mine), Self::Methods(theirs)) => theirs.iter().all(|key| {
                let method = service.and_then(|service| service.method(key.as_str()));
                method.is_some_and(|method| method.access <= *mine)
            }),
        }
    }
}

/// What a token can do, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub read_write: Vec<String>,
    pub read: Vec<String>,
    /// Services of which single methods are granted, with the names of those.
    pub methods: Vec<(String, Vec<String>)>,
    /// How many services it opens nothing of, out of how many there are.
    pub closed: usize,
    pub services: usize,
}

impl std::fmt::Display for Summary {
    /// "Read & write Builds, Packages. Read Git. Selected methods of Deployments: List, Start".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let levels = [("Read & write", &self.read_write), ("Read", &self.read)];
        let levels = levels.into_iter().filter(|(_, names)| !names.is_empty());
        let levels = levels.map(|(access, names)| format!("{access} {}", names.join(", ")));
        let methods = self.methods.iter();
        let methods = methods
            .map(|(service, names)| format!("Selected methods of {service}: {}", names.join(", ")));
        let parts: Vec<String> = levels.chain(methods).collect();
        f.write_str(if parts.is_empty() { "Nothing" } else { "" })?;
        f.write_str(&parts.join(". "))
    }
}

impl std::fmt::Display for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Access(access) => f.write_str(access.as_str()),
            Self::Methods(keys) => {
                let keys: Vec<&str> = keys.iter().map(MethodKey::as_str).collect();
                f.write_str(&keys.join(","))
            }
        }
    }
}

impl std::fmt::Display for Grants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, (service, grant)) in self.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{}:{grant}", service.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "grants_tests.rs"]
mod tests;
