//! How long a session lives: an end that use puts off, and one that nothing does.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::client::Client;
use super::id::{SessionId, UserId};
use super::time::Now;

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Signed out after this long without a request.
    pub idle: Duration,
    /// Signed out after this long, whatever happens.
    pub lifetime: Duration,
    /// One more than this ends a person's oldest session.
    pub per_person: u32,
}

/// What is stored of a session's key: SHA-256, as the key is 256 random bits.
#[derive(Clone)]
pub struct KeyDigest([u8; 32]);

impl KeyDigest {
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key).into())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The times that a session's end is worked out from.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub started: DateTime<Utc>,
    pub seen: DateTime<Utc>,
}

/// One browser in which a person is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    pub span: Span,
    /// Where it was used last, and with which program.
    pub client: Client,
}

impl Limits {
    pub fn allow(&self, span: Span, now: Now) -> bool {
        let young = now.at() - span.started < delta(self.lifetime);
        let awake = now.at() - span.seen < delta(self.idle);
        young && awake
    }

    /// No session that began or was last seen before these can be alive: what a clean-up may delete.
    pub fn dead_before(&self, now: Now) -> Span {
        Span { started: now.at() - delta(self.lifetime), seen: now.at() - delta(self.idle) }
    }
}

fn delta(duration: Duration) -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(duration).unwrap_or(chrono::TimeDelta::MAX)
}
