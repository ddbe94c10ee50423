//! Named bundles of grants, which the form of a token can start from.

use super::grants::Grants;

#[derive(Clone, Debug)]
pub struct Set {
    pub key: String,
    pub name: String,
    pub grants: Grants,
}

/// The operator's sets, in the order of their file.
#[derive(Clone, Debug, Default)]
pub struct Sets(Vec<Set>);

impl Sets {
    pub fn new(sets: Vec<Set>) -> Self {
        Self(sets)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Set> {
        self.0.iter()
    }

    pub fn find(&self, key: &str) -> Option<&Set> {
        self.0.iter().find(|set| set.key == key)
    }
}
