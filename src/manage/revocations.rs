//! The end of tokens: one, several, all, all that have expired.

use super::Manage;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::event::{Event, Kind};
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::store::conn::Conn;
use crate::store::{events, tokens};

/// Which tokens are meant.
#[derive(Clone, Debug)]
pub enum Which {
    These(Vec<TokenId>),
    All,
    Expired,
}

impl Manage {
    /// The tokens that a revocation would end, in the order of the list.
    pub async fn revocable(&self, me: &Actor, which: Which, now: Now) -> Outcome<Vec<Token>> {
        let owner = me.id().clone();
        self.db.read(move |c| chosen(c, &owner, &which, now)).await
    }

    /// Revokes tokens: from the moment this returns they are refused. Answers those that were still there: revoking
    /// one again changes nothing.
    pub async fn revoke(&self, by: Confirmed, which: Which, now: Now) -> Outcome<Vec<Token>> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                let chosen = chosen(tx, by.id(), &which, now)?;
                for token in &chosen {
                    tokens::revoke(tx, &token.id, now)?;
                    let (kind, detail) = (Kind::TokenRevoked, manage.words(token));
                    let event = Event::about_token(kind, by.actor(), token, detail, now);
                    events::record(tx, &event)?;
                }
                Ok(chosen)
            })
            .await
    }
}

/// Those of the tokens meant that aren't revoked yet. An id that is nobody's, or somebody else's, is not found.
fn chosen(c: &mut Conn, owner: &UserId, which: &Which, now: Now) -> Outcome<Vec<Token>> {
    match which {
        Which::These(ids) => {
            let mut chosen = Vec::new();
            for id in ids {
                let token = tokens::find_own(c, owner, id)?.ok_or(Refusal::NotFound)?;
                chosen.extend(Some(token).filter(|token| token.revoked.is_none()));
            }
            Ok(chosen)
        }
        Which::All => Ok(tokens::of_owner(c, owner)?),
        Which::Expired => {
            let mut all = tokens::of_owner(c, owner)?;
            all.retain(|token| token.has_ended(now));
            Ok(all)
        }
    }
}
