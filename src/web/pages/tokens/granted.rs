//! What the form of a token grants: levels and ticks, held against what the services offer.

use std::collections::BTreeSet;

use super::form::{TokenForm, Under};
use crate::domain::access::Access;
use crate::domain::catalogue::{MethodKey, Service};
use crate::domain::ceiling::Ceiling;
use crate::domain::grants::{Grant, Grants, Summary};
use crate::domain::token::Token;

impl TokenForm {
    pub(super) fn grants(&self, under: Under<'_>) -> Result<Grants, String> {
        some(self.chosen(under)?)
    }

    /// What is granted to a token that is edited. What the form shows less of than was granted, because services are
    /// closed or narrowed for now, stays stored as it was unless it was changed here.
    pub(super) fn regranted(&self, token: &Token, under: Under<'_>) -> Result<Grants, String> {
        let mut grants = self.chosen(under)?;
        let shown = token.grants.within(under.catalogue, under.ceiling);
        for (key, stored) in token.grants.iter() {
            if grants.of(key) == shown.of(key) {
                grants.grant(key.clone(), stored.clone());
            }
        }
        some(grants)
    }

    fn chosen(&self, under: Under<'_>) -> Result<Grants, String> {
        let mut grants = Grants::default();
        for (key, level) in self.levels.iter().filter(|(_, level)| *level != "none") {
            let gone = || {
                "A service in this form is not offered here (any more). Check the list".to_owned()
            };
            let service = under.catalogue.service(key).ok_or_else(gone)?;
            grants.grant(service.key.clone(), self.granted(service, level, under.ceiling)?);
        }
        Ok(grants)
    }

    fn granted(&self, service: &Service, level: &str, of: Ceiling<'_>) -> Result<Grant, String> {
        let name = &service.name;
        if let Some(reason) = service.closed_to(of) {
            return Err(format!("{name} can’t be granted. {reason}"));
        }
        match level {
            "read" => Ok(Grant::Access(Access::Read)),
            "write" if service.ceiling(of) == Some(Access::ReadWrite) => {
                Ok(Grant::Access(Access::ReadWrite))
            }
            "write" => Err(match service.held_down(of) {
                Some(reason) => format!("{name} can’t be written. {reason}"),
                None => format!("{name} can be read, not written"),
            }),
            "methods" => self.ticked(service, of).map(Grant::Methods),
            _ => Err(format!("Choose None, Read or Read & write for {name}")),
        }
    }

    fn ticked(&self, service: &Service, of: Ceiling<'_>) -> Result<BTreeSet<MethodKey>, String> {
        let (name, ceiling) = (&service.name, service.ceiling(of).unwrap_or(Access::Read));
        let mut keys = BTreeSet::new();
        for key in self.methods.get(service.key.as_str()).into_iter().flatten() {
            let method = service.method(key);
            let method = method.filter(|method| service.opens(method, ceiling));
            let gone =
                || format!("A method of {name} is not offered here (any more). Check the list");
            keys.insert(method.ok_or_else(gone)?.key.clone());
        }
        if keys.is_empty() {
            return Err(format!("Tick at least one method of {name}, or choose another access"));
        }
        Ok(keys)
    }

    /// What is granted so far, mistakes left out: for the summary beside the form.
    pub fn summary(&self, under: Under<'_>) -> Summary {
        let mut grants = Grants::default();
        for (key, level) in &self.levels {
            let Some(service) = under.catalogue.service(key) else { continue };
            if let Ok(grant) = self.granted(service, level, under.ceiling) {
                grants.grant(service.key.clone(), grant);
            }
        }
        grants.summary(under.catalogue)
    }
}

fn some(grants: Grants) -> Result<Grants, String> {
    if grants.is_empty() { Err("Choose at least one service".to_owned()) } else { Ok(grants) }
}
