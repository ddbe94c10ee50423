//! A token's row, the making of a new one, and what is said of it.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use compact_str::CompactString;

use super::expiry::{Choice, Expiry};
use super::grants::Grants;
use super::id::{TokenId, UserId};
use super::limit::PerMinute;
use super::networks::Networks;
use super::secret::{Prefix, Secret};
use super::text;
use super::time::Now;

/// The field that a problem with the form as a whole belongs to.
pub const FORM: &str = "form";

/// What a token is called: trimmed, 1 to 60 characters, all visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName(CompactString);

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
            None => Ok(Self(name.into())),
        }
    }

    /// A name as stored: later rules for new ones don't take it away.
    pub fn from_stored(name: String) -> Self {
        Self(name.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a token is for, in the person's own words: up to 500 characters, in lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    pub const LONGEST: usize = 500;

    pub fn parse(typed: &str) -> Result<Self, String> {
        // Browsers send line breaks as CRLF.
        let text = typed.replace("\r\n", "\n");
        let text = text.trim();
        if text.chars().count() > Self::LONGEST {
            return Err(format!("Use at most {} characters", Self::LONGEST));
        }
        match text.split('\n').find_map(text::hidden_character) {
            Some(reason) => Err(reason.to_owned()),
            None => Ok(Self(text.to_owned())),
        }
    }

    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a person asks for when they generate a token.
#[derive(Clone, Debug)]
pub struct Draft {
    pub name: TokenName,
    pub description: Description,
    pub expires: Choice,
    pub grants: Grants,
    pub networks: Networks,
    pub per_minute: Option<PerMinute>,
}

/// The most recent use of a token, as a gateway or service reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    pub at: DateTime<Utc>,
    pub address: Option<IpAddr>,
    pub agent: String,
}

/// A token by its name, revoked or not.
pub struct Called {
    pub id: TokenId,
    pub name: String,
    /// Whether it has a page of its own: a revoked one has none any more.
    pub is_listed: bool,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub id: TokenId,
    pub owner: UserId,
    /// Who generated it.
    pub created_by: UserId,
    pub name: TokenName,
    pub description: Description,
    pub hint: String,
    pub grants: Grants,
    pub networks: Networks,
    /// How often it may be used, over all services.
    pub per_minute: Option<PerMinute>,
    pub created: DateTime<Utc>,
    /// Since when it has its present value.
    pub renewed: DateTime<Utc>,
    /// When it was last changed; two changes never have the same one.
    pub changed: DateTime<Utc>,
    pub expiry: Expiry,
    /// Days without use after which it ends, as the policy was when it got its value.
    pub unused_days: Option<u32>,
    pub paused: Option<DateTime<Utc>>,
    pub revoked: Option<DateTime<Utc>>,
    pub last_use: Option<LastUse>,
}

impl Token {
    /// From how many days before its end a token is shown as expiring soon.
    const SOON_DAYS: i64 = 14;
    /// A token used less than this ago is in use right now.
    const IN_USE: TimeDelta = TimeDelta::minutes(60);

    /// When it stops by itself: on its last day, or after too long without use, whichever comes first.
    pub fn end(&self) -> Option<DateTime<Utc>> {
        let unused = self.unused_end();
        match (self.expiry.at(), unused) {
            (Some(end), Some(unused)) => Some(end.min(unused)),
            (end, unused) => end.or(unused),
        }
    }

    fn unused_end(&self) -> Option<DateTime<Utc>> {
        let used = self.last_use.as_ref().map_or(self.renewed, |last| last.at.max(self.renewed));
        used.checked_add_signed(TimeDelta::days(i64::from(self.unused_days?)))
    }

    /// Whether it ends, or has ended, for want of use rather than on its last day.
    pub fn ends_unused(&self) -> bool {
        self.unused_end().is_some_and(|unused| self.expiry.at().is_none_or(|end| unused < end))
    }

    pub fn has_ended(&self, now: Now) -> bool {
        self.end().is_some_and(|end| end <= now.at())
    }

    pub fn is_live(&self, now: Now) -> bool {
        self.revoked.is_none() && self.paused.is_none() && !self.has_ended(now)
    }

    pub fn expires_soon(&self, now: Now) -> bool {
        let soon = now.at() + TimeDelta::days(Self::SOON_DAYS);
        self.revoked.is_none() && !self.has_ended(now) && self.end().is_some_and(|end| end <= soon)
    }

    pub fn is_in_use(&self, now: Now) -> bool {
        let used = |last: &LastUse| now.at() - last.at < Self::IN_USE;
        self.is_live(now) && self.last_use.as_ref().is_some_and(used)
    }
}

/// What a token is looked for by, folded like the words; a line each, so that no word is found across them.
pub fn search_text(name: &str, hint: &str) -> String {
    format!("{}\n{}", text::folded(name), text::folded(hint))
}

impl AsRef<Token> for Token {
    fn as_ref(&self) -> &Token {
        self
    }
}

/// A value that a token had before it was regenerated.
#[derive(Clone, Debug)]
pub struct FormerSecret {
    pub hint: String,
    /// Until when it works, or worked, beside the new one.
    pub ends: DateTime<Utc>,
    pub last_use: Option<LastUse>,
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
            created_by: owner.clone(),
            name: draft.name.clone(),
            description: draft.description.clone(),
            hint: secret.hint(),
            grants: draft.grants.clone(),
            networks: draft.networks.clone(),
            per_minute: draft.per_minute,
            created: now.at(),
            renewed: now.at(),
            changed: now.at(),
            expiry,
            unused_days: None,
            paused: None,
            revoked: None,
            last_use: None,
        };
        Self { token, secret }
    }

    /// A new value for a token that keeps all else.
    pub fn anew(token: Token, prefix: &Prefix, now: Now) -> Self {
        let secret = Secret::random(prefix);
        let token = Token { hint: secret.hint(), renewed: now.at(), ..token };
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

    #[test]
    fn a_description_keeps_its_lines_and_nothing_hidden() {
        let description = Description::parse(" On nas-02.\r\nAsk Bo. ").expect("a description");
        assert_eq!(description.as_str(), "On nas-02.\nAsk Bo.");
        assert_eq!(Description::parse("").expect("none").as_str(), "");
        assert!(Description::parse(&"é".repeat(500)).is_ok());
        assert!(Description::parse(&"é".repeat(501)).is_err());
        assert!(Description::parse("a\nb\u{202E}c").is_err());
    }

    #[test]
    fn a_token_ends_on_its_last_day_or_for_want_of_use() {
        let at = |text: &str| Now::new(text.parse().expect("a time"));
        let draft = Draft {
            name: TokenName::parse("CI").expect("a name"),
            description: Description::default(),
            expires: Choice::Never,
            grants: Grants::default(),
            networks: Networks::default(),
            per_minute: None,
        };
        let prefix = Prefix::parse("lk").expect("a prefix");
        let made = at("2026-11-01T12:00:00Z");
        let mut token = Issued::mint(&UserId::random(), &draft, Expiry::Never, &prefix, made).token;
        assert_eq!(token.end(), None);
        token.unused_days = Some(30);
        assert!(!token.has_ended(at("2026-12-01T11:59:59Z")) && token.ends_unused());
        assert!(token.has_ended(at("2026-12-01T12:00:00Z")));
        let used = at("2026-11-20T00:00:00Z").at();
        token.last_use = Some(LastUse { at: used, address: None, agent: String::new() });
        assert!(!token.has_ended(at("2026-12-19T23:59:59Z")));
        token.expiry = Expiry::At(at("2026-12-01T00:00:00Z").at());
        assert!(token.has_ended(at("2026-12-01T00:00:00Z")) && !token.ends_unused());
    }
}
