//! The services an instance knows, in the order of the operator's file.

mod map;

use rustc_hash::FxHashMap;

use super::access::Access;
use super::limit::PerMinute;
use super::paths::{PathPrefix, RequestPath, RequestPattern};
use super::team::{Share, Team};
use super::user::Role;
use map::Map;

/// A service's name in URLs, grants and gateway configurations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceKey(String);

impl ServiceKey {
    pub const LONGEST: usize = 40;

    pub fn parse(text: &str) -> Result<Self, String> {
        let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        let good = text.len() <= Self::LONGEST
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(inside);
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "a service key is 1 to {} lower-case letters, digits, hyphens and underscores, starting with a letter",
                Self::LONGEST
            ))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A method's name within its service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MethodKey(String);

impl MethodKey {
    pub const LONGEST: usize = 60;
    /// What an access is called, so that "builds:read" can only mean one thing.
    const TAKEN: [&str; 4] = ["none", "read", "write", "read-write"];

    pub fn parse(text: &str) -> Result<Self, String> {
        let inside = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        let good = text.len() <= Self::LONGEST
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.bytes().all(inside);
        if !good {
            return Err(format!(
                "a method key is 1 to {} letters, digits, dots, hyphens and underscores, starting with a letter",
                Self::LONGEST
            ));
        }
        if Self::TAKEN.contains(&text) {
            return Err(format!("“{text}” is what an access is called: name the method otherwise"));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One thing that can be done with a service, to be granted by itself.
#[derive(Clone, Debug)]
pub struct Method {
    pub key: MethodKey,
    pub name: String,
    pub description: String,
    pub docs: Option<String>,
    /// The access that covers it.
    pub access: Access,
    /// Whether tokens can be granted it; what isn't stays with signed-in people.
    pub personal_tokens: bool,
    /// Which original requests are this method, where a gateway names no service.
    pub requests: Vec<RequestPattern>,
}

/// One service a token can be granted.
#[derive(Clone, Debug)]
pub struct Service {
    pub key: ServiceKey,
    pub name: String,
    pub description: String,
    pub docs: Option<String>,
    /// Where it is, for the ready-made lines beside a new token.
    pub url: Option<String>,
    /// Whether programs that send a name and a password only when they are asked are asked for them.
    pub basic: bool,
    /// The most a token can be granted: a service may be read only by design.
    pub highest: Access,
    /// The least role whose tokens it opens to.
    pub role: Role,
    /// What teams give of it; empty where none names it.
    pub teams: Vec<Share>,
    /// Whether it takes personal tokens at all.
    pub personal_tokens: bool,
    /// How often one token may use it.
    pub per_minute: Option<PerMinute>,
    pub methods: Vec<Method>,
    /// Where it begins, for gateways that name no service.
    pub paths: Vec<PathPrefix>,
}

impl Service {
    pub fn method(&self, key: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.key.as_str() == key)
    }

    /// Whether one of its methods can be granted under this ceiling.
    pub fn opens(&self, method: &Method, ceiling: Access) -> bool {
        method.personal_tokens && method.access <= ceiling
    }
}

#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    services: Vec<Service>,
    teams: Vec<Team>,
    places: FxHashMap<String, usize>,
    map: Map,
}

impl Catalogue {
    /// Services in the order people see them. Keys are unique, as the file's reader has checked.
    pub fn new(services: Vec<Service>) -> Self {
        Self::with_teams(services, Vec::new())
    }

    /// The same with teams, whose keys are unique, too. Each service is told what they give of it.
    pub fn with_teams(mut services: Vec<Service>, teams: Vec<Team>) -> Self {
        for service in &mut services {
            let share = |team: &Team| {
                let (_, access) = team.services.iter().find(|(key, _)| *key == service.key)?;
                Some(Share { team: team.key.clone(), name: team.name.clone(), access: *access })
            };
            service.teams = teams.iter().filter_map(share).collect();
        }
        let keys = services.iter().map(|service| service.key.as_str().to_owned());
        let places = keys.enumerate().map(|(at, key)| (key, at)).collect();
        let map = Map::new(&services);
        Self { services, teams, places, map }
    }

    pub fn service(&self, key: &str) -> Option<&Service> {
        self.services.get(*self.places.get(key)?)
    }

    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// What role alone opens, where teams open other services.
    pub fn unlimited(&self) -> impl Iterator<Item = &Service> {
        let has_teams = !self.teams.is_empty();
        self.services.iter().filter(move |service| has_teams && service.teams.is_empty())
    }

    /// What a team limited in the former catalogue, and none limits in this: it is open to more people than it was.
    pub fn opened_since(&self, former: &Self) -> Vec<&ServiceKey> {
        let was_limited = |key: &ServiceKey| {
            former.service(key.as_str()).is_some_and(|service| !service.teams.is_empty())
        };
        let open = self.services.iter().filter(|service| service.teams.is_empty());
        open.map(|service| &service.key).filter(|key| was_limited(key)).collect()
    }

    pub fn team(&self, key: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.key.as_str() == key)
    }

    pub fn teams(&self) -> &[Team] {
        &self.teams
    }

    /// Which service an original request is for, and which of its methods, if it is one: methods by their patterns
    /// first, then the longest path. `None` where no service has this path; an error, in words for the sender, where
    /// the request could be read in two ways.
    pub fn find(
        &self,
        method: &str,
        path: RequestPath<'_>,
    ) -> Result<Option<(&Service, Option<&Method>)>, &'static str> {
        let found = self.map.find(method, path, &self.services)?;
        Ok(found.map(|(service, method)| {
            let service = &self.services[service];
            (service, method.map(|at| &service.methods[at]))
        }))
    }
}
