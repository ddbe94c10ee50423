//! Passkeys: asking for them, adding and removing them.

use super::Manage;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::event::{Event, Kind};
use crate::domain::id::{PasskeyId, UserId};
use crate::domain::passkey::{Ceremony, Credential, Passkey, PasskeyName, Question};
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::relying_party::RelyingParty;
use crate::domain::time::Now;
use crate::domain::token::FORM;
use crate::store::{events, nonces, passkeys};

/// The answer of a browser to a question that was signed for it.
pub struct Answer {
    pub asked: Ceremony,
    pub text: String,
}

impl Manage {
    /// Whether people can have passkeys here at all.
    pub fn offers_passkeys(&self) -> bool {
        self.rules().relying_party.is_some()
    }

    pub(super) fn relying_party(&self) -> Outcome<RelyingParty> {
        Ok(self.rules().relying_party.clone().ok_or(Refusal::NotFound)?)
    }

    pub async fn passkeys(&self, user: &UserId) -> Outcome<Vec<Passkey>> {
        let id = user.clone();
        self.db.glance(move |c| Ok(passkeys::of_person(c, &id)?)).await
    }

    /// What a person's browser is asked for when they confirm a change, if they have a passkey.
    pub async fn ask_for_passkey(&self, user: &UserId, now: Now) -> Outcome<Option<Question>> {
        let Some(party) = self.rules().relying_party.clone() else { return Ok(None) };
        let known = self.passkeys(user).await?;
        let asked = (!known.is_empty()).then(|| party.ask(&known, now));
        Ok(asked.transpose()?)
    }

    /// What a stranger's browser is asked for, where there are passkeys.
    pub fn ask_stranger(&self, now: Now) -> Outcome<Option<Question>> {
        let party = self.rules().relying_party.clone();
        Ok(party.map(|party| party.ask(&[], now)).transpose()?)
    }

    pub async fn ask_for_new_passkey(&self, me: &Actor, now: Now) -> Outcome<Question> {
        let party = self.relying_party()?;
        Ok(party.ask_to_add(&me.user, &self.passkeys(me.id()).await?, now)?)
    }

    /// Looks at the answer to that, before anything else is asked for.
    pub fn read_new_passkey(&self, answer: &Answer, now: Now) -> Outcome<Credential> {
        let party = self.relying_party()?;
        if !answer.asked.holds(now) {
            return Err(late(FORM).into());
        }
        let added = party.added(&answer.asked, &answer.text);
        Ok(added.map_err(|doubt| {
            tracing::info!("a new passkey was refused: {doubt:?}");
            let sentence = "Your device’s answer can’t be used. Try again, or use another device";
            Refusal::field(FORM, sentence)
        })?)
    }

    pub async fn add_passkey(
        &self,
        by: Confirmed,
        name: PasskeyName,
        credential: Credential,
        asked: Ceremony,
        now: Now,
    ) -> Outcome<()> {
        let (id, user, added) = (PasskeyId::random(), by.id().clone(), now.at());
        let passkey = Passkey { id, user, name, credential, added, used: None };
        self.db
            .write(move |tx| {
                if passkeys::count(tx, by.id())? >= Passkey::MOST {
                    let most = Passkey::MOST;
                    let sentence =
                        format!("You have {most} passkeys, which is the most. Remove one first");
                    return Err(Refusal::field(FORM, sentence).into());
                }
                if !nonces::use_up(tx, &asked.nonce, now)? || !passkeys::insert(tx, &passkey)? {
                    return Err(Refusal::AlreadyDone.into());
                }
                let event = Event::own(Kind::PasskeyAdded, by.actor(), now);
                Ok(events::record(tx, &Event { detail: passkey.quoted(), ..event })?)
            })
            .await
    }

    /// A passkey of one's own.
    pub async fn passkey(&self, me: &Actor, id: &PasskeyId) -> Outcome<Passkey> {
        let found = self.passkeys(me.id()).await?.into_iter().find(|passkey| passkey.id == *id);
        Ok(found.ok_or(Refusal::NotFound)?)
    }

    pub async fn remove_passkey(&self, by: Confirmed, id: PasskeyId, now: Now) -> Outcome<Passkey> {
        let passkey = self.passkey(by.actor(), &id).await?;
        self.db
            .write(move |tx| {
                if !passkeys::remove(tx, by.id(), &id)? {
                    return Err(Refusal::NotFound.into());
                }
                let event = Event::own(Kind::PasskeyRemoved, by.actor(), now);
                events::record(tx, &Event { detail: passkey.quoted(), ..event })?;
                Ok(passkey.clone())
            })
            .await
    }
}

pub(super) fn late(field: &'static str) -> Refusal {
    Refusal::field(field, "That took too long, so nothing was done. Try again")
}
