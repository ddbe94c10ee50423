//! Passwords: as typed, as chosen anew, as stored.

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use super::refusal::Fault;

/// A password as somebody typed it, in Unicode's composed form (NFC, as RFC 8265 has it), so that
/// the same keys mean the same password on every system. Wiped when dropped, never printed.
pub struct Password(Zeroizing<String>);

impl Password {
    /// In bytes. Longer ones are refused before any hashing.
    pub const LONGEST: usize = 1024;

    /// `None` when nothing was typed, or far more than a password has.
    pub fn typed(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.len() <= Self::LONGEST;
        fits.then(|| Self(Zeroizing::new(text.nfc().collect())))
    }
}

/// Passphrases that everybody knows: long, and of words that zxcvbn takes for unrelated. An attacker tries them first.
const FAMOUS: [&str; 20] = [
    "correct horse battery staple",
    "the magic words are squeamish ossifrage",
    "the quick brown fox jumps over the lazy dog",
    "lorem ipsum dolor sit amet",
    "may the force be with you",
    "to be or not to be that is the question",
    "all your base are belong to us",
    "never gonna give you up",
    "one ring to rule them all",
    "i am your father",
    "winter is coming",
    "open the pod bay doors",
    "once upon a time",
    "it was the best of times",
    "four score and seven years ago",
    "in the beginning was the word",
    "twinkle twinkle little star",
    "mary had a little lamb",
    "row row row your boat",
    "abandon all hope ye who enter here",
];

/// With what stands between the words by habit.
fn famous() -> Vec<String> {
    let joined = |phrase: &&str| ["", " ", "-", "_", "."].map(|sign| phrase.replace(' ', sign));
    FAMOUS.iter().flat_map(joined).collect()
}

/// A password somebody chooses: long enough, and not easy to guess.
pub struct NewPassword(Password);

impl NewPassword {
    /// In characters (NIST SP 800-63B-4, section 3.1.1.2).
    pub const SHORTEST: usize = 15;

    /// `about` are words an attacker would try first: the person's names, the instance's name.
    pub fn choose(text: &str, about: &[&str]) -> Result<Self, String> {
        if text.is_empty() {
            return Err("Enter a new password".to_owned());
        }
        if text.chars().count() < Self::SHORTEST {
            return Err(format!(
                "Use at least {} characters. A few unrelated words work well",
                Self::SHORTEST
            ));
        }
        let Some(password) = Password::typed(text) else {
            return Err(format!("Use at most {} bytes", Password::LONGEST));
        };
        if text.chars().any(char::is_control) {
            return Err("Leave out control characters: not every device can type them".to_owned());
        }
        let famous = famous();
        let mut about = [about, &["latchkey", "access", "token", "password"]].concat();
        about.extend(famous.iter().map(String::as_str));
        let strength = zxcvbn(&password.0, &about);
        if strength.score() < Score::Four {
            let reason = strength.feedback().and_then(|feedback| feedback.warning());
            let reason =
                reason.map_or("It is close to a common one.".to_owned(), |r| r.to_string());
            return Err(format!(
                "This password is easy to guess. {reason} Try a few unrelated words"
            ));
        }
        Ok(Self(password))
    }

    /// Whether it is the one that was typed as the present password.
    pub fn is(&self, present: &Password) -> bool {
        self.0.0 == present.0
    }

    /// Argon2id at the strength OWASP advises (19 MiB, 2 passes, 1 lane), with a salt of its own.
    pub fn hash(&self) -> Result<PasswordHash, Fault> {
        PasswordHash::of(&self.0)
    }
}

