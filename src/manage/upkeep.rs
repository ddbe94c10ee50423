//! What keeps the database small, and the key it is asked for at start.

use super::Manage;
use crate::domain::authorization_request::AuthorizationRequest;
use crate::domain::passkey::Ceremony;
use crate::domain::refusal::{Fault, Outcome};
use crate::domain::signing::SigningKey;
use crate::domain::time::Now;
use crate::domain::usage::Day;
use crate::store::{
    Db, feed, keys, nonces, password_links, refused_calls, sessions, throttles, uses,
};

impl Manage {
    /// Clears away what has ended: sessions, forms that none of them can send any more, old tries, entries of the
    /// feed, counts of uses and refused calls.
    pub async fn clear(&self, now: Now) -> Outcome<()> {
        let dead = self.rules().sessions.dead_before(now);
        // A question to a passkey, or a way back from the provider, may outlive every session.
        let longest = Ceremony::PATIENCE.max(AuthorizationRequest::PATIENCE);
        let forms = dead.started.min(now.at() - longest);
        let ended = self.db.note(move |tx| {
            sessions::purge(tx, dead)?;
            nonces::purge(tx, forms)?;
            throttles::purge(tx, now)?;
            password_links::purge(tx, now)?;
            Ok(feed::prune(tx)?)
        });
        ended.await?;
        while self.clear_uses(now).await? {}
        Ok(())
    }

    /// One step of what may be much, so that others get their turn between. Answers whether there may be more.
    async fn clear_uses(&self, now: Now) -> Outcome<bool> {
        let first = Day::first_kept(now);
        let step = self.db.note(move |tx| {
            let days = uses::purge(tx, first)?;
            Ok(refused_calls::purge(tx, first.begin())? || days)
        });
        step.await
    }
}

pub async fn signing_key(db: &Db) -> Outcome<SigningKey> {
    let fresh = SigningKey::random();
    let stored = db.write(move |tx| Ok(keys::get_or_store(tx, "signing", fresh.as_bytes())?));
    let key = SigningKey::from_stored(stored.await?);
    Ok(key.ok_or_else(|| Fault::new("reading the signing key", "it is too short"))?)
}
