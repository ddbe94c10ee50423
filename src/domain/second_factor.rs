//! A second proof beside the password: the codes of an authenticator app (TOTP, RFC 6238), and recovery codes for
//! when that is lost.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rand::Rng;
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use super::id::UserId;
use super::password::PasswordHash;
use super::time::{Now, from_micros};

/// What an authenticator app and this instance both know. It never leaves the page that sets the app up.
#[derive(Clone)]
pub struct TotpKey(Zeroizing<[u8; Self::LENGTH]>);

impl TotpKey {
    /// 160 bits, as RFC 4226 (section 4, R6) recommends.
    const LENGTH: usize = 20;

    pub fn random() -> Self {
        let mut bytes = Zeroizing::new([0; Self::LENGTH]);
        rand::rng().fill_bytes(&mut *bytes);
        Self(bytes)
    }

    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// Reads the text that people type into an app that has no camera.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE32_NOPAD.decode(text.as_bytes()).ok()?);
        Self::from_stored(&bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &*self.0
    }

    /// Base32, which is what apps take.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE32_NOPAD.encode(&*self.0))
    }

    /// The address that a QR code holds. Apps leave out algorithm, digits and period, or take nothing but the defaults,
    /// so these are the defaults: SHA-1, six digits, 30 seconds.
    pub fn address(&self, instance: &str, user_name: &str) -> Zeroizing<String> {
        const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');
        let instance = utf8_percent_encode(instance, PLAIN);
        let text = self.text();
        Zeroizing::new(format!(
            "otpauth://totp/{instance}:{user_name}?secret={}&issuer={instance}",
            *text
        ))
    }

    /// The code of this moment, as the app shows it.
    pub fn code(&self, now: Now) -> String {
        self.totp().generate(seconds(now)).to_string()
    }

    /// Which step of 30 seconds a typed code belongs to, if it is this one, the one before or the one after: clocks
    /// differ, and people are slow (RFC 6238, section 5.2).
    pub fn step_of(&self, typed: &str, now: Now) -> Option<i64> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let six = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
        let step = six.then(|| self.totp().check(&digits, seconds(now))).flatten()?;
        i64::try_from(step).ok()
    }

    fn totp(&self) -> Totp {
        Builder::new().with_secret(*self.0).build_noncompliant()
    }
}

fn seconds(now: Now) -> u64 {
    now.at().timestamp().try_into().unwrap_or_default()
}

/// One of several that are shown once, each good for signing in once without the app.
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// How many there are at a time.
    pub const COUNT: usize = 10;
    const GROUP: usize = 6;
    const LENGTH: usize = 24;

    /// 24 letters and digits: 120 bits, so that a fast digest is enough to keep them by.
    pub fn random() -> Self {
        let mut bytes = Zeroizing::new([0; 15]);
        rand::rng().fill_bytes(&mut *bytes);
        Self(Zeroizing::new(BASE32_NOPAD.encode(&*bytes).to_ascii_lowercase()))
    }

    /// In groups, as it is read and typed.
    pub fn text(&self) -> String {
        let groups = self.0.as_bytes().chunks(Self::GROUP).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join("-")
    }

    pub fn digest(&self) -> CodeDigest {
        CodeDigest::of(&self.0)
    }
}

/// What is stored of a recovery code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CodeDigest([u8; 32]);

impl CodeDigest {
    fn of(code: &str) -> Self {
        Self(Sha256::digest(code).into())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A person's second factor as it stands.
#[derive(Clone)]
pub struct SecondFactor {
    pub key: TotpKey,
    pub added: DateTime<Utc>,
    /// The step of the last code that was taken: none is taken twice, and none from before it.
    pub last_step: i64,
    pub codes_left: usize,
}

/// What somebody types to sign in who has typed their password already.
pub enum Code {
    OfApp(String),
    Recovery(CodeDigest),
}

impl Code {
    /// Told apart by their shapes, whichever field they were typed into. `None` for what has neither.
    pub fn of_typed(typed: &str) -> Option<Self> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Some(Self::OfApp(digits));
        }
        let plain = plain(typed);
        let is_base32 = |b: u8| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b);
        let shaped = plain.len() == RecoveryCode::LENGTH && plain.bytes().all(is_base32);
        shaped.then(|| Self::Recovery(CodeDigest::of(&plain)))
    }
}

/// A recovery code as it is hashed, in whatever case it is typed, with or without what stands between the groups.
fn plain(typed: &str) -> Zeroizing<String> {
    let plain = typed.chars().filter(char::is_ascii_alphanumeric);
    Zeroizing::new(plain.map(|c| c.to_ascii_lowercase()).collect())
}

