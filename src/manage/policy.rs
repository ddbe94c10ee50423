//! What another policy or catalogue would mean for the tokens that there are.

use std::sync::Arc;

use super::Manage;
use crate::domain::catalogue::Catalogue;
use crate::domain::policy::Policy;
use crate::domain::refusal::Outcome;
use crate::domain::review::{Breach, Review};
use crate::domain::time::Now;
use crate::store::census;

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
}
