//! What another file would not give any more, of the tokens that there are.

use super::catalogue::{Catalogue, Service};
use super::ceiling::Ceiling;
use super::grants::Grant;
use super::id::TokenId;
use super::policy::Policy;
use super::time::Now;
use super::token::{Token, TokenName};
use super::user::{Role, User, UserName};

/// One thing that somebody has and could not have again.
#[derive(Clone, Debug)]
pub struct Breach {
    pub person: UserName,
    /// `None` where it is about the person.
    pub token: Option<Marked>,
    /// What the token or the person does, to be read after its name.
    pub sentence: String,
}

/// What a token is told apart by.
#[derive(Clone, Debug)]
pub struct Marked {
    pub id: TokenId,
    pub name: TokenName,
    pub hint: String,
}

/// Policy and catalogue of the other file, beside the present catalogue.
pub struct Review<'a> {
    pub policy: &'a Policy,
    pub catalogue: &'a Catalogue,
    pub present: &'a Catalogue,
}

impl Review<'_> {
    /// Of one person with all their listed tokens. Those that have ended count, but have nothing to lose.
    pub fn of(&self, owner: &User, tokens: &[Token], now: Now) -> Vec<Breach> {
        let breach = |token, sentence| Breach { person: owner.name.clone(), token, sentence };
        let person = self.of_person(owner.role, tokens.len());
        let mut all: Vec<Breach> = person.into_iter().map(|s| breach(None, s)).collect();
        for token in tokens.iter().filter(|token| !token.has_ended(now)) {
            let (name, hint) = (token.name.clone(), token.hint.clone());
            let marked = Marked { id: token.id.clone(), name, hint };
            let sentences = self.policy.breaches(token, now).into_iter();
            let sentences = sentences.chain(self.losses(token, owner.ceiling()));
            all.extend(sentences.map(|sentence| breach(Some(marked.clone()), sentence)));
        }
        all
    }

    fn of_person(&self, role: Role, tokens: usize) -> Vec<String> {
        let mut all = Vec::new();
        if tokens > 0 && role > Role::Viewer && !self.policy.may_generate(role) {
            all.push(format!("may no longer generate tokens with the role {}", role.as_str()));
        }
        let most = self.policy.tokens_per_person;
        if usize::try_from(most).is_ok_and(|most| tokens > most) {
            all.push(format!("has {tokens} tokens, more than the {most} allowed now"));
        }
        all
    }

    /// What the token can do now and could not do any more, service by service.
    fn losses(&self, token: &Token, of: Ceiling<'_>) -> Vec<String> {
        let after = token.grants.within(self.catalogue, of);
        let before = token.grants.within(self.present, of);
        let services = self.present.services().iter();
        let lost = services.filter_map(|service| {
            let before = before.of(&service.key)?;
            loss(service, before, after.of(&service.key))
        });
        lost.collect()
    }
}

fn loss(service: &Service, before: &Grant, after: Option<&Grant>) -> Option<String> {
    let name = &service.name;
    match (before, after) {
        (_, None) => Some(format!("loses {name}")),
        (Grant::Access(before), Some(Grant::Access(after))) => {
            (after < before).then(|| format!("can only read {name}"))
        }
        (Grant::Methods(before), Some(Grant::Methods(after))) => {
            let lost = service.methods.iter();
            let lost = lost.filter(|m| before.contains(&m.key) && !after.contains(&m.key));
            let lost: Vec<&str> = lost.map(|method| method.name.as_str()).collect();
            (!lost.is_empty()).then(|| format!("loses {} of {name}", lost.join(", ")))
        }
        // A grant keeps its kind when it is cut down.
        _ => None,
    }
}

#[cfg(test)]
#[path = "review_tests.rs"]
mod tests;
