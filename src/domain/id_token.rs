//! What an ID token says, once its signature holds, and what has to be true of it (OpenID Connect Core 1.0, section
//! 3.1.3.7).

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::identity::Profile;
use super::time::Now;

/// How far the provider's clock may be from ours.
const LEEWAY: TimeDelta = TimeDelta::minutes(1);
/// How old a token may be when it comes: it was made for us a moment ago.
const OLDEST: TimeDelta = TimeDelta::minutes(10);

/// The hash that goes with a signature's algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashOf {
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Clone, Debug)]
pub struct IdToken {
    pub issuer: String,
    pub subject: String,
    pub audience: Vec<String>,
    pub authorized_party: Option<String>,
    pub nonce: Option<String>,
    /// In seconds since 1970, as the following times.
    pub expires: i64,
    pub issued: i64,
    pub not_before: Option<i64>,
    /// When the person last showed the provider who they are.
    pub signed_in: Option<i64>,
    pub access_token_hash: Option<String>,
    pub hash: HashOf,
    pub profile: Profile,
}

/// What we asked for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// That came beside it.
    pub access_token: &'a str,
    /// Since when the person must have signed in there anew, where that was asked for.
    pub fresh_since: Option<DateTime<Utc>>,
}

impl IdToken {
    /// Whether it is what was asked for, by whom it has to be, for us, and now; else what isn't right.
    pub fn check(&self, expected: &Expected<'_>, now: Now) -> Result<(), &'static str> {
        let sure = |holds: bool, wrong: &'static str| if holds { Ok(()) } else { Err(wrong) };
        sure(self.issuer == expected.issuer, "the ID token is of another issuer")?;
        let ours = self.audience.iter().any(|audience| audience == expected.client_id);
        sure(ours, "the ID token is for another client")?;
        let party = self.authorized_party.as_deref();
        sure(party.is_some() || self.audience.len() == 1, "the ID token is for several clients")?;
        let used_by_us = party.is_none_or(|party| party == expected.client_id);
        sure(used_by_us, "the ID token was handed to another client")?;
        let nonce = self.nonce.as_deref();
        sure(nonce == Some(expected.nonce), "the ID token is for another request")?;
        sure(self.hash_holds(expected.access_token), "the access token is not the ID token’s")?;
        self.check_times(expected.fresh_since, now)
    }

    fn check_times(&self, fresh: Option<DateTime<Utc>>, now: Now) -> Result<(), &'static str> {
        let sure = |holds: bool, wrong: &'static str| if holds { Ok(()) } else { Err(wrong) };
        let now = now.at().timestamp();
        let leeway = LEEWAY.num_seconds();
        // Saturating, as the numbers are the provider's.
        sure(self.expires.saturating_add(leeway) > now, "the ID token has expired")?;
        let made = self.issued.saturating_sub(leeway) <= now;
        let begun = self.not_before.is_none_or(|at| at.saturating_sub(leeway) <= now);
        sure(made && begun, "the ID token is from the future")?;
        let young = self.issued.saturating_add(OLDEST.num_seconds()) > now;
        sure(young, "the ID token is old")?;
        let Some(since) = fresh else { return Ok(()) };
        let at = self.signed_in.ok_or("the provider does not say when they signed in there")?;
        sure(at.saturating_sub(leeway) <= now, "they signed in there in the future")?;
        let anew = at.saturating_add(leeway) >= since.timestamp();
        sure(anew, "the provider did not ask them to sign in anew")
    }

