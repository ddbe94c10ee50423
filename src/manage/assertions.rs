//! What passkeys answer: signing in with one, confirming a change with one.

use super::Manage;
use super::confirm::PASSWORD;
use super::passkeys::{Answer, late};
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::UserId;
use crate::domain::passkey::{Ceremony, Doubt, Passkey};
use crate::domain::refusal::{Failure, Outcome, Refusal};
use crate::domain::relying_party::{Asserted, Presented};
use crate::domain::throttle::{self, Key};
use crate::domain::time::Now;
use crate::domain::token::FORM;
use crate::domain::user::User;
use crate::store::conn::Conn;
use crate::store::{events, nonces, passkeys, users};

/// What became of an answer.
enum Checked {
    Right(Passkey, Asserted),
    /// Whose passkey it was, as far as that is known.
    Doubtful(Option<Passkey>, Doubt),
}

impl Manage {
    /// Signs in with a passkey, which is both factors at once. Refuses alike whatever the passkey is, and whoever's.
    pub async fn sign_in_with_passkey(
        &self,
        answer: Option<Answer>,
        client: &Client,
        now: Now,
    ) -> Outcome<User> {
        let outcome = self.let_in_with_passkey(answer, client, now).await;
        self.sign_ins.count(&outcome);
        outcome
    }

    async fn let_in_with_passkey(
        &self,
        answer: Option<Answer>,
        client: &Client,
        now: Now,
    ) -> Outcome<User> {
        self.relying_party()?;
        let answer = answer.filter(|answer| answer.asked.holds(now)).ok_or_else(|| late(FORM))?;
        let keys = throttle::of_passkey(client.address);
        let (passkey, asserted) = match self.check_passkey(&answer, None, keys, now).await? {
            Checked::Right(passkey, asserted) => (passkey, asserted),
            Checked::Doubtful(passkey, doubt) => {
                let person = passkey.as_ref().map(|passkey| passkey.user.clone());
                let event =
                    Event::at_the_door(kind(&doubt, Kind::SignInFailed), person, client, now);
                return self.note_doubt(event, passkey, unknown()).await;
            }
        };
        let person = Some(passkey.user.clone());
        let failed = Event::at_the_door(Kind::SignInFailed, person, client, now);
        let (used, client) = (passkey.clone(), client.clone());
        let entered = self.db.write(move |tx| {
            let found = users::find(tx, asserted.user())?;
            // Who has no password comes in by way of the provider: the company may have closed its account of theirs.
            let found = found.filter(|(user, own)| user.disabled.is_none() && !own.is_none());
            let (user, _) = found.ok_or_else(unknown)?;
            take(tx, &answer.asked, &used, &asserted, unknown, now)?;
            let event = Event::signed_in(user.id.clone(), &client, now);
            events::record(tx, &Event { detail: with(&used), ..event })?;
            Ok(user)
        });
        match entered.await {
            Err(Failure::Refused(refusal)) => self.note_doubt(failed, Some(passkey), refusal).await,
            entered => entered,
        }
    }

    /// Checks that the person behind a request has just used a passkey of theirs, for this form of this session.
    pub async fn confirm_with_passkey(
        &self,
        me: &Actor,
        answer: Answer,
        now: Now,
    ) -> Outcome<Confirmed> {
        self.relying_party()?;
        if !answer.asked.holds(now) {
            return Err(late(PASSWORD).into());
        }
        let keys = throttle::of_confirmation(me.user.name.as_str(), me.client.address);
        let checked = self.check_passkey(&answer, Some(me.id()), keys, now).await?;
        let (passkey, asserted) = match checked {
            Checked::Right(passkey, asserted) => (passkey, asserted),
            Checked::Doubtful(passkey, doubt) => {
                let event = Event::own(kind(&doubt, Kind::PasskeyRefused), me, now);
                return self.note_doubt(event, passkey, unusable()).await;
            }
        };
        let (used, actor) = (passkey.clone(), me.clone());
        let confirmed = self.db.write(move |tx| {
            take(tx, &answer.asked, &used, &asserted, unusable, now)?;
            Ok(actor.clone().confirm_with(&asserted).ok_or_else(unusable)?)
        });
        match confirmed.await {
            Err(Failure::Refused(refusal)) => {
                let event = Event::own(Kind::PasskeyRefused, me, now);
                self.note_doubt(event, Some(passkey), refusal).await
            }
            confirmed => confirmed,
        }
    }

    /// Counted first, as a password is, then looked at in its turn, away from the event loop.
    async fn check_passkey(
        &self,
        answer: &Answer,
        owner: Option<&UserId>,
        keys: Vec<Key>,
        now: Now,
    ) -> Outcome<Checked> {
        let attempt = self.begin_try(keys, now).await?;
        let party = self.relying_party()?;
        let presented = Presented::read(&answer.text);
        let credential = presented.as_ref().map(|presented| presented.credential().to_vec());
        let found = match credential {
            Some(id) => self.db.glance(move |c| Ok(passkeys::find_by_credential(c, &id)?)).await?,
            None => None,
        };
        // At the door the authenticator has to say whose passkey it is; behind it, it is the person's own.
        let said = presented.as_ref().and_then(Presented::user);
        let owner = owner.cloned().or(said);
        let mine = found.clone().filter(|passkey| Some(&passkey.user) == owner.as_ref());
        let (Some(presented), Some(passkey)) = (presented, mine) else {
            return Ok(Checked::Doubtful(found, Doubt::Wrong("nobody’s it could be".to_owned())));
        };
        let asked = answer.asked.clone();
        let looked = attempt.look(move || match party.check(&asked, &presented, &passkey) {
            Ok(asserted) => Checked::Right(passkey, asserted),
            Err(doubt) => Checked::Doubtful(Some(passkey), doubt),
        });
        let checked = looked.await?;
        if matches!(checked, Checked::Right(..)) {
            self.forgive(attempt).await?;
        }
        Ok(checked)
    }

    /// Writes down what was not believed, and refuses it.
    async fn note_doubt<T>(
        &self,
        event: Event,
        passkey: Option<Passkey>,
        refusal: Refusal,
    ) -> Outcome<T> {
        let detail = passkey.as_ref().map_or_else(|| "With a passkey.".to_owned(), with);
        let event = Event { detail, ..event };
        self.db.write(move |tx| Ok(events::record(tx, &event)?)).await?;
        Err(refusal.into())
    }
}

/// Uses question and answer up: neither is good for a second time.
fn take(
    tx: &mut Conn,
    asked: &Ceremony,
    passkey: &Passkey,
    asserted: &Asserted,
    used: fn() -> Refusal,
    now: Now,
) -> Outcome<()> {
    let first = nonces::use_up(tx, &asked.nonce, now)?
        && passkeys::renew(tx, passkey, asserted.renewed(), now)?;
    if first { Ok(()) } else { Err(used().into()) }
}

fn kind(doubt: &Doubt, otherwise: Kind) -> Kind {
    if *doubt == Doubt::Copied { Kind::PasskeyDoubted } else { otherwise }
}

fn with(passkey: &Passkey) -> String {
    format!("With the passkey {}", passkey.quoted())
}

fn unknown() -> Refusal {
    let sentence = "That passkey can’t sign you in here. Try another one, or sign in another way";
    Refusal::field(PASSWORD, sentence)
}

fn unusable() -> Refusal {
    let sentence =
        "That passkey can’t confirm this. Nothing was changed. Try again, or confirm another way";
    Refusal::field(PASSWORD, sentence)
}
