//! Why a request with a token would pass, or not. Nothing is changed, counted or noted.

use super::Manage;
use super::tokens::listed;
use crate::domain::actor::Actor;
use crate::domain::explanation::{Asked, Explanation};
use crate::domain::id::TokenId;
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::time::Now;
use crate::domain::verdict::Known;
use crate::store::{tokens, users};

/// Whose token it is, and what would become of the request.
pub struct Explained {
    pub known: Known,
    pub explanation: Explanation,
}

impl Manage {
    /// About one of a person's own tokens that is still listed.
    pub async fn explain(
        &self,
        me: &Actor,
        id: TokenId,
        asked: Asked,
        now: Now,
    ) -> Outcome<Explained> {
        let actor = me.clone();
        let token = self.db.read(move |c| listed(c, &actor, &id)).await?;
        let known = Known { token, owner: me.owner().clone(), until: None };
        Ok(self.explained(known, &asked, now))
    }

    /// About anybody's token, revoked or not: for whoever runs the instance.
    pub async fn explain_any(&self, id: TokenId, asked: Asked, now: Now) -> Outcome<Explained> {
        let read = self.db.read(move |c| {
            let token = tokens::find(c, &id)?.ok_or(Refusal::NotFound)?;
            let (owner, _) = users::find(c, &token.owner)?.ok_or(Refusal::NotFound)?;
            Ok(Known { token, owner, until: None })
        });
        Ok(self.explained(read.await?, &asked, now))
    }

    fn explained(&self, known: Known, asked: &Asked, now: Now) -> Explained {
        let explanation = Explanation::of(&known, asked, &self.rules().catalogue, now);
        Explained { known, explanation }
    }
}
