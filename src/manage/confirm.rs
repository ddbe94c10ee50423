//! The one way in to every password check: throttled first, then hashed in turn.

use zeroize::Zeroizing;

use super::Manage;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::password::{NewPassword, Password, PasswordHash};
use crate::domain::refusal::{Outcome, Problems, Refusal};
use crate::domain::throttle::{self, Count};
use crate::domain::time::Now;
use crate::store::{events, throttles, users};

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
        let typed = typed.ok_or_else(wrong)?;
        let name = me.user.name.as_str().to_owned();
        self.count_try(&name, &me.client, now).await?;
        let id = me.id().clone();
        let found = self.db.read(move |c| Ok(users::find(c, &id)?)).await?;
        let (_, stored) = found.ok_or(Refusal::NotFound)?;
        let actor = me.clone();
        let confirmed = self.hasher.run(move || actor.confirm(&typed, &stored)).await?;
        let Some(confirmed) = confirmed else {
            let event = Event::own(Kind::ConfirmationFailed, me, now);
            self.db.write(move |tx| Ok(events::record(tx, &event)?)).await?;
            return Err(wrong().into());
        };
        self.forgive_try(&name, &me.client).await?;
        Ok(confirmed)
    }

    /// Counts a try before its password is looked at, so that parallel tries all count.
    pub(super) async fn count_try(&self, name: &str, client: &Client, now: Now) -> Outcome<()> {
        let keys = throttle::keys(name, client.address);
        self.db
            .write(move |tx| {
                for key in &keys {
                    let count = throttles::find(tx, &key.name)?;
                    let count = Count::another(count, key.most, now)
                        .map_err(|wait| Refusal::TooManyTries { wait })?;
                    throttles::store(tx, &key.name, count)?;
                }
                Ok(())
            })
            .await
    }

    pub(super) async fn forgive_try(&self, name: &str, client: &Client) -> Outcome<()> {
        let keys = throttle::keys(name, client.address);
        self.db
            .write(move |tx| {
                for key in &keys {
                    throttles::forgive(tx, &key.name)?;
                }
                Ok(())
            })
            .await
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
        let about = [name, display_name, &self.rules.instance];
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
