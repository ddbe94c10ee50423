//! The one way in to every password check: throttled first, then hashed in turn.

use zeroize::Zeroizing;

use super::Manage;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::event::{Event, Kind};
use crate::domain::password::{NewPassword, Password, PasswordHash};
use crate::domain::refusal::{Outcome, Problems, Refusal};
use crate::domain::throttle;
use crate::domain::time::Now;
use crate::store::{events, nonces, users};

pub const PASSWORD: &str = "password";

impl Manage {
    /// Checks that the person behind a request has just typed their password.
    pub async fn confirm(
        &self,
        me: &Actor,
        typed: Option<Password>,
        now: Now,
    ) -> Outcome<Confirmed> {
        let wrong = || Refusal::field(PASSWORD, "That password isn’t right. Nothing was changed");
        let Some(typed) = typed else {
            if let Some(by) = self.confirm_fresh(me, now).await? {
                return Ok(by);
            }
            return self.confirm_within(me, now).await?.ok_or_else(|| wrong().into());
        };
        let keys = throttle::of_confirmation(me.user.name.as_str(), me.client.address);
        let attempt = self.begin_try(keys, now).await?;
        let id = me.id().clone();
        let found = self.db.glance(move |c| Ok(users::find(c, &id)?)).await?;
        let (_, stored) = found.ok_or(Refusal::NotFound)?;
        let actor = me.clone();
        let confirmed = attempt.look(move || actor.confirm(&typed, &stored)).await?;
        let Some(confirmed) = confirmed else {
            let event = Event::own(Kind::ConfirmationFailed, me, now);
            self.db.write(move |tx| Ok(events::record(tx, &event)?)).await?;
            return Err(wrong().into());
        };
        self.forgive(attempt).await?;
        Ok(confirmed)
    }

    /// The proof by a fresh sign-in at the provider: one for one change, also of two that come at once.
    async fn confirm_fresh(&self, me: &Actor, now: Now) -> Outcome<Option<Confirmed>> {
        let Some(fresh) = me.fresh.clone() else { return Ok(None) };
        let id = me.id().clone();
        let found = self.db.glance(move |c| Ok(users::find(c, &id)?)).await?;
        let (_, stored) = found.ok_or(Refusal::NotFound)?;
        let Some(by) = me.clone().confirm_fresh(&stored, now) else { return Ok(None) };
        let once = fresh.once;
        self.db
            .write(move |tx| {
                if nonces::use_up(tx, &once, now)? {
                    return Ok(());
                }
                let used = "You confirmed one change, and that is made. Confirm again for this one";
                Err(Refusal::field(PASSWORD, used).into())
            })
            .await?;
        Ok(Some(by))
    }

    /// The proof that a person may have for a change shortly after another, if the operator allows that.
    async fn confirm_within(&self, me: &Actor, now: Now) -> Outcome<Option<Confirmed>> {
        let window = self.rules().confirm_window;
        if !me.is_within(window, now) {
            return Ok(None);
        }
        let id = me.id().clone();
        let found = self.db.glance(move |c| Ok(users::find(c, &id)?)).await?;
        let (_, stored) = found.ok_or(Refusal::NotFound)?;
        Ok(me.clone().confirm_within(window, stored, now))
    }

    /// Checks a new password before anything else is asked for. Working out how easy it is to guess takes its turn
    /// with the hashing.
    pub async fn choose_password(
        &self,
        name: &str,
        display_name: &str,
        typed: &str,
    ) -> Outcome<NewPassword> {
        let typed = Zeroizing::new(typed.to_owned());
        let about = [name, display_name, &self.rules().instance];
        let about = about.map(str::to_owned);
        let job = move || NewPassword::choose(&typed, &about.each_ref().map(String::as_str));
        let chosen = self.hasher.run(job).await?;
        Ok(chosen.map_err(|sentence| Problems::one("new", sentence))?)
    }

    /// Hashes in turn, and outside any transaction.
    pub(super) async fn hash(&self, chosen: NewPassword) -> Outcome<PasswordHash> {
        Ok(self.hasher.run(move || chosen.hash()).await??)
    }
}
