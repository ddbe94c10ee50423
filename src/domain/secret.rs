//! The token string: `<prefix>_<30 random base62><6 base62 CRC32>`. Only this file sees one in plain text.
//!
//! About 178 random bits, so one SHA-256 is all the hashing it needs. The checksum covers everything before it
//! and lets a mistyped value be refused without asking the database.
//!
//! A caller's secret is `<prefix>_caller_<40 random base62><6 base62 CRC32>`: of another length, so that neither can
//! be taken for the other, whatever the prefixes.

use data_encoding::HEXLOWER;
use rand::distr::{Alphanumeric, SampleString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const RANDOM: usize = 30;
const CALLER_RANDOM: usize = 40;
/// What stands behind the prefix in a caller's secret.
const CALLER: &str = "_caller";
const CHECKSUM: usize = 6;
/// How much of the random part a row shows, to tell tokens apart.
pub const HINT: usize = 4;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a token of this instance starts with, so that people and secret scanners know it at a glance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prefix(String);

impl Prefix {
    pub const LONGEST: usize = 16;

    pub fn parse(text: &str) -> Result<Self, String> {
        if is_prefix(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "a prefix is 1 to {} lower-case letters, digits and underscores, from a letter to a letter or digit",
                Self::LONGEST
            ))
        }
    }

    /// Of a caller's secret, by the start that is shown of it.
    pub fn of_caller(hint: &str) -> Option<Self> {
        let (before, _) = hint.rsplit_once('_')?;
        Self::parse(before.strip_suffix(CALLER)?).ok()
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The regular expression that finds this instance's tokens, in what all scanners understand alike.
    pub fn token_pattern(&self) -> String {
        format!("{}_[0-9A-Za-z]{{{}}}", self.0, RANDOM + CHECKSUM)
    }

    /// The same for its callers' secrets.
    pub fn caller_pattern(&self) -> String {
        format!("{}{CALLER}_[0-9A-Za-z]{{{}}}", self.0, CALLER_RANDOM + CHECKSUM)
    }

    /// What each of both starts with, for scanners that look for a word before they match.
    pub fn keyword(&self) -> String {
        format!("{}_", self.0)
    }
}

/// Without the scheme of RFC 8959, whose case doesn't count (RFC 3986, section 3.1).
fn without_scheme(text: &str) -> &str {
    match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("secret-token") => rest,
        _ => text,
    }
}

fn is_prefix(text: &str) -> bool {
    let middle = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    text.len() <= Prefix::LONGEST
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('_')
        && text.bytes().all(middle)
}

/// The value of a token or a caller's secret in plain text. It can't be cloned, printed, compared or serialized, and is wiped when dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A token's.
    pub fn random(prefix: &Prefix) -> Self {
        Self::mint(prefix, "", RANDOM)
    }

    /// A caller's.
    pub fn random_for_caller(prefix: &Prefix) -> Self {
        Self::mint(prefix, CALLER, CALLER_RANDOM)
    }

    fn mint(prefix: &Prefix, kind: &str, random: usize) -> Self {
        let before = prefix.0.len() + kind.len() + 1;
        // Of its full length at once: a text that grows leaves its former self in memory.
        let mut text = Zeroizing::new(String::with_capacity(before + random + CHECKSUM));
        text.extend([&prefix.0, kind, "_"]);
        Alphanumeric.append_string(&mut rand::rng(), &mut text, random);
        let checksum = checksum(text.as_bytes());
        text.extend(checksum.map(char::from));
        Self(text)
    }

    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }

    /// The part a row may show: prefix and four characters.
    pub fn hint(&self) -> String {
        let random = self.0.rfind('_').map_or(0, |underscore| underscore + 1);
        self.0[..random + HINT].to_owned()
    }

    /// The value itself, for the one page or command that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// SHA-256 of a token or a caller's secret: what is stored and looked up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Of no value: for thinking a decision through where none was presented.
    pub const NONE: Self = Self([0; 32]);

    fn of(text: &[u8]) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// The digest of a presented value, or `None` when shape or checksum say that it can't be a token of ours.
    ///
    /// Any prefix is accepted here, so that tokens outlive a change of the operator's prefix.
    pub fn of_presented(text: &str) -> Option<Self> {
        let text = without_scheme(text);
        let (prefix, row) = text.rsplit_once('_')?;
        is_prefix(prefix).then(|| Self::of_shaped(text, row, RANDOM))?
    }

    /// The same of what a caller presents as its secret.
    pub fn of_caller_secret(text: &str) -> Option<Self> {
        let (before, row) = text.rsplit_once('_')?;
        is_prefix(before.strip_suffix(CALLER)?)
            .then(|| Self::of_shaped(text, row, CALLER_RANDOM))?
    }

    /// Of a text that ends in this row of so many random characters and the right checksum.
    fn of_shaped(text: &str, row: &str, random: usize) -> Option<Self> {
        let shaped = row.len() == random + CHECKSUM;
        if !shaped || !row.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let (body, given) = text.as_bytes().split_at(text.len() - CHECKSUM);
        (checksum(body) == given).then(|| Self::of(text.as_bytes()))
    }

    /// A stored digest; `None` for what is none.
    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// Whether both are of the same value, in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What a text holds that somebody typed or pasted to find a token by.
#[derive(Debug, PartialEq, Eq)]
pub enum Pasted {
    /// A token's value, alone or within a header, an address or a command.
    Value(Digest),
    /// What was a value but for a character or a piece: as secret as that.
    Mistyped,
    Words,
}

impl Pasted {
    /// From this many characters of a value on, a piece of it is kept as secret as the whole.
    const PIECE: usize = 12;

    pub fn read(text: &str, prefix: &Prefix) -> Self {
        let pieces = || text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        match pieces().find_map(Digest::of_presented) {
            Some(digest) => Self::Value(digest),
            None if pieces().any(|piece| is_spoilt(piece, prefix)) => Self::Mistyped,
            None => Self::Words,
        }
    }
}

/// Whether this looks like a value that lost or changed something. Names look otherwise: behind an underscore they
/// rarely have small letters, capitals and digits in one long row.
fn is_spoilt(piece: &str, prefix: &Prefix) -> bool {
    let (before, row) = piece.rsplit_once('_').unwrap_or(("", piece));
    let has = |kind: fn(&u8) -> bool| row.bytes().any(|b| kind(&b));
    let is_random =
        has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    match before.strip_suffix(CALLER).unwrap_or(before) {
        own if own == prefix.0 => row.len() >= Pasted::PIECE,
        "" => row.len() >= RANDOM && is_random,
        other => row.len() >= Pasted::PIECE && is_prefix(other) && is_random,
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0[..4]))
    }
}

fn checksum(body: &[u8]) -> [u8; CHECKSUM] {
    let mut rest = crc32fast::hash(body);
    let mut text = [b'0'; CHECKSUM];
    for place in text.iter_mut().rev() {
        *place = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    text
}

#[cfg(test)]
#[path = "secret_tests.rs"]
mod tests;
