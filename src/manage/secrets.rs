//! New values for tokens, and the end of former ones.

use chrono::{DateTime, TimeDelta, Utc};

use super::Manage;
use super::edits::{later, save, unchanged_since};
use super::tokens::{admit_name, listed};
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::event::{Event, Kind};
use crate::domain::expiry::{Choice, Expiry};
use crate::domain::id::{Nonce, TokenId, UserId};
use crate::domain::refusal::{Failure, Outcome, Problems, Refusal};
use crate::domain::time::{Now, text_time};
use crate::domain::token::{FORM, Issued, Token};
use crate::store::conn::Conn;
use crate::store::{events, former_secrets, nonces, tokens};

/// What a person asks for when they regenerate a token.
#[derive(Clone, Copy, Debug)]
pub struct Renewal {
    /// When the token had last been changed as the form showed it.
    pub read: DateTime<Utc>,
    /// A new end, for a token whose last day is over.
    pub expires: Option<Choice>,
    /// How many hours the former value goes on; 0 ends it at once.
    pub overlap_hours: u32,
}

/// A token with its new value, and until when the former one works beside it.
pub struct Renewed {
    pub issued: Issued,
    pub former_ends: Option<DateTime<Utc>>,
}

impl Manage {
    /// Says before the password is looked at what would keep a token from getting a new value.
    pub async fn check_renewal(
        &self,
        me: &Actor,
        id: TokenId,
        renewal: Renewal,
        nonce: &Nonce,
        now: Now,
    ) -> Outcome<()> {
        let (manage, me, nonce) = (self.clone(), me.clone(), nonce.clone());
        self.db
            .read(move |c| {
                if nonces::is_used(c, &nonce)? {
                    return Err(Refusal::AlreadyDone.into());
                }
                manage.renewed(c, &me, &id, renewal, now).map(drop)
            })
            .await
    }

    /// Gives a token a new value and keeps all else. The former one ends with this, or after the overlap.
    pub async fn regenerate(
        &self,
        by: Confirmed,
        id: TokenId,
        renewal: Renewal,
        nonce: Nonce,
        now: Now,
    ) -> Outcome<Renewed> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                if !nonces::take(tx, &nonce, &id, now)? {
                    return Err(Refusal::AlreadyDone.into());
                }
                let (before, after) = manage.renewed(tx, by.actor(), &id, renewal, now)?;
                let issued = Issued::anew(after, &manage.rules().prefix, now);
                // One former value beside the present one is all that a person can keep in mind.
                former_secrets::end_all(tx, &id, now)?;
                let digest = tokens::replace_digest(tx, &id, &issued.secret.digest())?;
                let ends = now.at() + TimeDelta::hours(i64::from(renewal.overlap_hours));
                former_secrets::insert(tx, &digest, &before, ends)?;
                save(tx, &issued.token, &before)?;
                let former_ends = (renewal.overlap_hours > 0).then_some(ends);
                let detail = match former_ends {
                    Some(end) => format!("The former value works until {}.", text_time(end)),
                    None => "The former value stopped at once.".to_owned(),
                };
                let kind = Kind::TokenRegenerated;
                let event = Event::about_token(kind, by.actor(), &issued.token, detail, now);
                events::record(tx, &event)?;
                Ok(Renewed { issued, former_ends })
            })
            .await
    }

    /// Ends the former values of a token: from the moment this returns they are refused.
    pub async fn end_overlap(
        &self,
        by: Confirmed,
        id: TokenId,
        read: DateTime<Utc>,
        now: Now,
    ) -> Outcome<Token> {
        self.db
            .write(move |tx| {
                let token = listed(tx, by.actor(), &id)?;
                unchanged_since(tx, &token, read)?;
                if former_secrets::end_all(tx, &id, now)? > 0 {
                    let (kind, detail) = (Kind::OverlapEnded, String::new());
                    let event = Event::about_token(kind, by.actor(), &token, detail, now);
                    events::record(tx, &event)?;
                }
                Ok(token)
            })
            .await
    }

    /// The token before, and after but for its value; or why it can't have a new one.
    fn renewed(
        &self,
        c: &mut Conn,
        me: &Actor,
        id: &TokenId,
        renewal: Renewal,
        now: Now,
    ) -> Outcome<(Token, Token)> {
        let policy = &self.rules().policy;
        policy.admit_role(me.role())?;
        self.admit_factor(c, me.id())?;
        let before = listed(c, me, id)?;
        unchanged_since(c, &before, renewal.read)?;
        let hours = renewal.overlap_hours;
        let ended = before.has_ended(now);
        if hours > 0 && (ended || !policy.overlap_hours.contains(&hours)) {
            let sentence = "Choose when the former value stops";
            return Err(Refusal::field("overlap", sentence).into());
        }
        if ended {
            admit_revival(c, &before.owner, &before, now)?;
        }
        let after = Token {
            expiry: self.new_end(&before, renewal, now)?,
            unused_days: policy.unused_days,
            changed: later(&before, now),
            ..before.clone()
        };
        Ok((before, after))
    }

    /// The end of a token with a new value: its own, or the chosen one where that has passed, or could not be had
    /// today.
    fn new_end(&self, before: &Token, renewal: Renewal, now: Now) -> Result<Expiry, Problems> {
        if self.rules().policy.gives(before.expiry, now) {
            return Ok(before.expiry);
        }
        let missing = || Problems::one("expires", "Choose when it expires");
        let choice = renewal.expires.ok_or_else(missing)?;
        let field = if matches!(choice, Choice::LastDay(_)) { "until" } else { "expires" };
        let expiry = self.rules().policy.expiry(choice, now);
        expiry.map_err(|sentence| Problems::one(field, sentence))
    }
}

/// Another token may have taken the name of one that had expired.
fn admit_revival(c: &mut Conn, owner: &UserId, token: &Token, now: Now) -> Outcome<()> {
    let taken = admit_name(c, owner, &token.name, Some(&token.id), now);
    let sentence = "Another token has this name by now. Rename one of the two first";
    taken.map_err(|failure| match failure {
        Failure::Refused(Refusal::Invalid(_)) => Refusal::field(FORM, sentence).into(),
        failure => failure,
    })
}