    /// Section 3.1.3.6: the left half of the access token's hash; what is left out is not checked.
    fn hash_holds(&self, access_token: &str) -> bool {
        let Some(told) = &self.access_token_hash else { return true };
        let hash = match self.hash {
            HashOf::Sha256 => Sha256::digest(access_token).to_vec(),
            HashOf::Sha384 => Sha384::digest(access_token).to_vec(),
            HashOf::Sha512 => Sha512::digest(access_token).to_vec(),
        };
        *told == BASE64URL_NOPAD.encode(&hash[..hash.len() / 2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_micros;

    const NOW: i64 = 1_800_000_000;

    fn token() -> IdToken {
        IdToken {
            issuer: "https://id.example.org".to_owned(),
            subject: "248289761001".to_owned(),
            audience: vec!["latchkey".to_owned()],
            authorized_party: None,
            nonce: Some("n".to_owned()),
            expires: NOW + 300,
            issued: NOW,
            not_before: None,
            signed_in: Some(NOW - 5),
            access_token_hash: None,
            hash: HashOf::Sha256,
            profile: Profile::default(),
        }
    }

    fn check(token: &IdToken) -> Result<(), &'static str> {
        let expected = Expected {
            issuer: "https://id.example.org",
            client_id: "latchkey",
            nonce: "n",
            access_token: "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
            fresh_since: None,
        };
        token.check(&expected, Now::new(from_micros(NOW * 1_000_000)))
    }

    #[test]
    fn a_token_is_for_us_of_them_and_for_this_request() {
        assert_eq!(check(&token()), Ok(()));
        let of = |issuer: &str| IdToken { issuer: issuer.to_owned(), ..token() };
        assert!(check(&of("https://id.example.org/")).is_err());
        let for_these = |audience: &[&str], party: Option<&str>| IdToken {
            audience: audience.iter().map(|text| (*text).to_owned()).collect(),
            authorized_party: party.map(str::to_owned),
            ..token()
        };
        assert!(check(&for_these(&["latchkey", "other"], Some("latchkey"))).is_ok());
        for (audience, party) in [
            (&[][..], None),
            (&["other"][..], None),
            (&["other"][..], Some("latchkey")),
            (&["latchkey", "other"][..], None),
            (&["latchkey"][..], Some("other")),
        ] {
            assert!(check(&for_these(audience, party)).is_err(), "{audience:?} {party:?}");
        }
        for nonce in [None, Some("other".to_owned()), Some(String::new())] {
            assert!(check(&IdToken { nonce, ..token() }).is_err());
        }
    }

    #[test]
    fn a_token_counts_now_give_or_take_a_minute() {
        for (expires, issued, not_before, counts) in [
            (NOW - 59, NOW - 300, None, true),
            (NOW - 60, NOW - 300, None, false),
            (NOW + 300, NOW + 60, None, true),
            (NOW + 300, NOW + 61, None, false),
            (NOW + 300, NOW, Some(NOW + 61), false),
            (NOW + 300, NOW - 600, None, false),
            (i64::MAX, i64::MIN, None, false),
            (i64::MIN, i64::MAX, None, false),
        ] {
            let token = IdToken { expires, issued, not_before, ..token() };
            assert_eq!(check(&token).is_ok(), counts, "{expires} {issued} {not_before:?}");
        }
    }

    #[test]
    fn a_confirmation_takes_a_sign_in_of_this_moment() {
        let now = Now::new(from_micros(NOW * 1_000_000));
        let fresh = Some(from_micros((NOW - 30) * 1_000_000));
        for (signed_in, counts) in [
            (None, false),
            (Some(NOW - 10), true),
            (Some(NOW - 89), true),
            (Some(NOW - 91), false),
            (Some(NOW + 61), false),
        ] {
            let token = IdToken { signed_in, ..token() };
            assert_eq!(token.check_times(fresh, now).is_ok(), counts, "{signed_in:?}");
        }
    }

    /// The example of OpenID Connect Core 1.0, appendix A.3.
    #[test]
    fn the_access_tokens_hash_is_that_of_the_standard() {
        let told = |hash: &str| IdToken { access_token_hash: Some(hash.to_owned()), ..token() };
        assert!(check(&told("77QmUPtjPfzWtF2AnpK9RQ")).is_ok());
        assert!(check(&told("77QmUPtjPfzWtF2AnpK9RR")).is_err());
        assert!(check(&told("")).is_err());
        let longer = IdToken { hash: HashOf::Sha512, ..told("77QmUPtjPfzWtF2AnpK9RQ") };
        assert!(check(&longer).is_err());
    }
}
