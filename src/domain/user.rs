//! People: what they are called and what their role lets them do.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use compact_str::CompactString;

use super::id::UserId;
use super::team::TeamKey;
use super::text;

/// The name one signs in with. One spelling only: typed in any case, kept in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserName(CompactString);

impl UserName {
    pub const LONGEST: usize = 40;

    /// Letters, digits, dots, hyphens and underscores: no two names look alike, none can be taken for a mail address.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let name = typed.trim().to_ascii_lowercase();
        let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
        if name.is_empty() {
            return Err("Enter a username".to_owned());
        }
        if name.len() > Self::LONGEST {
            return Err(format!("Use at most {} characters", Self::LONGEST));
        }
        if !name.bytes().all(inside) || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(
                "Use the letters a to z, digits, dots, hyphens and underscores, starting with a letter or digit"
                    .to_owned(),
            );
        }
        Ok(Self(name.into()))
    }

    /// A name as stored: later rules for new ones don't take it away.
    pub fn from_stored(text: String) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a person is called on pages and in identity headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(CompactString);

impl DisplayName {
    pub const LONGEST: usize = 80;

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
            None => Ok(Self(name.into())),
        }
    }

    /// A name as stored: later rules for new ones don't take it away.
    pub fn from_stored(text: String) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&UserName> for DisplayName {
    fn from(name: &UserName) -> Self {
        Self(name.0.clone())
    }
}

/// A mail address, as far as one can tell without writing to it. Kept in lower case, so that no two people have
/// the same one: services may trust it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(CompactString);

impl Email {
    pub const LONGEST: usize = 254; // RFC 5321, section 4.5.3.1

    pub fn parse(typed: &str) -> Result<Self, String> {
        let address = typed.trim().to_ascii_lowercase();
        let shaped = address.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && !host.is_empty() && !host.contains('@')
        });
        let plain = address.bytes().all(|b| b.is_ascii_graphic());
        if shaped && plain && address.len() <= Self::LONGEST {
            Ok(Self(address.into()))
        } else {
            Err("Enter a mail address such as ada@example.org".to_owned())
        }
    }

    /// An address as stored: later rules for new ones don't take it away.
    pub fn from_stored(text: String) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// From the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Uses and revokes the tokens they have, and generates none.
    Viewer,
    Member,
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Member, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// How pages look to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }
}

/// How days and times are written to a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dates {
    /// 20 February 2027.
    #[default]
    Words,
    /// 2027-02-20 (ISO 8601): the same in every language.
    Numbers,
}

impl Dates {
    pub const ALL: [Self; 2] = [Self::Words, Self::Numbers];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Numbers => "numbers",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dates| dates.as_str() == text)
    }
}

/// What people decide of themselves.
#[derive(Clone, Debug)]
pub struct Profile {
    pub name: DisplayName,
    pub zone: Tz,
    pub dates: Dates,
    pub theme: Theme,
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    pub name: UserName,
    pub display_name: DisplayName,
    pub email: Option<Email>,
    pub role: Role,
    /// Ordered by key. Also those that the file no longer has.
    pub teams: Arc<[TeamKey]>,
    pub created: DateTime<Utc>,
    /// From then on neither sign-in nor any of their tokens works.
    pub disabled: Option<DateTime<Utc>>,
    /// In which times are shown to them.
    pub zone: Tz,
    pub dates: Dates,
    /// What they have chosen, in whichever browser; until then each browser has its own.
    pub theme: Option<Theme>,
    /// The team that owns a service account, which is no person and never signs in.
    pub owned_by: Option<TeamKey>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_only_in_case_or_space_are_one() {
        assert_eq!(UserName::parse(" Ada "), UserName::parse("ada"));
        for bad in ["", " ", "a da", "ада", "ada@example.org", "-ada", "ﬁ", "a\0b", "a/b"] {
            assert!(UserName::parse(bad).is_err(), "{bad:?}");
        }
        assert!(UserName::parse(&"a".repeat(41)).is_err());
    }

    #[test]
    fn an_address_has_two_sides_and_no_line_breaks() {
        assert_eq!(Email::parse("Ada@Fernhill.example"), Email::parse("ada@fernhill.example"));
        assert!(Email::parse("ada@fernhill.example").is_ok());
        for bad in ["", "ada", "@x", "a@", "a@b@c", "a b@c", "a@b\r\nX-Header: 1"] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }
}
