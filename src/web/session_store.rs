//! actix-session's store over our own sessions: the cookie holds a random key, the row its digest.

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use anyhow::{Error, anyhow};

use super::error::WebError;
use super::session::{UNREADABLE, USER};
use crate::domain::id::UserId;
use crate::domain::refusal::Failure;
use crate::domain::signing::random_text;
use crate::domain::time::Clock;
use crate::manage::Manage;
use crate::manage::sessions::State;

/// The ends of sessions are the store's own to work out, so the given time to live is not used.
pub struct Sessions {
    pub manage: Manage,
    pub clock: Clock,
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let loaded = self.manage.load_session(key.as_ref(), self.clock.now()).await;
        // The middleware would make an error of its own of this; who asks for the session makes the right one.
        Ok(loaded.unwrap_or_else(|failure| Some(unreadable(failure))))
    }

    async fn save(&self, state: State, _: &Duration) -> Result<SessionKey, SaveError> {
        let other = |error: Error| SaveError::Other(error);
        let user = person(&state).ok_or_else(|| other(anyhow!("a session without a person")))?;
        let key = random_text();
        let begun = self.manage.begin_session(&key, user, state, self.clock.now()).await;
        begun.map_err(|failure| other(cause(failure)))?;
        SessionKey::try_from(key).map_err(|e| other(e.into()))
    }

    async fn update(
        &self,
        key: SessionKey,
        state: State,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let updated = self.manage.update_session(key.as_ref(), state, self.clock.now()).await;
        if let Err(failure) = updated {
            // Only a message is lost; what the request did was done before.
            tracing::warn!("{}", cause(failure));
        }
        Ok(key)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), Error> {
        self.manage.end_session(key.as_ref()).await.map_err(cause)
    }
}

fn person(state: &HashMap<String, String>) -> Option<UserId> {
    let text: String = serde_json::from_str(state.get(USER)?).ok()?;
    UserId::parse(&text)
}

/// What stands in for a session that could not be read: the number of the fault, or none for a busy database.
fn unreadable(failure: Failure) -> State {
    let number = match WebError::from(failure) {
        WebError::Fault { busy: false, number } => number,
        _ => String::new(),
    };
    State::from([(UNREADABLE.to_owned(), format!("\"{number}\""))])
}

fn cause(failure: Failure) -> Error {
    match failure {
        Failure::Broke(fault) => anyhow!("{fault}"),
        Failure::Refused(refusal) => anyhow!("{refusal:?}"),
    }
}
