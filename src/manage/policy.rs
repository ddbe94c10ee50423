//! What another policy or catalogue would mean for the tokens that there are, and what today's does.

use std::sync::Arc;

use super::Manage;
use super::all_tokens::Owned;
use super::people::check_admin;
use crate::domain::actor::Actor;
use crate::domain::catalogue::Catalogue;
use crate::domain::policy::{Policy, Rule};
use crate::domain::refusal::Outcome;
use crate::domain::review::{Breach, Review};
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::domain::user::User;
use crate::store::census;

/// How many tokens of a rule, and how many people, are named.
const NAMED: usize = 5;
const PEOPLE_NAMED: usize = 50;

/// What today's policy would not give any more.
#[derive(Default)]
pub struct Outside {
    pub rules: Vec<OfRule>,
    /// People with what they have too much of, the first of them, and how many they are.
    pub people: Vec<(User, String)>,
    pub count: usize,
}

/// The tokens that break one rule.
pub struct OfRule {
    pub rule: Rule,
    /// What each of them does, to be read after its name.
    pub sentence: String,
    pub count: u64,
    /// The first of them.
    pub named: Vec<Owned>,
}

impl Outside {
    fn add(&mut self, owner: &User, token: Token, (rule, sentence): (Rule, String)) {
        let known = self.rules.iter().position(|of| of.rule == rule);
        let place = known.unwrap_or_else(|| {
            self.rules.push(OfRule { rule, sentence, count: 0, named: Vec::new() });
            self.rules.len() - 1
        });
        let of = &mut self.rules[place];
        of.count += 1;
        if of.named.len() < NAMED {
            of.named.push(Owned { token, owner: owner.clone() });
        }
    }
}

impl Manage {
    /// Everything that people have and would not be given any more, by person. Nothing is changed.
    pub async fn review(
        &self,
        policy: Policy,
        catalogue: Arc<Catalogue>,
        now: Now,
    ) -> Outcome<Vec<Breach>> {
        let manage = self.clone();
        self.db
            .read(move |c| {
                let present = &manage.rules().catalogue;
                let review = Review { policy: &policy, catalogue: &catalogue, present };
                let mut breaches = Vec::new();
                let mut last = None;
                loop {
                    let page = census::after(c, last.as_ref())?;
                    for (owner, tokens) in &page {
                        breaches.extend(review.of(owner, tokens, now));
                    }
                    match page.last() {
                        Some((owner, _)) => last = Some(owner.name.clone()),
                        None => return Ok(breaches),
                    }
                }
            })
            .await
    }

    /// What people have that today's policy would not give any more, for an administrator. Nothing is changed.
    pub async fn outside_policy(&self, by: &Actor, now: Now) -> Outcome<Outside> {
        let (by, rules) = (by.id().clone(), self.rules());
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                let (policy, catalogue) = (&rules.policy, &*rules.catalogue);
                let review = Review { policy, catalogue, present: catalogue };
                let (mut outside, mut last) = (Outside::default(), None);
                loop {
                    let page = census::after(c, last.as_ref())?;
                    let Some((end, _)) = page.last() else { return Ok(outside) };
                    last = Some(end.name.clone());
                    for (owner, tokens) in page {
                        let breaches = review.of(&owner, &tokens, now).into_iter();
                        for breach in breaches.filter(|breach| breach.token.is_none()) {
                            outside.count += 1;
                            outside.people.push((owner.clone(), breach.sentence));
                        }
                        outside.people.truncate(PEOPLE_NAMED);
                        for token in tokens.into_iter().filter(|token| !token.has_ended(now)) {
                            for broken in policy.broken(&token, now) {
                                outside.add(&owner, token.clone(), broken);
                            }
                        }
                    }
                }
            })
            .await
    }
}
