//! Tokens: list, generate, revoke.

use super::Manage;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::event::{Event, Kind};
use crate::domain::id::{Nonce, TokenId, UserId};
use crate::domain::refusal::{Outcome, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::token::{Draft, Issued, Token};
use crate::domain::user::Role;
use crate::store::conn::Conn;
use crate::store::{events, nonces, tokens};

impl Manage {
    /// A person's tokens, newest first: live and expired, not the revoked ones.
    pub async fn tokens(&self, me: &Actor) -> Outcome<Vec<Token>> {
        let owner = me.id().clone();
        self.db.read(move |c| Ok(tokens::of_owner(c, &owner)?)).await
    }

    /// One token that is still listed. A revoked one has no page any more.
    pub async fn token(&self, me: &Actor, id: TokenId) -> Outcome<Token> {
        let owner = me.id().clone();
        let found = self.db.read(move |c| Ok(tokens::find_own(c, &owner, &id)?)).await?;
        let listed = found.filter(|token| token.revoked.is_none());
        Ok(listed.ok_or(Refusal::NotFound)?)
    }

    /// Says before the password is looked at what would keep this draft from becoming a token: first of all that
    /// it already has become one.
    pub async fn check_draft(
        &self,
        me: &Actor,
        draft: &Draft,
        nonce: &Nonce,
        now: Now,
    ) -> Outcome<()> {
        self.rules
            .policy
            .expiry(draft.expires, now)
            .map_err(|sentence| Problems::one("until", sentence))?;
        let (manage, owner, role) = (self.clone(), me.id().clone(), me.user.role);
        let (draft, nonce) = (draft.clone(), nonce.clone());
        self.db
            .read(move |c| {
                if nonces::is_used(c, &nonce)? {
                    return Err(Refusal::AlreadyDone.into());
                }
                manage.admit(c, &owner, role, &draft, now)
            })
            .await
    }

    /// Generates a token. `nonce` is the form's: sent twice, it does its work once.
    pub async fn generate(
        &self,
        by: Confirmed,
        draft: Draft,
        nonce: Nonce,
        now: Now,
    ) -> Outcome<Issued> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                let me = by.actor();
                if !nonces::take(tx, &nonce, now)? {
                    return Err(Refusal::AlreadyDone.into());
                }
                manage.admit(tx, me.id(), me.user.role, &draft, now)?;
                let rules = &manage.rules;
                let expiry = rules
                    .policy
                    .expiry(draft.expires, now)
                    .map_err(|sentence| Problems::one("until", sentence))?;
                let issued = Issued::mint(me.id(), &draft, expiry, &rules.prefix, now);
                tokens::insert(tx, &issued.token, &issued.secret.digest())?;
                let event = Event::about_token(Kind::TokenGenerated, me, &issued.token, now);
                events::record(tx, &event)?;
                Ok(issued)
            })
            .await
    }

    /// Revokes a token: from the moment this returns it is refused. Revoking it again changes nothing.
    pub async fn revoke(&self, by: Confirmed, id: TokenId, now: Now) -> Outcome<Token> {
        self.db
            .write(move |tx| {
                let found = tokens::find_own(tx, by.id(), &id)?;
                let token = found.ok_or(Refusal::NotFound)?;
                if tokens::revoke(tx, &id, now)? {
                    let event = Event::about_token(Kind::TokenRevoked, by.actor(), &token, now);
                    events::record(tx, &event)?;
                }
                Ok(token)
            })
            .await
    }

    fn admit(
        &self,
        c: &mut Conn,
        owner: &UserId,
        role: Role,
        draft: &Draft,
        now: Now,
    ) -> Outcome<()> {
        self.rules.policy.admit(role, tokens::count_listed(c, owner)?)?;
        if tokens::name_is_taken(c, owner, &draft.name, now)? {
            let name = draft.name.as_str();
            let sentence = format!("You already have a token named “{name}”");
            return Err(Refusal::field("name", sentence).into());
        }
        Ok(())
    }
}
