//! Passkeys (WebAuthn): what is kept of one, and what stands between a question to a browser and its answer.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;

use super::id::{Nonce, PasskeyId, UserId};
use super::text;
use super::time::{Now, from_micros};

/// What its owner calls a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyName(String);

impl PasskeyName {
    pub const LONGEST: usize = 60;

    pub fn parse(typed: &str) -> Result<Self, String> {
        let name = typed.trim();
        if name.is_empty() {
            return Err("Enter a name".to_owned());
        }
        if name.chars().count() > Self::LONGEST {
            return Err(format!("Use at most {} characters", Self::LONGEST));
        }
        match text::hidden_character(name) {
            Some(reason) => Err(reason.to_owned()),
            None => Ok(Self(name.to_owned())),
        }
    }

    /// A name as stored: later rules for new ones don't take it away.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a passkey is known by: its own id, and its public key with its count, as the relying party reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    pub id: Vec<u8>,
    pub text: String,
}

/// A passkey of somebody's.
#[derive(Clone, Debug)]
pub struct Passkey {
    pub id: PasskeyId,
    pub user: UserId,
    pub name: PasskeyName,
    pub credential: Credential,
    pub added: DateTime<Utc>,
    pub used: Option<DateTime<Utc>>,
}

impl Passkey {
    /// How many one person may have.
    pub const MOST: usize = 20;

    /// As the activity log tells of it.
    pub fn quoted(&self) -> String {
        format!("“{}”.", self.name.as_str())
    }
}

/// What is asked of a browser, and what has to be known to check its answer.
pub struct Question {
    /// As JSON, for the script.
    pub options: String,
    pub ceremony: Ceremony,
}

/// What stands between a question and its answer: a challenge, good once and not for long. It is handed to the browser
/// signed, for itself alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    pub nonce: Nonce,
    at: i64,
    pub state: String,
}

impl Ceremony {
    /// How long one may take to fill in the form around it.
    pub const PATIENCE: TimeDelta = TimeDelta::minutes(15);

    pub fn begin(state: String, now: Now) -> Self {
        Self { nonce: Nonce::random(), at: now.at().timestamp_micros(), state }
    }

    pub fn holds(&self, now: Now) -> bool {
        let age = now.at() - from_micros(self.at);
        age >= TimeDelta::zero() && age < Self::PATIENCE
    }

    /// To be signed before it is handed to a browser.
    pub fn text(&self) -> String {
        let state = BASE64URL_NOPAD.encode(self.state.as_bytes());
        format!("{}.{}.{state}", self.nonce.as_str(), self.at)
    }

    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let nonce = Nonce::parse(parts.next()?)?;
        let at = parts.next()?.parse().ok()?;
        let state = BASE64URL_NOPAD.decode(parts.next()?.as_bytes()).ok()?;
        Some(Self { nonce, at, state: String::from_utf8(state).ok()? })
    }
}

/// Why an answer was not believed.
#[derive(Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It is right but for its count, which went back: somebody may have a copy of the passkey.
    Copied,
    Wrong(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_good_for_minutes() {
        let at = |seconds: i64| Now::new(from_micros(seconds * 1_000_000));
        let asked = Ceremony::begin("{\"a\":1}".to_owned(), at(1_000));
        assert_eq!(Ceremony::parse(&asked.text()), Some(asked.clone()));
        assert!(asked.holds(at(1_000)) && asked.holds(at(1_899)));
        assert!(!asked.holds(at(1_900)) && !asked.holds(at(999)));
        for broken in ["", "a.b.c", &asked.text()[1..]] {
            assert!(Ceremony::parse(broken).is_none(), "{broken}");
        }
    }
}
