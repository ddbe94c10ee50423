//! One way to the provider and back: what is sent along, kept by the browser, and has to come back the same.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::id::{Nonce, SessionId};
use super::signing::random_text;
use super::time::{Now, from_micros};

/// What somebody goes to the provider for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    SignIn,
    /// To show once more who they are, before a change in this session.
    Confirm(SessionId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// Comes back in the address, and shows that it is this browser that was sent (RFC 6749, section 10.12).
    pub state: String,
    /// Comes back in the ID token, and shows that it was made for this request.
    pub nonce: String,
    /// What the code can be redeemed with alone (RFC 7636).
    pub verifier: String,
    pub purpose: Purpose,
    /// Where to go on.
    pub next: String,
    /// Used up by the first answer.
    pub once: Nonce,
    at: i64,
}

impl AuthorizationRequest {
    /// How long one may take at the provider.
    pub const PATIENCE: TimeDelta = TimeDelta::minutes(10);
    /// A longer way on is left out: a cookie holds 4 KiB.
    const LONGEST: usize = 1_500;

    pub fn new(purpose: Purpose, next: &str, now: Now) -> Self {
        let next = if next.len() > Self::LONGEST { "" } else { next };
        Self {
            state: random_text(),
            nonce: random_text(),
            verifier: random_text(),
            purpose,
            next: next.to_owned(),
            once: Nonce::random(),
            at: now.at().timestamp_micros(),
        }
    }

    pub fn begun(&self) -> DateTime<Utc> {
        from_micros(self.at)
    }

    pub fn is_late(&self, now: Now) -> bool {
        let age = now.at() - self.begun();
        age < TimeDelta::zero() || age >= Self::PATIENCE
    }

    /// What the provider is told of the verifier: its SHA-256 (RFC 7636, section 4.2).
    pub fn challenge(&self) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(&self.verifier))
    }

    /// To be signed before it is handed to a browser.
    pub fn text(&self) -> String {
        let purpose = match &self.purpose {
            Purpose::SignIn => "",
            Purpose::Confirm(session) => session.as_str(),
        };
        let Self { state, nonce, verifier, next, once, at, .. } = self;
        let once = once.as_str();
        let text = format!("{state}.{nonce}.{verifier}.{once}.{at}.{purpose}.{next}");
        BASE64URL_NOPAD.encode(text.as_bytes())
    }

    pub fn parse(text: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
        let mut parts = text.splitn(7, '.');
        let mut part = || parts.next().map(str::to_owned);
        let (state, nonce, verifier) = (part()?, part()?, part()?);
        let once = Nonce::parse(&part()?)?;
        let at = part()?.parse().ok()?;
        let purpose = match part()?.as_str() {
            "" => Purpose::SignIn,
            session => Purpose::Confirm(SessionId::parse(session)?),
        };
        Some(Self { state, nonce, verifier, purpose, next: part()?, once, at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Now {
        Now::new(from_micros(seconds * 1_000_000))
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        for purpose in [Purpose::SignIn, Purpose::Confirm(SessionId::random())] {
            let next = "/account/tokens/new?name=a.b;c,d";
            let request = AuthorizationRequest::new(purpose, next, at(1_000));
            assert_eq!(AuthorizationRequest::parse(&request.text()), Some(request));
        }
        let long = AuthorizationRequest::new(Purpose::SignIn, &"/".repeat(2_000), at(0));
        assert_eq!(long.next, "");
        assert!(long.text().len() < 3_000);
        assert_eq!(AuthorizationRequest::parse("nonsense"), None);
    }

    #[test]
    fn it_lasts_ten_minutes() {
        let request = AuthorizationRequest::new(Purpose::SignIn, "", at(1_000));
        assert!(!request.is_late(at(1_000)) && !request.is_late(at(1_599)));
        assert!(request.is_late(at(1_600)) && request.is_late(at(999)));
    }

    /// RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_the_standard() {
        let request = AuthorizationRequest {
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
            ..AuthorizationRequest::new(Purpose::SignIn, "", at(0))
        };
        assert_eq!(request.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