/// A password as stored: argon2id in the PHC string form.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub fn of(password: &Password) -> Result<Self, Fault> {
        let hash = Argon2::default()
            .hash_password(password.0.as_bytes())
            .map_err(|e| Fault::new("hashing a password", e.to_string()))?;
        Ok(Self(hash.to_string()))
    }

    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Of somebody who has not set a password yet: nothing matches it.
    pub fn none() -> Self {
        Self(String::new())
    }

    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A hash made with other parameters than today's still counts: they stand in it.
    pub fn matches(&self, password: &Password) -> bool {
        let Ok(hash) = Phc::new(&self.0) else {
            return false;
        };
        let checked = Argon2::default().verify_password(password.0.as_bytes(), &hash);
        checked.is_ok()
    }

    /// Whether it was made with parameters that are no longer today's.
    pub fn is_outdated(&self) -> bool {
        let made_with = Phc::new(&self.0).ok().and_then(|hash| Params::try_from(&hash).ok());
        let same = |p: Params| {
            let today = Params::DEFAULT;
            (p.m_cost(), p.t_cost(), p.p_cost()) == (today.m_cost(), today.t_cost(), today.p_cost())
        };
        !self.0.starts_with("$argon2id$v=19$") || !made_with.is_some_and(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Password {
        Password::typed(text).expect("a password")
    }

    #[test]
    fn only_the_same_password_matches() {
        let hash = PasswordHash::of(&typed("four lazy Weasels")).expect("a hash");
        assert!(hash.matches(&typed("four lazy Weasels")));
        for near in [
            "four lazy weasels",
            "four lazy Weasels ",
            " four lazy Weasels",
            "four lazy Weasel",
            "four lazy Weasels\0",
            "four lazy W\u{435}asels",
            "four lazy Ｗeasels",
        ] {
            assert!(!hash.matches(&typed(near)), "{near:?}");
        }
    }

    #[test]
    fn composed_and_decomposed_letters_are_one_password() {
        let hash = PasswordHash::of(&typed("caf\u{e9} au lait, deux")).expect("a hash");
        assert!(hash.matches(&typed("cafe\u{301} au lait, deux")));
    }

    #[test]
    fn empty_and_huge_passwords_are_never_hashed() {
        assert!(Password::typed("").is_none());
        assert!(Password::typed(&"x".repeat(1025)).is_none());
        assert!(Password::typed(&"x".repeat(64)).is_some());
    }

    #[test]
    fn a_new_password_is_long_and_hard_to_guess() {
        assert!(NewPassword::choose("plum tractor ninety gull", &[]).is_ok());
        for (weak, word) in [
            ("", "Enter"),
            ("short one", "at least 15"),
            ("aaaaaaaaaaaaaaaaaaaa", "easy to guess"),
            ("passwordpassword1", "easy to guess"),
            ("latchkeylatchkey", "easy to guess"),
            ("123456789012345678", "easy to guess"),
            ("correct horse battery staple", "easy to guess"),
            ("Correct-Horse-Battery-Staple", "easy to guess"),
            ("correct.horse.battery.staple!1", "easy to guess"),
            ("maytheforcebewithyou", "easy to guess"),
            ("plum tractor\0ninety gull", "control characters"),
            ("plum tractor\nninety gull", "control characters"),
        ] {
            let refused = NewPassword::choose(weak, &["ada"]).err().expect(weak);
            assert!(refused.contains(word), "{weak}: {refused}");
        }
        assert!(NewPassword::choose("fernhillfernhill", &["fernhill"]).is_err());
    }

    #[test]
    fn a_hash_of_older_parameters_works_and_is_marked_for_renewal() {
        let weaker = Argon2::new(
            argon2::Algorithm::Argon2id,
            argon2::Version::V0x13,
            Params::new(8 * 1024, 1, 1, None).expect("parameters"),
        );
        let old = weaker.hash_password(b"four lazy weasels").expect("a hash");
        let old = PasswordHash::from_stored(old.to_string());
        assert!(old.matches(&typed("four lazy weasels")) && old.is_outdated());
        assert!(!PasswordHash::of(&typed("x")).expect("a hash").is_outdated());
        assert!(!PasswordHash::from_stored("nonsense".to_owned()).matches(&typed("x")));
    }
}
