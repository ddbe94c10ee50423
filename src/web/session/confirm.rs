//! The proof that the person behind a form has just typed their password, or used a passkey in its place.

use super::SignedIn;
use crate::domain::actor::Confirmed;
use crate::domain::password::Password;
use crate::domain::refusal::{Fault, Outcome, Problems};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::ceremony::{Answered, Asked, CONFIRM, Seal};

/// When a change was last confirmed, in microseconds; kept only where the operator allows a window after it.
pub const CONFIRMED: &str = "confirmed";

/// A passkey in the place of the password.
pub struct Passkey {
    /// What the browser is asked for, where this person has one.
    pub asked: Option<Asked>,
    /// What it answered, if it was asked.
    pub answered: Option<Answered>,
}

impl SignedIn {
    /// The same with what a passkey has said to the form that was sent, if it was asked.
    pub(in crate::web) fn answering(self, answered: Option<Answered>) -> Self {
        let passkey = Passkey { answered, ..self.passkey };
        Self { passkey, ..self }
    }

    /// A question to this session's browser, or the answer to one.
    pub fn seal(&self) -> Seal<'_> {
        Seal { key: &self.site.key, binding: &self.binding }
    }

    /// Whether a form lacks the password that is asked for: it needs none where a passkey has answered.
    pub fn wants_password(&self) -> bool {
        self.asks_password && !self.used_passkey()
    }

    /// Whether a passkey was used for the form that was sent.
    pub fn used_passkey(&self) -> bool {
        self.passkey.answered.is_some()
    }

    /// Says that the password is missing, where it is asked for.
    pub fn want_password(&self, typed: &str) -> Result<(), Problems> {
        let missing = self.wants_password() && typed.is_empty();
        if missing { Err(Problems::one("password", "Enter your password")) } else { Ok(()) }
    }

    /// Checks the password typed with a change, or the passkey used for it; where the operator allows a window after
    /// that, it begins.
    pub async fn confirm(&self, manage: &Manage, typed: &str, now: Now) -> Outcome<Confirmed> {
        let answered = self.passkey.answered.as_ref().filter(|_| typed.is_empty());
        let by = match answered {
            Some(answered) => {
                let answer = answered.open(&self.seal(), CONFIRM)?;
                manage.confirm_with_passkey(&self.actor, answer, now).await?
            }
            None => manage.confirm(&self.actor, Password::typed(typed), now).await?,
        };
        let is_anew = answered.is_some() || !typed.is_empty();
        if is_anew && !manage.rules().confirm_window.is_zero() {
            let kept = self.session.insert(CONFIRMED, now.at().timestamp_micros());
            kept.map_err(|e| Fault::new("changing a session", e))?;
        }
        Ok(by)
    }
}
