//! The services an instance knows, in the order of the operator's file.

use super::access::Access;

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

/// One service a token can be granted.
#[derive(Clone, Debug)]
pub struct Service {
    pub key: ServiceKey,
    pub name: String,
    pub description: String,
    /// The most a token can be granted: a service may be read only by design.
    pub highest: Access,
}

#[derive(Clone, Debug, Default)]
pub struct Catalogue(Vec<Service>);

impl Catalogue {
    /// Services in the order people see them. Keys are unique, as the file's reader has checked.
    pub fn new(services: Vec<Service>) -> Self {
        Self(services)
    }

    pub fn service(&self, key: &str) -> Option<&Service> {
        self.0.iter().find(|service| service.key.as_str() == key)
    }

    pub fn services(&self) -> &[Service] {
        &self.0
    }
}
