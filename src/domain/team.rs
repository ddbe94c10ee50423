//! Teams: who belongs together, and the most that their tokens may do with each service.

use super::access::Access;
use super::catalogue::ServiceKey;

/// A team's name in the file, in commands, and in the header that tells services of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TeamKey(String);

impl TeamKey {
    /// The same letters as a service's: none of them means anything in a list with commas.
    pub fn parse(text: &str) -> Result<Self, String> {
        let key =
            ServiceKey::parse(text).map_err(|sentence| sentence.replace("service", "team"))?;
        Ok(Self(key.as_str().to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One team of the operator's file.
#[derive(Clone, Debug)]
pub struct Team {
    pub key: TeamKey,
    pub name: String,
    /// The most that its people's tokens may do with these services.
    pub services: Vec<(ServiceKey, Access)>,
}

/// The most that one team gives of a service.
#[derive(Clone, Debug)]
pub struct Share {
    pub team: TeamKey,
    pub name: String,
    pub access: Access,
}
