//! The activity log as a chain: each entry's hash covers all of it and the hash before, so that none can be changed,
//! taken out, put in or moved unseen. `docs/events.md` tells auditors how to work it out with other tools.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use sha2::{Digest, Sha256};

use super::event::Event;
use super::id::{TokenId, UserId};
use super::time::{exact_time, from_micros};

/// SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hash([u8; 32]);

impl Hash {
    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Display for Hash {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// The newest entry that is known of, to be kept elsewhere: `NUMBER:HASH`. Before the first it is 0 and all zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub number: i64,
    pub hash: Hash,
}

impl Display for Head {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (number, hash) = text.trim().split_once(':')?;
            let number = number.parse().ok().filter(|number| *number >= 0)?;
            let hash = HEXLOWER_PERMISSIVE.decode(hash.as_bytes()).ok()?;
            Some(Self { number, hash: Hash::from_stored(&hash)? })
        };
        read().ok_or_else(|| "a number, a colon and 64 hexadecimal digits".to_owned())
    }
}

/// One entry as it is stored, whatever that means: to be checked, it isn't read any further.
#[derive(Clone, Debug)]
pub struct Entry {
    pub number: i64,
    pub hash: Vec<u8>,
    /// Microseconds since 1970.
    pub at: i64,
    pub kind: String,
    pub person: Option<String>,
    pub actor: Option<String>,
    pub token: Option<String>,
    pub detail: String,
    pub address: Option<String>,
    pub agent: String,
}

impl Entry {
    /// What comes after `head`.
    pub fn after(head: &Head, event: &Event) -> Self {
        let person = |id: &Option<UserId>| id.as_ref().map(|id| id.as_str().to_owned());
        let mut entry = Self {
            number: head.number + 1,
            hash: Vec::new(),
            at: event.at.timestamp_micros(),
            kind: event.kind.as_str().to_owned(),
            person: person(&event.person),
            actor: person(&event.actor),
            token: event.token.as_ref().map(TokenId::as_str).map(str::to_owned),
            detail: event.detail.clone(),
            address: event.client.address.map(|address| address.to_string()),
            agent: event.client.agent().to_owned(),
        };
        entry.chain(&head.hash);
        entry
    }

    /// Gives it the hash that it has behind this one.
    pub fn chain(&mut self, before: &Hash) {
        self.hash = self.worked_out(self.number, before).as_bytes().to_vec();
    }

    /// The hash of these fields under some number, behind some other entry: SHA-256 of netstrings (`5:hello,`), and
    /// `-,` for each field that is empty on purpose.
    pub fn worked_out(&self, number: i64, before: &Hash) -> Hash {
        let mut sum = Sha256::new();
        let mut add = |field: Option<&str>| match field {
            Some(text) => {
                sum.update(format!("{}:", text.len()));
                sum.update(text);
                sum.update(",");
            }
            None => sum.update("-,"),
        };
        add(Some(&before.to_string()));
        add(Some(&number.to_string()));
        add(Some(&exact_time(from_micros(self.at))));
        add(Some(&self.kind));
        add(self.person.as_deref());
        add(self.actor.as_deref());
        add(self.token.as_deref());
        add(Some(&self.detail));
        add(self.address.as_deref());
        add(Some(&self.agent));
        Hash(sum.finalize().into())
    }

    /// Whether it has the hash of the entry of this number behind that one.
    pub fn is_at(&self, number: i64, before: &Hash) -> bool {
        self.hash == self.worked_out(number, before).as_bytes()
    }

    /// Number and hash, as far as there is a hash.
    pub fn head(&self) -> Head {
        Head { number: self.number, hash: Hash::from_stored(&self.hash).unwrap_or_default() }
    }
}

/// In which way an entry is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    Changed,
    Missing,
    Inserted,
    /// What belongs here stands under another number.
    Reordered,
    /// It holds what is no text.
    Unreadable,
    /// The log ends before an entry that was there once.
    Cut,
    /// The chain is whole and yet not the one that was there once.
    Rewritten,
}

impl Harm {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Inserted => "inserted",
            Self::Reordered => "reordered",
            Self::Unreadable => "unreadable",
            Self::Cut => "cut",
            Self::Rewritten => "rewritten",
        }
    }
}

/// An entry that was there once, as something beside the log has kept it.
#[derive(Clone, Debug)]
pub struct Kept {
    pub by: String,
    pub head: Head,
}

/// What came of checking the log.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The last entry that is right, and so are all before it.
    pub head: Head,
    pub bad: Option<(i64, Harm)>,
    /// What keeps an entry that the log lacks, where the chain itself is whole.
    pub known_by: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::client::Client;
    use crate::domain::event::Kind;
    use crate::domain::time::Now;

    fn entry(head: &Head, detail: &str) -> Entry {
        let now = Now::new("2026-11-24T10:00:00.000001Z".parse().expect("a time"));
        let client = Client::new("192.0.2.7".parse().ok(), "git/2.47");
        let event = Event::at_the_door(Kind::SignInFailed, None, &client, now);
        Entry::after(head, &Event { detail: detail.to_owned(), ..event })
    }

    /// The example of `docs/events.md`.
    #[test]
    fn the_hash_is_what_other_tools_work_out() {
        let zeros = "0".repeat(64);
        let text = format!(
            "64:{zeros},1:1,27:2026-11-24T10:00:00.000001Z,14:sign_in_failed,-,-,-,4:h\u{e9}!,9:192.0.2.7,8:git/2.47,"
        );
        let hash: [u8; 32] = Sha256::digest(&text).into();
        assert_eq!(entry(&Head::default(), "hé!").hash, hash);
    }

    #[test]
    fn nothing_moves_from_one_field_to_the_next_unseen() {
        let first = entry(&Head::default(), "12");
        let none = Hash::default();
        let moved = Entry { agent: "2git/2.47".into(), detail: "1".into(), ..first.clone() };
        let absent = Entry { address: None, ..first.clone() };
        let empty = Entry { address: Some(String::new()), ..first.clone() };
        let hashes = [&first, &moved, &absent, &empty].map(|e| e.worked_out(1, &none).to_string());
        assert_eq!(hashes.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
        assert!(first.is_at(1, &none) && !first.is_at(2, &none));
        assert!(!first.is_at(1, &first.head().hash));
    }

    #[test]
    fn a_head_is_read_as_it_is_written() {
        let head = entry(&Head::default(), "").head();
        assert_eq!(head.to_string().parse(), Ok(head));
        assert_eq!(head.to_string().to_uppercase().parse(), Ok(head));
        for wrong in ["", "7", "7:", "7:abc", "-7:00", &format!("x:{}", head.hash)] {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
    }
}
