//! Everybody and all their tokens, for whoever runs the instance.

use super::Manage;
use super::standing::named;
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::TokenId;
use crate::domain::refusal::{Outcome, Problems};
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::domain::user::{User, UserName};
use crate::domain::verdict::Known;
use crate::store::conn::Conn;
use crate::store::{census, events, lookup, tokens, users, uses};

impl Manage {
    /// People by name, those after `last`, a page of them, each with their listed tokens. Empty where nobody follows.
    pub async fn people_after(&self, last: Option<UserName>) -> Outcome<Vec<(User, Vec<Token>)>> {
        self.db.read(move |c| Ok(census::after(c, last.as_ref())?)).await
    }

    /// One person with their listed tokens.
    pub async fn person_named(&self, name: UserName) -> Outcome<(User, Vec<Token>)> {
        self.db
            .read(move |c| {
                let user = named(c, &name)?;
                let tokens = tokens::of_owner(c, &user.id)?;
                Ok((user, tokens))
            })
            .await
    }

    /// Whoever has this name, a service account too, with their listed tokens.
    pub async fn owner_named(&self, name: UserName) -> Outcome<(User, Vec<Token>)> {
        self.db
            .read(move |c| {
                let found = users::find_by_name(c, &name)?.map(|(user, _)| user);
                let sentence = || format!("There is nobody named {}", name.as_str());
                let owner = found.ok_or_else(|| Problems::one("username", sentence()))?;
                let tokens = tokens::of_owner(c, &owner.id)?;
                Ok((owner, tokens))
            })
            .await
    }

    /// Anybody's token, revoked or not.
    pub async fn any_token(&self, id: TokenId) -> Outcome<Known> {
        self.db.read(move |c| any(c, &id)).await
    }

    /// Whose value it is, present or former; `None` for nobody's. Nothing is recorded.
    pub async fn identify_any(&self, digest: Digest) -> Outcome<Option<Known>> {
        self.db
            .read(move |c| {
                let Some(mut known) = lookup::find(c, &digest)? else { return Ok(None) };
                uses::tell(c, &known.owner.id, [&mut known.token])?;
                Ok(Some(known))
            })
            .await
    }

    /// Revokes anybody's tokens, all or none: from the moment this returns they are refused. Revoking one again changes
    /// nothing.
    pub async fn revoke_any(&self, ids: Vec<TokenId>, now: Now) -> Outcome<Vec<Known>> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                for id in &ids {
                    let Known { token, owner, .. } = any(tx, id)?;
                    if token.revoked.is_some() {
                        continue;
                    }
                    tokens::revoke(tx, id, now)?;
                    let detail = format!("“{}”: {}", token.name.as_str(), manage.words(&token));
                    let person = Some(owner.id);
                    let event =
                        Event::at_the_door(Kind::TokenRevoked, person, &Client::default(), now);
                    events::record(tx, &Event { token: Some(token.id), detail, ..event })?;
                }
                ids.iter().map(|id| any(tx, id)).collect()
            })
            .await
    }
}

fn any(c: &mut Conn, id: &TokenId) -> Outcome<Known> {
    let nothing =
        || Problems::one("token", format!("There is no token with the id {}", id.as_str()));
    let mut token = tokens::find(c, id)?.ok_or_else(nothing)?;
    let (owner, _) = users::find(c, &token.owner)?.ok_or_else(nothing)?;
    uses::tell(c, &owner.id, [&mut token])?;
    Ok(Known { token, owner, until: None })
}
