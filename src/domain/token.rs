//! A token's row, and the making of a new one.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::expiry::{Choice, Expiry};
use super::grants::Grants;
use super::id::{TokenId, UserId};
use super::secret::{Prefix, Secret};
use super::text;
use super::time::Now;

/// The field that a problem with the form as a whole belongs to.
pub const FORM: &str = "form";

/// What a token is called: trimmed, 1 to 60 characters, all visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName(String);

impl TokenName {
    pub const LONGEST: usize = 60;

    pub fn parse(typed: &str) -> Result<Self, String> {
        let name = typed.trim();
        if name.is_empty() {
            return Err("Enter a name, so you can tell this token apart later".to_owned());
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
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a person asks for when they generate a token.
#[derive(Clone, Debug)]
pub struct Draft {
    pub name: TokenName,
    pub expires: Choice,
    pub grants: Grants,
}

/// The most recent use of a token, as a gateway or service reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    pub at: DateTime<Utc>,
    pub address: Option<IpAddr>,
    pub agent: String,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub id: TokenId,
    pub owner: UserId,
    pub name: TokenName,
    pub hint: String,
    pub grants: Grants,
    pub created: DateTime<Utc>,
    pub expiry: Expiry,
    pub revoked: Option<DateTime<Utc>>,
    pub last_use: Option<LastUse>,
}

impl Token {
    /// From how many days before its end a token is shown as expiring soon.
    const SOON_DAYS: i64 = 14;

    pub fn is_live(&self, now: Now) -> bool {
        self.revoked.is_none() && !self.expiry.is_past(now)
    }

    pub fn expires_soon(&self, now: Now) -> bool {
        let soon = now.at() + chrono::TimeDelta::days(Self::SOON_DAYS);
        self.is_live(now) && self.expiry.at().is_some_and(|end| end <= soon)
    }
}

/// A token just made, together with its value: the only moment at which both exist.
pub struct Issued {
    pub token: Token,
    pub secret: Secret,
}

impl Issued {
    pub fn mint(owner: &UserId, draft: &Draft, expiry: Expiry, prefix: &Prefix, now: Now) -> Self {
        let secret = Secret::random(prefix);
        let token = Token {
            id: TokenId::random(),
            owner: owner.clone(),
            name: draft.name.clone(),
            hint: secret.hint(),
            grants: draft.grants.clone(),
            created: now.at(),
            expiry,
            revoked: None,
            last_use: None,
        };
        Self { token, secret }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_counted_in_characters() {
        assert_eq!(TokenName::parse("  CI runner ").expect("a name").as_str(), "CI runner");
        assert!(TokenName::parse(&"é".repeat(60)).is_ok());
        assert_eq!(TokenName::parse(&"é".repeat(61)), Err("Use at most 60 characters".to_owned()));
        for blank in ["", "   ", "\u{3000}", "\t\n"] {
            let refused = TokenName::parse(blank).expect_err("blank");
            assert!(refused.starts_with("Enter a name"), "{refused}");
        }
        assert!(TokenName::parse("a\u{202E}b").is_err());
    }
}
