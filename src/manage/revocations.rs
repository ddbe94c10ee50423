//! The end of tokens: one, several, all, all that have expired.

use chrono::TimeDelta;

use super::Manage;
use super::people::somebody;
use super::service_accounts::owner;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::store::conn::Conn;
use crate::store::{events, former_secrets, tokens};

/// How long a person is told that somebody else has ended a token of theirs, and of how many.
const TOLD_FOR: TimeDelta = TimeDelta::days(7);
const MOST_TOLD: i64 = 5;

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
        let me = me.clone();
        self.db
            .read(move |c| {
                let owner = owner(c, &me)?;
                chosen(c, &owner, &which, now)
            })
            .await
    }

    /// Revokes tokens: from the moment this returns they are refused. Answers those that were still there: revoking
    /// one again changes nothing.
    pub async fn revoke(&self, by: Confirmed, which: Which, now: Now) -> Outcome<Vec<Token>> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                let owner = owner(tx, by.actor())?;
                let chosen = chosen(tx, &owner, &which, now)?;
                for token in &chosen {
                    manage.end_token(tx, by.actor(), token, now)?;
                }
                Ok(chosen)
            })
            .await
    }

    /// What a revocation of somebody's tokens would end, for an administrator.
    pub async fn revocable_of(
        &self,
        by: &Actor,
        owner: UserId,
        which: Which,
        now: Now,
    ) -> Outcome<Vec<Token>> {
        let by = by.id().clone();
        self.db
            .read(move |c| {
                somebody(c, &by, &owner)?;
                chosen(c, &owner, &which, now)
            })
            .await
    }

    /// Revokes somebody's tokens by an administrator, in the same way.
    pub async fn revoke_of(
        &self,
        by: Confirmed,
        owner: UserId,
        which: Which,
        now: Now,
    ) -> Outcome<Vec<Token>> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                somebody(tx, by.id(), &owner)?;
                let chosen = chosen(tx, &owner, &which, now)?;
                for token in &chosen {
                    manage.end_token(tx, by.actor(), token, now)?;
                }
                Ok(chosen)
            })
            .await
    }

    /// The end of one token, with its event, by its owner or an administrator.
    pub(super) fn end_token(
        &self,
        tx: &mut Conn,
        by: &Actor,
        token: &Token,
        now: Now,
    ) -> Outcome<()> {
        tokens::revoke(tx, &token.id, now)?;
        let (kind, detail) = (Kind::TokenRevoked, self.words(token));
        Ok(events::record(tx, &Event::about_token(kind, by, token, detail, now))?)
    }
}

impl Manage {
    /// Revokes the token that has this value, paused and expired ones too, for whoever presents it: who holds a token
    /// may always end it. A former value does that while it goes on; one whose time is over is nobody's, so that a
    /// value that leaked and was replaced ends nothing any more. Nothing to revoke is no refusal.
    pub async fn surrender(&self, digest: Digest, client: Client, now: Now) -> Outcome<()> {
        // Strangers may ask, and most values of theirs are nobody's: for those no change has to wait.
        if self.db.read(move |c| presented(c, &digest, now)).await?.is_none() {
            return Ok(());
        }
        let manage = self.clone();
        self.db
            .write(move |tx| {
                let Some(token) = presented(tx, &digest, now)? else { return Ok(()) };
                tokens::revoke(tx, &token.id, now)?;
                let event = Event::surrender(&token, &client, &manage.words(&token), now);
                Ok(events::record(tx, &event)?)
            })
            .await
    }

    /// This person's tokens that were lately revoked with their value, newest first, and from where that was.
    pub async fn surrendered(&self, me: &Actor, now: Now) -> Outcome<Vec<(Token, Client)>> {
        let (me, since) = (me.clone(), now.at() - TOLD_FOR);
        let kind = Kind::TokenSurrendered;
        self.db
            .read(move |c| {
                let owner = owner(c, &me)?;
                let mut surrendered = Vec::new();
                for event in events::of_person_since(c, &owner, kind, since, MOST_TOLD)? {
                    let Some(id) = &event.token else { continue };
                    let token = tokens::find_own(c, &owner, id)?;
                    surrendered.extend(token.map(|token| (token, event.client)));
                }
                Ok(surrendered)
            })
            .await
    }
}

fn presented(c: &mut Conn, digest: &Digest, now: Now) -> Outcome<Option<Token>> {
    if let Some(token) = tokens::find_unrevoked_by_digest(c, digest)? {
        return Ok(Some(token));
    }
    Ok(former_secrets::find_unrevoked(c, digest, now)?)
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
