//! Where mails go out, as the operator says it in one address.

use url::{Host, Url};
use zeroize::Zeroizing;

use super::user::Email;

/// How the way to the mail server is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (`smtps:`).
    Tls,
    /// TLS after a greeting in the clear, or nothing is sent (`smtp:`).
    StartTls,
    /// In the clear (`?tls=none`).
    None,
}

/// A mail server that takes mails to be sent on.
#[derive(Clone)]
pub struct Relay {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub credentials: Option<Credentials>,
}

#[derive(Clone)]
pub struct Credentials {
    pub user: String,
    pub password: Zeroizing<String>,
}

/// Everything that sending mails needs.
#[derive(Clone, Debug)]
pub struct Mailing {
    pub relay: Relay,
    pub from: Email,
}

const SHAPE: &str =
    "an address such as smtp://USER:PASSWORD@mail.example.org:587 or smtps://mail.example.org";

impl Relay {
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| SHAPE.to_owned())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SHAPE)?.to_owned();
        let bare = matches!(url.path(), "" | "/") && url.fragment().is_none();
        let security = match (url.scheme(), url.query()) {
            ("smtps", None) => Security::Tls,
            ("smtp", None) => Security::StartTls,
            ("smtp", Some("tls=none")) => Security::None,
            _ => return Err(SHAPE.to_owned()),
        };
        let credentials = credentials(&url)?;
        if !bare {
            return Err(SHAPE.to_owned());
        }
        if security == Security::None && credentials.is_some() && !is_here(&host) {
            let sentence = "with tls=none the password would go over the network in the clear: leave one of them out";
            return Err(sentence.to_owned());
        }
        let usual = match security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::None => 25,
        };
        Ok(Self { host, port: url.port().unwrap_or(usual), security, credentials })
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, String> {
    let decode = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
        decoded.map(String::from).map_err(|_| SHAPE.to_owned())
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(SHAPE.to_owned()),
        (user, Some(password)) => {
            let password = Zeroizing::new(decode(password)?);
            Ok(Some(Credentials { user: decode(user)?, password }))
        }
    }
}

/// Whether a host is this machine itself.
fn is_here(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Ok(Host::Domain(name)) => name == "localhost",
        Err(_) => false,
    }
}

/// Never the password, nor the user.
impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::fmt::Display for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let how = match self.security {
            Security::Tls => "over TLS",
            Security::StartTls => "over TLS (STARTTLS)",
            Security::None => "in the clear",
        };
        write!(f, "{}:{}, {how}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_one_address() {
        for (text, port, security) in [
            ("smtp://mail.example.org", 587, Security::StartTls),
            ("smtps://mail.example.org", 465, Security::Tls),
            ("smtp://mail.example.org:2525?tls=none", 2525, Security::None),
            ("smtp://ada:p%40ss@127.0.0.1?tls=none", 25, Security::None),
        ] {
            let relay = Relay::parse(text).expect(text);
            assert_eq!((relay.port, relay.security), (port, security), "{text}");
        }
        let relay = Relay::parse("smtps://ada%40x.org:p%40ss@mail.example.org").expect("a relay");
        let with = relay.credentials.as_ref().expect("credentials");
        assert_eq!((with.user.as_str(), with.password.as_str()), ("ada@x.org", "p@ss"));
        assert_eq!(format!("{relay:?}"), "mail.example.org:465, over TLS", "never the password");
    }

    #[test]
    fn what_is_no_mail_server_or_gives_a_password_away_is_refused() {
        for bad in [
            "",
            "mail.example.org",
            "http://mail.example.org",
            "smtp://",
            "smtp://ada@mail.example.org",
            "smtp://mail.example.org?tls=maybe",
            "smtps://mail.example.org?tls=none",
            "smtp://mail.example.org/path",
            "smtp://ada:pass@mail.example.org?tls=none",
        ] {
            assert!(Relay::parse(bad).is_err(), "{bad}");
        }
    }
}
