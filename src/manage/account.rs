//! One's own account: profile and password.

use super::Manage;
use crate::domain::actor::Confirmed;
use crate::domain::event::{Event, Kind};
use crate::domain::password::NewPassword;
use crate::domain::refusal::{Outcome, Refusal};
use crate::domain::time::Now;
use crate::domain::user::Profile;
use crate::store::{events, password_links, sessions, users};

impl Manage {
    pub async fn change_profile(&self, by: Confirmed, profile: Profile, now: Now) -> Outcome<()> {
        self.db
            .write(move |tx| {
                users::change_profile(tx, by.id(), &profile)?;
                let event = Event::own(Kind::ProfileChanged, by.actor(), now);
                Ok(events::record(tx, &event)?)
            })
            .await
    }

    /// Stores a new password and ends every session of this person; the caller begins a new one for the
    /// browser at hand. Tokens keep working.
    pub async fn change_password(
        &self,
        by: Confirmed,
        chosen: NewPassword,
        now: Now,
    ) -> Outcome<()> {
        // Whoever picks up an unlocked device must not lock its owner out.
        let Some(against) = by.against().cloned() else {
            return Err(Refusal::field("password", "Enter your current password").into());
        };
        let new = self.hash(chosen).await?;
        self.db
            .write(move |tx| {
                if !users::set_password(tx, by.id(), &against, &new)? {
                    let sentence = "Your password was changed a moment ago, elsewhere. Nothing was changed here";
                    return Err(Refusal::field("password", sentence).into());
                }
                sessions::delete_all_of(tx, by.id())?;
                password_links::delete_of(tx, by.id())?;
                let event = Event::own(Kind::PasswordChanged, by.actor(), now);
                Ok(events::record(tx, &event)?)
            })
            .await
    }
}
