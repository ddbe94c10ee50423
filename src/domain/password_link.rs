//! One-time links to set a password: for whoever joins, and for whoever forgot theirs.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE32_NOPAD;
use rand::Rng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::id::UserId;
use super::time::Now;

/// How long a link works.
pub const LIFETIME: TimeDelta = TimeDelta::hours(72);

/// What makes a link work: 160 random bits. It is shown and mailed, and nothing else; it can't be cloned or printed.
pub struct Code(Zeroizing<String>);

impl Code {
    const BYTES: usize = 20;
    const LENGTH: usize = 32;

    pub fn random() -> Self {
        let mut bytes = Zeroizing::new([0; Self::BYTES]);
        rand::rng().fill_bytes(&mut *bytes);
        let mut text = Zeroizing::new(BASE32_NOPAD.encode(&*bytes));
        // Lower case, and no sign at its end that mail programs would leave out of a link.
        text.make_ascii_lowercase();
        Self(text)
    }

    fn as_str(&self) -> &str {
        &self.0
    }

    /// The link that holds it, below the address of an instance.
    pub fn link(&self, url: &str) -> String {
        format!("{url}/join/{}", self.as_str())
    }

    pub fn digest(&self) -> CodeDigest {
        CodeDigest::of(&self.0)
    }
}

/// What is stored of a code: SHA-256, as the code is 160 random bits.
#[derive(Clone)]
pub struct CodeDigest([u8; 32]);

impl CodeDigest {
    fn of(code: &str) -> Self {
        Self(Sha256::digest(code).into())
    }

    /// Of what an address holds in a code's place; anything of another shape is none.
    pub fn of_presented(text: &str) -> Option<Self> {
        let inside = |b: u8| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b);
        let shaped = text.len() == Code::LENGTH && text.bytes().all(inside);
        shaped.then(|| Self::of(text))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Who had a link made. A person has one of each at most: what a stranger asks for in their name ends none that was
/// handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// By an administrator or the operator.
    HandedOver,
    /// By whoever typed the person's name at sign-in.
    AskedFor,
}

impl Origin {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HandedOver => "handed_over",
            Self::AskedFor => "asked_for",
        }
    }
}

/// Whose password a link sets, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordLink {
    pub user: UserId,
    pub ends: DateTime<Utc>,
}

impl PasswordLink {
    pub fn new(user: &UserId, now: Now) -> Self {
        Self { user: user.clone(), ends: now.at() + LIFETIME }
    }

    pub fn works(&self, now: Now) -> bool {
        now.at() < self.ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_long_random_and_known_by_its_digest_alone() {
        let (one, other) = (Code::random(), Code::random());
        assert_ne!(one.as_str(), other.as_str());
        let read = CodeDigest::of_presented(one.as_str()).expect("its digest");
        assert_eq!(read.as_bytes(), one.digest().as_bytes());
        assert_ne!(read.as_bytes(), other.digest().as_bytes());
        let upper = one.as_str().to_ascii_uppercase();
        for bad in ["", &one.as_str()[1..], &format!("{}a", one.as_str()), &format!("{}1", &upper)]
        {
            assert!(CodeDigest::of_presented(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_link_works_for_72_hours_and_not_a_microsecond_longer() {
        let made = Now::new("2026-11-22T18:00:00Z".parse().expect("a time"));
        let link = PasswordLink::new(&UserId::random(), made);
        let last = Now::new(made.at() + LIFETIME - TimeDelta::microseconds(1));
        assert!(link.works(made) && link.works(last));
        assert!(!link.works(Now::new(made.at() + LIFETIME)));
    }
}
