//! What this instance signs with, and random values that need no meaning.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::Sha256;
use zeroize::Zeroizing;

/// A key made at first start and kept in the database.
#[derive(Clone)]
pub struct SigningKey(Zeroizing<Vec<u8>>);

impl SigningKey {
    pub const LENGTH: usize = 64;

    pub fn random() -> Self {
        let mut bytes = vec![0; Self::LENGTH];
        rand::rng().fill_bytes(&mut bytes);
        Self(Zeroizing::new(bytes))
    }

    /// A stored key; `None` when it is too short to be one.
    pub fn from_stored(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= Self::LENGTH).then(|| Self(Zeroizing::new(bytes)))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// HMAC-SHA-256 of `text` for one purpose; a signature for one is worth nothing for another.
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        BASE64URL_NOPAD.encode(&self.mac(purpose, text).finalize().into_bytes())
    }

    /// In constant time.
    pub fn verifies(&self, purpose: &str, text: &str, signature: &str) -> bool {
        let Ok(given) = BASE64URL_NOPAD.decode(signature.as_bytes()) else {
            return false;
        };
        self.mac(purpose, text).verify_slice(&given).is_ok()
    }

    fn mac(&self, purpose: &str, text: &str) -> Hmac<Sha256> {
        // HMAC takes a key of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!());
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(text.as_bytes());
        mac
    }
}

/// 256 random bits as text, for cookies.
pub fn random_text() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_text_purpose_and_key_alone() {
        let key = SigningKey::random();
        let signature = key.sign("form", "visit");
        assert!(key.verifies("form", "visit", &signature));
        assert!(!key.verifies("form", "visit2", &signature));
        assert!(!key.verifies("cookie", "visit", &signature));
        assert!(!key.verifies("form", "visit", &signature[1..]));
        assert!(!key.verifies("form", "visit", ""));
        assert!(!SigningKey::random().verifies("form", "visit", &signature));
        assert!(SigningKey::from_stored(vec![1; 16]).is_none());
    }
}
