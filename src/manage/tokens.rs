//! Tokens: list, find, generate.

use super::Manage;
use super::activity::People;
use super::service_accounts::owner;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::event::{Event, Kind};
use crate::domain::id::{Nonce, TokenId, UserId};
use crate::domain::refusal::{Outcome, Problems, Refusal};
use crate::domain::refused_call::RefusedCalls;
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::token::{Draft, FormerSecret, Issued, Token, TokenName};
use crate::domain::usage::{Day, History};
use crate::store::conn::Conn;
use crate::store::{events, former_secrets, nonces, people, refused_calls, tokens, uses};

/// How many lines of its activity a token's page shows.
const RECENT: i64 = 20;

/// A token as it is listed: with the former value that still works beside the present one.
#[derive(Clone, Debug)]
pub struct Listed {
    pub token: Token,
    pub former: Option<FormerSecret>,
}

impl AsRef<Token> for Listed {
    fn as_ref(&self) -> &Token {
        &self.token
    }
}

/// A token with what has happened to it lately, newest first, and what it was used for.
pub struct Story {
    pub listed: Listed,
    pub events: Vec<Event>,
    pub history: History,
    pub refused: RefusedCalls,
    /// What those are called who generated it and changed it, where it is a service account's.
    pub people: People,
}

/// Whose value it is that somebody found.
pub enum Found {
    Present(Token),
    Former(Token, FormerSecret),
    Nothing,
}

impl Manage {
    /// A person's tokens, newest first: live and expired, not the revoked ones.
    pub async fn tokens(&self, me: &Actor, now: Now) -> Outcome<Vec<Listed>> {
        let me = me.clone();
        self.db
            .read(move |c| {
                let owner = owner(c, &me)?;
                let mut former = former_secrets::working_of_owner(c, &owner, now)?;
                let tokens = tokens::of_owner(c, &owner)?.into_iter();
                let listed = tokens.map(|token| Listed { former: former.remove(&token.id), token });
                Ok(listed.collect())
            })
            .await
    }

    /// One token that is still listed. A revoked one has no page any more.
    pub async fn token(&self, me: &Actor, id: TokenId) -> Outcome<Token> {
        let me = me.clone();
        self.db.read(move |c| listed(c, &me, &id)).await
    }

    /// One token that is still listed, with its recent activity and uses.
    pub async fn story(&self, me: &Actor, id: TokenId, now: Now) -> Outcome<Story> {
        let me = me.clone();
        self.db
            .read(move |c| {
                let token = listed(c, &me, &id)?;
                let owner = token.owner.clone();
                let former = former_secrets::working_of_owner(c, &owner, now)?.remove(&id);
                let events = events::of_token(c, &id, RECENT)?;
                let counts = uses::counts(c, &owner, &id, Day::first_kept(now))?;
                let history = History::new(&counts, now);
                let refused = refused_calls::of_token(c, &id)?;
                let people = if me.entrusted.is_some() {
                    let actors = events.iter().filter_map(|event| event.actor.clone());
                    people::called(c, &actors.chain([token.created_by.clone()]).collect())?
                } else {
                    People::new()
                };
                Ok(Story { listed: Listed { token, former }, events, history, refused, people })
            })
            .await
    }

    /// Which of this person's tokens has, or had, a value. Nothing is recorded.
    pub async fn identify(&self, me: &Actor, digest: Digest) -> Outcome<Found> {
        let me = me.clone();
        self.db
            .read(move |c| {
                let owner = owner(c, &me)?;
                if let Some(token) = tokens::find_own_by_digest(c, &owner, &digest)? {
                    return Ok(Found::Present(token));
                }
                let former = former_secrets::find_own(c, &owner, &digest)?;
                Ok(former.map_or(Found::Nothing, |(former, token)| Found::Former(token, former)))
            })
            .await
    }

    /// The token that a form has made already, if it is still listed.
    pub async fn made_by(&self, me: &Actor, nonce: Nonce) -> Outcome<Option<Token>> {
        let me = me.clone();
        self.db
            .read(move |c| {
                let owner = owner(c, &me)?;
                let Some(id) = nonces::token_of(c, &nonce)? else { return Ok(None) };
                let token = tokens::find_own(c, &owner, &id)?;
                Ok(token.filter(|token| token.revoked.is_none()))
            })
            .await
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
        self.rules()
            .policy
            .expiry(draft.expires, now)
            .map_err(|sentence| Problems::one("until", sentence))?;
        let (manage, me) = (self.clone(), me.clone());
        let (draft, nonce) = (draft.clone(), nonce.clone());
        self.db
            .read(move |c| {
                if nonces::is_used(c, &nonce)? {
                    return Err(Refusal::AlreadyDone.into());
                }
                manage.admit(c, &me, &draft, now)
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
                let (me, rules) = (by.actor(), &manage.rules());
                let expiry = rules
                    .policy
                    .expiry(draft.expires, now)
                    .map_err(|sentence| Problems::one("until", sentence))?;
                let owner = &me.owner().id;
                let mut issued = Issued::mint(owner, &draft, expiry, &rules.prefix, now);
                issued.token.created_by = me.id().clone();
                issued.token.unused_days = rules.policy.unused_days;
                if !nonces::take(tx, &nonce, &issued.token.id, now)? {
                    return Err(Refusal::AlreadyDone.into());
                }
                manage.admit(tx, me, &draft, now)?;
                tokens::insert(tx, &issued.token, &issued.secret.digest())?;
                let detail = manage.words(&issued.token);
                let event =
                    Event::about_token(Kind::TokenGenerated, me, &issued.token, detail, now);
                events::record(tx, &event)?;
                Ok(issued)
            })
            .await
    }

    /// What a token can do, as the activity keeps it.
    pub(super) fn words(&self, token: &Token) -> String {
        format!("{}.", token.grants.summary(&self.rules().catalogue))
    }

    /// Role and second factor are the person's, limit and names the owner's.
    fn admit(&self, c: &mut Conn, me: &Actor, draft: &Draft, now: Now) -> Outcome<()> {
        let owner = owner(c, me)?;
        self.rules().policy.admit(me.role(), tokens::count_listed(c, &owner)?)?;
        self.admit_factor(c, me.id())?;
        admit_name(c, &owner, &draft.name, None, now)
    }
}

/// A token that the request may be about.
pub(super) fn listed(c: &mut Conn, me: &Actor, id: &TokenId) -> Outcome<Token> {
    let owner = &owner(c, me)?;
    let found = tokens::find_own(c, owner, id)?.filter(|token| token.revoked.is_none());
    Ok(found.ok_or(Refusal::NotFound)?)
}

/// Names are unique among an owner's tokens that haven't ended.
pub(super) fn admit_name(
    c: &mut Conn,
    owner: &UserId,
    name: &TokenName,
    but: Option<&TokenId>,
    now: Now,
) -> Outcome<()> {
    if tokens::name_is_taken(c, owner, name, but, now)? {
        let sentence = format!("There already is a token named “{}”", name.as_str());
        return Err(Refusal::field("name", sentence).into());
    }
    Ok(())
}