/// What a browser holds between the password and the code: whose password was right, when, and which one it was, so
/// that a new password ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HalfWay {
    pub user: UserId,
    at: i64,
    password: String,
}

impl HalfWay {
    /// How long one may take to find the phone.
    const PATIENCE: TimeDelta = TimeDelta::minutes(10);

    pub fn begin(user: UserId, stored: &PasswordHash, now: Now) -> Self {
        Self { user, at: now.at().timestamp_micros(), password: fingerprint(stored) }
    }

    pub fn holds(&self, stored: &PasswordHash, now: Now) -> bool {
        let age = now.at() - from_micros(self.at);
        let young = age >= TimeDelta::zero() && age < Self::PATIENCE;
        young && self.password == fingerprint(stored)
    }

    /// To be signed before it is handed to a browser.
    pub fn text(&self) -> String {
        format!("{}.{}.{}", self.user.as_str(), self.at, self.password)
    }

    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let user = UserId::parse(parts.next()?)?;
        let at = parts.next()?.parse().ok()?;
        Some(Self { user, at, password: parts.next()?.to_owned() })
    }
}

fn fingerprint(stored: &PasswordHash) -> String {
    HEXLOWER.encode(&Sha256::digest(stored.as_str())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Now {
        Now::new(from_micros(seconds * 1_000_000))
    }

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let key = TotpKey::from_stored(b"12345678901234567890").expect("a key");
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(key.code(at(time)), code);
            assert_eq!(key.step_of(code, at(time)), Some(time / 30));
        }
    }

    #[test]
    fn a_code_counts_a_step_early_and_a_step_late_and_no_longer() {
        let key = TotpKey::random();
        let code = key.code(at(3_000));
        for (time, counts) in
            [(2_969, false), (2_970, true), (3_029, true), (3_059, true), (3_060, false)]
        {
            assert_eq!(key.step_of(&code, at(time)), counts.then_some(100), "{time}");
        }
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        assert_eq!(key.step_of(&spaced, at(3_000)), Some(100));
        for wrong in ["", "12345", "1234567", "abcdef", "٠١٢٣٤٥", "+12345"] {
            assert_eq!(key.step_of(wrong, at(3_000)), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_can_be_told_by_address_and_by_text() {
        let key = TotpKey::from_stored(b"12345678901234567890").expect("a key");
        let text = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(*key.text(), text);
        assert_eq!(TotpKey::parse(text).map(|key| key.text()), Some(key.text()));
        assert!(TotpKey::parse("GEZDGNBV").is_none() && TotpKey::parse("nonsense!").is_none());
        assert_eq!(
            *key.address("Fern & Hill: A", "ada.b"),
            format!(
                "otpauth://totp/Fern%20%26%20Hill%3A%20A:ada.b?secret={text}&issuer=Fern%20%26%20Hill%3A%20A"
            )
        );
    }

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed() {
        let code = RecoveryCode::random();
        let text = code.text();
        assert_eq!(text.len(), 27);
        assert_ne!(RecoveryCode::random().text(), text);
        for typed in
            [text.clone(), text.to_uppercase(), text.replace('-', ""), text.replace('-', "  ")]
        {
            let read = Code::of_typed(&typed);
            let same = matches!(read, Some(Code::Recovery(digest)) if digest == code.digest());
            assert!(same, "{typed}");
        }
        assert!(Code::of_typed(&text[1..]).is_none());
        assert!(matches!(Code::of_typed(" 123 456 "), Some(Code::OfApp(code)) if code == "123456"));
        for none in ["", "12345", "1234567", "12345a", "٠١٢٣٤٥", &"1".repeat(24)] {
            assert!(Code::of_typed(none).is_none(), "{none}");
        }
    }

    #[test]
    fn half_way_in_lasts_minutes_and_as_long_as_the_password() {
        let [one, other] = ["a", "b"].map(|text| PasswordHash::from_stored(text.to_owned()));
        let half = HalfWay::begin(UserId::random(), &one, at(1_000));
        assert_eq!(HalfWay::parse(&half.text()), Some(half.clone()));
        assert!(half.holds(&one, at(1_000)) && half.holds(&one, at(1_599)));
        assert!(!half.holds(&one, at(1_600)) && !half.holds(&one, at(999)));
        assert!(!half.holds(&other, at(1_000)));
        assert!(HalfWay::parse("").is_none() && HalfWay::parse("a.b.c").is_none());
    }
}
