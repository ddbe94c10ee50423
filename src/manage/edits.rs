//! Changes of a token that keep its value: editing, pausing, resuming.

use chrono::{DateTime, TimeDelta, Utc};

use super::Manage;
use super::tokens::{admit_name, listed};
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::edit::{Difference, Edit};
use crate::domain::event::{Event, Kind};
use crate::domain::expiry::Expiry;
use crate::domain::id::TokenId;
use crate::domain::refusal::{Fault, Outcome, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::store::conn::Conn;
use crate::store::{events, tokens};

impl Manage {
    /// Says before the password is looked at what would keep an edit from being made. `read` is when the token had
    /// last been changed as the form showed it.
    pub async fn check_edit(
        &self,
        me: &Actor,
        id: TokenId,
        edit: Edit,
        read: DateTime<Utc>,
        now: Now,
    ) -> Outcome<()> {
        let (manage, me) = (self.clone(), me.clone());
        self.db.read(move |c| manage.decide(c, &me, &id, &edit, read, now).map(drop)).await
    }

    /// Makes an edit, and answers with the token as it now is, or `None` where nothing was to be changed.
    pub async fn edit(
        &self,
        by: Confirmed,
        id: TokenId,
        edit: Edit,
        read: DateTime<Utc>,
        now: Now,
    ) -> Outcome<Option<Token>> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                let (before, mut after) = manage.decide(tx, by.actor(), &id, &edit, read, now)?;
                let catalogue = &manage.rules().catalogue;
                let difference = Difference { before: &before, after: &after, catalogue };
                let sentences = difference.sentences();
                if sentences.is_empty() {
                    return Ok(None);
                }
                let kind = if difference.widens() { Kind::TokenWidened } else { Kind::TokenEdited };
                after.changed = later(&before, now);
                save(tx, &after, &before)?;
                let detail = format!("{}.", sentences.join(". "));
                events::record(tx, &Event::about_token(kind, by.actor(), &after, detail, now))?;
                Ok(Some(after))
            })
            .await
    }

    /// Pauses a token, or lets it go on: from the moment this returns. Doing it again changes nothing.
    pub async fn pause(&self, by: Confirmed, id: TokenId, pause: bool, now: Now) -> Outcome<Token> {
        self.db
            .write(move |tx| {
                let before = listed(tx, by.actor(), &id)?;
                if before.paused.is_some() == pause {
                    return Ok(before);
                }
                let paused = pause.then(|| now.at());
                let after = Token { paused, changed: later(&before, now), ..before.clone() };
                save(tx, &after, &before)?;
                let kind = if pause { Kind::TokenPaused } else { Kind::TokenResumed };
                let event = Event::about_token(kind, by.actor(), &after, String::new(), now);
                events::record(tx, &event)?;
                Ok(after)
            })
            .await
    }

    /// The token before and after an edit, or why it can't be made.
    fn decide(
        &self,
        c: &mut Conn,
        me: &Actor,
        id: &TokenId,
        edit: &Edit,
        read: DateTime<Utc>,
        now: Now,
    ) -> Outcome<(Token, Token)> {
        let before = listed(c, me, id)?;
        unchanged_since(c, &before, read)?;
        let after = Token {
            name: edit.name.clone(),
            description: edit.description.clone(),
            grants: edit.grants.clone(),
            networks: edit.networks.clone(),
            per_minute: edit.per_minute,
            expiry: self.expiry(&before, edit, now)?,
            ..before.clone()
        };
        if !before.has_ended(now) {
            admit_name(c, &before.owner, &after.name, Some(id), now)?;
        }
        let catalogue = &self.rules().catalogue;
        let difference = Difference { before: &before, after: &after, catalogue };
        self.rules().policy.admit_edit(me.role(), &difference)?;
        if difference.widens() {
            self.admit_factor(c, me.id())?;
        }
        Ok((before, after))
    }

    fn expiry(&self, before: &Token, edit: &Edit, now: Now) -> Result<Expiry, Problems> {
        let Some(choice) = edit.expires else { return Ok(before.expiry) };
        if before.has_ended(now) {
            let sentence = "This token has expired. Regenerate it to bring it back";
            return Err(Problems::one("expires", sentence));
        }
        let expiry = self.rules().policy.expiry(choice, now);
        expiry.map_err(|sentence| Problems::one("until", sentence))
    }
}

/// Refuses what was decided on a token as it no longer is, and says what happened to it since.
pub(super) fn unchanged_since(c: &mut Conn, token: &Token, read: DateTime<Utc>) -> Outcome<()> {
    if token.changed == read {
        return Ok(());
    }
    let since = events::of_token_since(c, &token.id, read)?;
    let words = |event: &Event| format!("{} {}", event.kind.words(), event.detail);
    Err(Refusal::Changed { since: since.iter().map(words).collect() }.into())
}

/// The time of a change, later than the one before even where the clock was set back.
pub(super) fn later(before: &Token, now: Now) -> DateTime<Utc> {
    now.at().max(before.changed + TimeDelta::microseconds(1))
}

/// Nobody else can have changed what this transaction has read; where that fails, nothing may be stored.
pub(super) fn save(tx: &mut Conn, after: &Token, before: &Token) -> Result<(), Fault> {
    let saved = tokens::update(tx, after, before)?;
    saved.then_some(()).ok_or_else(|| Fault::new("changing a token", "it changed under us"))
}
