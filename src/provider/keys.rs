//! The provider's public keys, read anew when one is asked for that isn't among them, but not at every stranger's wish.

use std::sync::Arc;

use chrono::TimeDelta;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use serde::Deserialize;
use serde_json::Value;

use super::metadata::Metadata;
use super::{Desk, Trouble, keep, kept};
use crate::domain::time::Now;

const KEPT: TimeDelta = TimeDelta::hours(1);
/// How soon keys are read again for one that is missing. Whoever signs in meanwhile is refused, so it is short.
const AGAIN: TimeDelta = TimeDelta::seconds(5);
/// More keys than this no provider has at a time.
const MOST: usize = 100;

pub struct Keys(Vec<Jwk>);

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl Desk {
    /// The key that a token names and its algorithm goes with.
    pub(super) async fn key(
        &self,
        metadata: &Metadata,
        header: &Header,
        now: Now,
    ) -> Result<DecodingKey, Trouble> {
        let known = kept(&self.keys);
        let age = known.as_ref().map(|(at, _)| now.at() - at.at());
        let within =
            |limit: TimeDelta| age.is_some_and(|age| age >= TimeDelta::zero() && age < limit);
        let found = known.as_ref().and_then(|(_, keys)| keys.find(header));
        if let Some(key) = found.filter(|_| within(KEPT)) {
            return Ok(key);
        }
        let missing =
            || Trouble::Refused("the ID token is signed with a key that it has not".to_owned());
        if within(AGAIN) {
            return Err(missing());
        }
        let document: Document = self.http.get(&metadata.keys, None).await?.json("its keys")?;
        let keys = Arc::new(Keys::of(document));
        keep(&self.keys, now, Arc::clone(&keys));
        keys.find(header).ok_or_else(missing)
    }
}

impl Keys {
    /// Those of kinds that we know; a provider may well have others.
    fn of(document: Document) -> Self {
        let keys = document.keys.into_iter().take(MOST);
        Self(keys.filter_map(|key| serde_json::from_value(key).ok()).collect())
    }

    /// By its name; a token that names none has the only one that goes with its algorithm.
    fn find(&self, header: &Header) -> Option<DecodingKey> {
        let mut fitting = self.0.iter().filter(|key| fits(key, header.alg));
        match &header.kid {
            Some(kid) => {
                let key = fitting.find(|key| key.common.key_id.as_ref() == Some(kid))?;
                DecodingKey::from_jwk(key).ok()
            }
            None => {
                let only = fitting.next()?;
                fitting.next().is_none().then(|| DecodingKey::from_jwk(only).ok()).flatten()
            }
        }
    }
}

/// Whether a key is there to sign with this algorithm. One that names an algorithm goes with no other.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let signs = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let named = key.common.key_algorithm.map(|named| named.to_string());
    let same_name = named.is_none_or(|named| named == format!("{algorithm:?}"));
    let family = DecodingKey::from_jwk(key).is_ok_and(|key| key.family() == algorithm.family());
    signs && same_name && family
}
