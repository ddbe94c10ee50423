//! The token string: `<prefix>_<30 random base62><6 base62 CRC32>`. Only this file sees one in plain text.
//!
//! About 178 random bits, so one SHA-256 is all the hashing it needs. The checksum covers everything before it
//! and lets a mistyped value be refused without asking the database.

use data_encoding::HEXLOWER;
use rand::distr::{Alphanumeric, SampleString};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const RANDOM: usize = 30;
const CHECKSUM: usize = 6;
/// How much of the random part a row shows, to tell tokens apart.
const HINT: usize = 4;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a token of this instance starts with, so that people and secret scanners know it at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

fn is_prefix(text: &str) -> bool {
    let middle = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    text.len() <= Prefix::LONGEST
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('_')
        && text.bytes().all(middle)
}

/// A token's value in plain text. It can't be cloned, printed, compared or serialized, and is wiped when dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn random(prefix: &Prefix) -> Self {
        let mut text =
            Zeroizing::new(String::with_capacity(Prefix::LONGEST + 1 + RANDOM + CHECKSUM));
        text.push_str(&prefix.0);
        text.push('_');
        Alphanumeric.append_string(&mut rand::rng(), &mut text, RANDOM);
        let checksum = checksum(text.as_bytes());
        text.extend(checksum.map(char::from));
        Self(text)
    }

    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }

    /// The part a row may show: prefix and four characters.
    pub fn hint(&self) -> String {
        let random = self.0.len() - RANDOM - CHECKSUM;
        self.0[..random + HINT].to_owned()
    }

    /// The value itself, for the one page that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// SHA-256 of a token: what is stored and looked up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    fn of(text: &[u8]) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// The digest of a presented value, or `None` when shape or checksum say that it can't be a token of ours.
    ///
    /// Any prefix is accepted here, so that tokens outlive a change of the operator's prefix.
    pub fn of_presented(text: &str) -> Option<Self> {
        let text = text.strip_prefix("secret-token:").unwrap_or(text); // RFC 8959
        let (prefix, rest) = text.rsplit_once('_')?;
        let shaped = is_prefix(prefix)
            && rest.len() == RANDOM + CHECKSUM
            && rest.bytes().all(|b| b.is_ascii_alphanumeric());
        if !shaped {
            return None;
        }
        let (body, given) = text.as_bytes().split_at(text.len() - CHECKSUM);
        (checksum(body) == given).then(|| Self::of(text.as_bytes()))
    }

    /// A digest as stored; `None` when it has another length.
    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
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
    match before {
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fresh() -> Secret {
        Secret::random(&Prefix::parse("lk").expect("a prefix"))
    }

    #[test]
    fn a_token_has_prefix_random_part_and_checksum() {
        let secret = fresh();
        let text = secret.expose();
        assert_eq!(text.len(), "lk_".len() + 36);
        assert!(text.starts_with("lk_") && text[3..].bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_eq!(secret.hint(), text[..7]);
        assert_eq!(Digest::of_presented(text), Some(secret.digest()));
    }

    #[test]
    fn the_checksum_is_the_one_the_contract_names() {
        // CRC-32 (ISO-HDLC) of "lk_" and thirty zeros, in base62 with the digits first, worked out by hand elsewhere.
        let body = format!("lk_{}", "0".repeat(30));
        let value = u64::from(crc32fast::hash(body.as_bytes()));
        let digits = checksum(body.as_bytes());
        let back = digits.iter().fold(0u64, |sum, digit| {
            sum * 62 + BASE62.iter().position(|b| b == digit).expect("base62") as u64
        });
        assert_eq!(back, value);
        assert_eq!(BASE62[..11], *b"0123456789A");
    }

    #[test]
    fn the_uri_form_is_accepted() {
        let secret = fresh();
        let uri = format!("secret-token:{}", secret.expose());
        assert_eq!(Digest::of_presented(&uri), Some(secret.digest()));
    }

    #[test]
    fn a_value_is_found_in_whatever_was_pasted_around_it() {
        let (secret, prefix) = (fresh(), Prefix::parse("lk").expect("a prefix"));
        let (text, digest) = (secret.expose(), secret.digest());
        for pasted in [
            text.to_owned(),
            format!("  {text}\r\n"),
            format!("Bearer {text}"),
            format!("Authorization: Bearer {text}"),
            format!("curl -H \"authorization: bearer {text}\" http://x"),
            format!("TOKEN='{text}'"),
            format!("https://ada:{text}@git.example/"),
            format!("secret-token:{text}"),
            format!("“{text}”"),
        ] {
            assert_eq!(Pasted::read(&pasted, &prefix), Pasted::Value(digest), "{pasted}");
        }
        let row = "Ab0".repeat(12);
        let other = format!("pat_{row}");
        let spoilt = [&text[..38], &text[..15], &row, &format!("{text}x"), &other];
        for spoilt in spoilt {
            assert_eq!(Pasted::read(spoilt, &prefix), Pasted::Mistyped, "{spoilt}");
        }
        let hint = format!("{}…", secret.hint());
        for words in
            ["", "CI runner", "lk_", &hint, "backup_productionserver", "nas_02", "ビルド", "a_b_c"]
        {
            assert_eq!(Pasted::read(words, &prefix), Pasted::Words, "{words}");
        }
    }

    #[test]
    fn prefixes_are_plain() {
        for good in ["lk", "pat", "acme_pat", "a1"] {
            assert!(Prefix::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "LK", "1a", "_a", "a_", "a-b", "a b", "é", "abcdefghijklmnopq"] {
            assert!(Prefix::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_single_wrong_character_is_always_caught(at in 0usize..39, to in 0usize..62) {
            let secret = fresh();
            let mut text = secret.expose().as_bytes().to_vec();
            prop_assume!(text[at] != BASE62[to]);
            text[at] = BASE62[to];
            let text = String::from_utf8(text).expect("ascii");
            prop_assert!(Digest::of_presented(&text).is_none());
        }

        #[test]
        fn a_cut_longer_or_padded_value_is_refused(cut in 1usize..39, extra in "[ -~]{1,3}") {
            let secret = fresh();
            let text = secret.expose();
            prop_assert!(Digest::of_presented(&text[..cut]).is_none());
            prop_assert!(Digest::of_presented(&text[cut..]).is_none());
            let longer = format!("{text}{extra}");
            prop_assert!(Digest::of_presented(&longer).is_none());
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC*") {
            prop_assert!(Digest::of_presented(&text).is_none());
        }
    }
}
