//! actix-session's store over our own sessions: the cookie holds a random key, the row its digest.

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use anyhow::{Error, anyhow};

use super::error::WebError;
use super::session::{ADDRESS, AGENT, ID, SEEN, UNREADABLE, USER};
use crate::domain::client::Client;
use crate::domain::id::UserId;
use crate::domain::refusal::Failure;
use crate::domain::session::Session;
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
        let loaded = loaded.map(|found| found.map(|(state, session)| known(state, &session)));
        Ok(loaded.unwrap_or_else(|failure| Some(unreadable(failure))))
    }

    async fn save(&self, mut state: State, _: &Duration) -> Result<SessionKey, SaveError> {
        let other = |error: Error| SaveError::Other(error);
        let user = person(&state).ok_or_else(|| other(anyhow!("a session without a person")))?;
        let (key, client) = (random_text(), taken_out(&mut state));
        let begun = self.manage.begin_session(&key, user, client, state, self.clock.now()).await;
        begun.map_err(|failure| other(cause(failure)))?;
        SessionKey::try_from(key).map_err(|e| other(e.into()))
    }

    async fn update(
        &self,
        key: SessionKey,
        mut state: State,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        state.retain(|name, _| name != ID && name != SEEN);
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

fn text(state: &State, name: &str) -> Option<String> {
    serde_json::from_str(state.get(name)?).ok()
}

fn person(state: &State) -> Option<UserId> {
    UserId::parse(&text(state, USER)?)
}

/// What a session remembers, and what is known of it.
fn known(mut state: State, session: &Session) -> State {
    state.insert(ID.to_owned(), format!("\"{}\"", session.id.as_str()));
    state.insert(SEEN.to_owned(), session.span.seen.timestamp_micros().to_string());
    state
}

/// From where and with what a session begins: it has columns of its own.
fn taken_out(state: &mut State) -> Client {
    let address = text(state, ADDRESS).and_then(|text| text.parse().ok());
    let client = Client::new(address, &text(state, AGENT).unwrap_or_default());
    state.retain(|name, _| ![ADDRESS, AGENT, ID, SEEN].contains(&&**name));
    client
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
