//! Identities of the company's own provider (OpenID Connect): how this instance is registered there, who somebody is
//! there, and what they are told to be called here.

use url::{Host, Url};
use zeroize::Zeroizing;

use super::user::{DisplayName, Email, UserName};

/// What this instance proves to the provider that it is. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct ClientSecret(Zeroizing<String>);

impl ClientSecret {
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.len() > 1000 || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("the secret that the provider gave out, without spaces".to_owned());
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// A provider's name for itself, letter by letter as its tokens have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = "an address such as https://id.example.org/realms/staff: https, unless it is this machine’s own";
        let url = endpoint(text).ok_or(wrong)?;
        let plain = url.query().is_none() && url.fragment().is_none();
        if plain { Ok(Self(text.to_owned())) } else { Err(wrong.to_owned()) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the provider says what it can do (OpenID Connect Discovery 1.0, section 4).
    pub fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.0.trim_end_matches('/'))
    }
}

/// An address that may be asked: over TLS, or on this machine.
pub fn endpoint(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let here = match url.host()? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name == "localhost",
    };
    let kept = url.scheme() == "https" || (url.scheme() == "http" && here);
    (kept && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// How this instance is known to the provider.
#[derive(Clone, Debug)]
pub struct Registration {
    pub issuer: Issuer,
    pub client_id: String,
    pub client_secret: ClientSecret,
    /// With spaces between, `openid` among them.
    pub scopes: String,
    /// What people know it by, as in “Sign in with …”.
    pub name: String,
    /// Where the provider sends people back to, below the public address.
    pub callback: String,
}

impl Registration {
    /// Where people come back to, below the address of this instance.
    pub const CALLBACK: &str = "/sign-in/identity/callback";
}

/// Who somebody is at a provider: the two together, and nothing else, are always the same person (OpenID Connect Core
/// 1.0, section 5.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
}

impl Identity {
    /// In bytes (OpenID Connect Core 1.0, section 2).
    pub const LONGEST: usize = 255;

    pub fn parse_subject(text: &str) -> Result<String, String> {
        let fits = !text.is_empty() && text.len() <= Self::LONGEST;
        let plain = text.chars().all(|c| !c.is_control());
        if fits && plain {
            return Ok(text.to_owned());
        }
        Err(format!("a subject is 1 to {} bytes, as the provider’s tokens have it", Self::LONGEST))
    }
}

/// What the provider tells of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub username: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    /// `None` where the provider doesn't say.
    pub email_verified: Option<bool>,
    /// `None` where it tells of none, which is not the same as being in none.
    pub groups: Option<Vec<String>>,
}

impl Profile {
    /// What is told here, and what isn't from elsewhere.
    pub fn or(self, other: Self) -> Self {
        // An address counts only as verified by the source it is from.
        let (email, email_verified) = match self.email {
            Some(email) => (Some(email), self.email_verified),
            None => (other.email, other.email_verified),
        };
        Self {
            username: self.username.or(other.username),
            name: self.name.or(other.name),
            email,
            email_verified,
            groups: self.groups.or(other.groups),
        }
    }

    /// A username made of what the provider calls them: what stands before the @, with hyphens for what no username has.
    pub fn user_name(&self) -> Option<UserName> {
        let told = self.username.as_deref().or(self.email.as_deref())?;
        let local = told.split('@').next().unwrap_or_default().to_lowercase();
        let plain = |c: char| {
            let fine = c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
            if fine { c } else { '-' }
        };
        let text: String = local.chars().map(plain).take(UserName::LONGEST).collect();
        UserName::parse(text.trim_matches(['.', '_', '-'])).ok()
    }

    pub fn display_name(&self, otherwise: &UserName) -> DisplayName {
        let told = self.name.as_deref().and_then(|name| DisplayName::parse(name).ok());
        told.unwrap_or_else(|| DisplayName::from(otherwise))
    }

    /// Their mail address, unless the provider says that nobody has made sure of it.
    pub fn email(&self) -> Option<Email> {
        let sure = self.email_verified == Some(true);
        self.email.as_deref().filter(|_| sure).and_then(|email| Email::parse(email).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_reached_over_tls_or_on_this_machine() {
        for good in [
            "https://id.example.org",
            "https://id.example.org/realms/staff/",
            "http://127.0.0.1:9000",
            "http://localhost/x",
            "http://[::1]:9000",
        ] {
            assert!(Issuer::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "id.example.org",
            "http://id.example.org",
            "http://127.0.0.1.example.org",
            "https://id.example.org?x=1",
            "https://id.example.org#x",
            "https://user:pass@id.example.org",
            "ftp://localhost",
        ] {
            assert!(Issuer::parse(bad).is_err(), "{bad}");
        }
        let issuer = Issuer::parse("https://id.example.org/a/").expect("an issuer");
        assert_eq!(issuer.as_str(), "https://id.example.org/a/", "letter by letter");
        assert_eq!(issuer.discovery(), "https://id.example.org/a/.well-known/openid-configuration");
    }

    #[test]
    fn a_secret_is_never_printed() {
        let secret = ClientSecret::parse("hush-hush").expect("a secret");
        assert_eq!(format!("{secret:?}"), "…");
        assert!(ClientSecret::parse("").is_err() && ClientSecret::parse("a b").is_err());
    }

    #[test]
    fn a_username_is_made_to_fit() {
        for (told, name) in [
            ("ada", Some("ada")),
            ("Ada.Nyström@fernhill.example", Some("ada.nystr-m")),
            ("fernhill\\ada", Some("fernhill-ada")),
            ("_ada_", Some("ada")),
            ("@fernhill.example", None),
            ("ада", None),
            ("", None),
        ] {
            let profile = Profile { username: Some(told.to_owned()), ..Profile::default() };
            let made = profile.user_name();
            assert_eq!(made.as_ref().map(UserName::as_str), name, "{told}");
        }
        let long = Profile { username: Some("a".repeat(200)), ..Profile::default() };
        assert_eq!(long.user_name().map(|name| name.as_str().len()), Some(UserName::LONGEST));
        let mailed = Profile { email: Some("bo@x.example".to_owned()), ..Profile::default() };
        assert_eq!(mailed.user_name().as_ref().map(UserName::as_str), Some("bo"));
        assert!(Profile::default().user_name().is_none());
    }

    #[test]
    fn an_address_that_nobody_made_sure_of_is_left_out() {
        let told = |verified| Profile {
            email: Some("Ada@Fernhill.example".to_owned()),
            email_verified: verified,
            ..Profile::default()
        };
        assert!(told(Some(true)).email().is_some());
        assert!(told(Some(false)).email().is_none() && told(None).email().is_none());
        let elsewhere = Profile { email_verified: Some(true), ..Profile::default() };
        assert!(told(Some(false)).or(elsewhere).email().is_none(), "verified by another source");
    }
}
