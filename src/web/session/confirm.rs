//! The proof that the person behind a form has just typed their password, used a passkey in its place or, where they
//! have no password here, signed in anew at the provider.

use actix_session::Session;

use super::SignedIn;
use crate::domain::actor::{Actor, Confirmed, Fresh};
use crate::domain::client::Client;
use crate::domain::id::Nonce;
use crate::domain::password::Password;
use crate::domain::refusal::{Fault, Outcome, Problems};
use crate::domain::time::{Now, from_micros};
use crate::domain::user::User;
use crate::manage::Manage;
use crate::web::ceremony::{Answered, Asked, CONFIRM, Seal};
use crate::web::error::WebError;
use crate::web::shell::Shell;

/// When a change was last confirmed, in microseconds; kept only where the operator allows a window after it.
const CONFIRMED: &str = "confirmed";

/// When somebody signed in anew at the provider, and what the change that it is for uses up.
const FRESH: &str = "fresh";

/// Who acts in a session, with what it remembers of confirming; on their own tokens until more is known.
pub fn actor(session: &Session, user: User, client: Client, has_password: bool, now: Now) -> Actor {
    let confirmed = session.get::<i64>(CONFIRMED).ok().flatten().map(from_micros);
    let fresh = fresh(session).filter(|fresh| fresh.counts(now));
    Actor { user, client, confirmed, has_password, fresh, entrusted: None }
}

/// Whether the next change asks for the password.
pub fn asks_password(me: &Actor, manage: &Manage, now: Now) -> bool {
    me.fresh.is_none() && !me.is_within(manage.rules().confirm_window, now)
}

/// A fresh sign-in that a session remembers.
fn fresh(session: &Session) -> Option<Fresh> {
    let (at, once) = session.get::<(i64, String)>(FRESH).ok().flatten()?;
    Some(Fresh { at: from_micros(at), once: Nonce::parse(&once)? })
}

/// What may stand in the place of the password.
pub struct Ways {
    /// What a passkey is asked for, where this person has one.
    asked: Option<Asked>,
    /// What it answered, if it was asked.
    answered: Option<Answered>,
    /// What people call the provider, for who has no password here and confirms changes there.
    provider: Option<String>,
}

impl Ways {
    pub async fn of(me: &Actor, manage: &Manage, seal: &Seal<'_>, now: Now) -> Outcome<Self> {
        let asked = manage.ask_for_passkey(me.id(), now).await?;
        let asked = asked.map(|question| seal.ask(CONFIRM, question));
        let provider = manage.provider().filter(|_| me.wants_fresh()).map(str::to_owned);
        Ok(Self { asked, answered: None, provider })
    }

    pub fn show(&self, shell: &mut Shell) {
        shell.passkey = self.asked.clone();
        shell.confirms_with = self.provider.clone();
    }
}

impl SignedIn {
    /// The same with what a passkey has said to the form that was sent, if it was asked.
    pub(in crate::web) fn answering(self, answered: Option<Answered>) -> Self {
        let ways = Ways { answered, ..self.ways };
        Self { ways, ..self }
    }

    /// A question to this session's browser, or the answer to one.
    pub fn seal(&self) -> Seal<'_> {
        Seal { key: &self.site.key, binding: &self.binding }
    }

    /// What to say of a form without a password, if anything: it needs none where a passkey has answered.
    pub fn missing(&self) -> Option<String> {
        self.missing_anew().filter(|_| self.asks_password)
    }

    /// The same, where a window of the operator's doesn't count.
    pub fn missing_anew(&self) -> Option<String> {
        let is_proven = self.ways.answered.is_some() || self.actor.fresh.is_some();
        (!is_proven).then(|| match &self.ways.provider {
            Some(name) => format!("Confirm with {name} first"),
            None if self.actor.has_password => "Enter your password".to_owned(),
            None => "You have no password to confirm with. Ask an administrator".to_owned(),
        })
    }

    /// Says that the password is missing, where it is asked for.
    pub fn want_password(&self, typed: &str) -> Result<(), Problems> {
        match self.missing().filter(|_| typed.is_empty()) {
            Some(sentence) => Err(Problems::one("password", sentence)),
            None => Ok(()),
        }
    }

    /// Remembers a fresh sign-in for the next change.
    pub fn keep(&self, fresh: &Fresh) -> Result<(), WebError> {
        let text = (fresh.at.timestamp_micros(), fresh.once.as_str());
        let kept = self.session.insert(FRESH, text);
        kept.map_err(|e| Fault::new("changing a session", e).into())
    }

    /// Checks the password typed with a change, or the passkey used for it, or uses a fresh sign-in up; where the
    /// operator allows a window after that, it begins.
    pub async fn confirm(&self, manage: &Manage, typed: &str, now: Now) -> Outcome<Confirmed> {
        let answered = self.ways.answered.as_ref().filter(|_| typed.is_empty());
        let by = match answered {
            Some(answered) => {
                let answer = answered.open(&self.seal(), CONFIRM)?;
                manage.confirm_with_passkey(&self.actor, answer, now).await?
            }
            None => manage.confirm(&self.actor, Password::typed(typed), now).await?,
        };
        let is_anew = answered.is_some() || !typed.is_empty() || self.actor.fresh.is_some();
        if answered.is_none() && self.actor.fresh.is_some() {
            self.session.remove(FRESH);
        }
        if is_anew && !manage.rules().confirm_window.is_zero() {
            let kept = self.session.insert(CONFIRMED, now.at().timestamp_micros());
            kept.map_err(|e| Fault::new("changing a session", e))?;
        }
        Ok(by)
    }
}
