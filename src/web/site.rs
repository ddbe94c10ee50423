//! What every request needs to know of this instance.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::domain::signing::SigningKey;

pub struct Site {
    pub instance: String,
    /// The address people open; `None` on a machine that is only reached by address.
    pub public_url: Option<Url>,
    /// Where the server listens, to show as its address when nobody named one.
    pub listen_url: String,
    pub trusted_proxies: Vec<IpNet>,
    /// The parameter of an original URL that may hold a token.
    pub token_parameter: Option<String>,
    pub key: SigningKey,
}

impl Site {
    /// Whether browsers reach it over TLS, so that cookies can be `__Host-` and Secure.
    pub fn is_secure(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies.iter().any(|net| net.contains(&address))
    }

    /// A cookie's name: with the prefix that binds it to this host wherever TLS makes that possible.
    pub fn cookie_name(&self, name: &str) -> String {
        let prefix = if self.is_secure() { "__Host-" } else { "" };
        format!("{prefix}latchkey-{name}")
    }

    /// The address of this instance, without a slash at its end.
    pub fn url(&self) -> &str {
        let public = self.public_url.as_ref().map(Url::as_str);
        public.unwrap_or(&self.listen_url).trim_end_matches('/')
    }

    /// Whether people may use this instance under this `Host`. Without a public URL only plain addresses and
    /// localhost are known, so that no stranger's name can be pointed at it.
    pub fn knows_host(&self, host: &str) -> bool {
        let Ok(asked) = Url::parse(&format!("http://{host}/")) else {
            return false;
        };
        if !asked.username().is_empty() || asked.password().is_some() || asked.path() != "/" {
            return false;
        }
        let plain = match asked.host() {
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        match &self.public_url {
            None => plain,
            Some(public) => {
                let ports = [public.port(), public.port_or_known_default()];
                public.host() == asked.host() && ports.contains(&asked.port())
            }
        }
    }

    /// Whether an `Origin` is this instance itself, under the `Host` of the same request.
    pub fn is_own_origin(&self, origin: &str, host: &str) -> bool {
        match &self.public_url {
            Some(public) => origin == public.origin().ascii_serialization(),
            None => origin == format!("http://{host}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(public_url: Option<&str>) -> Site {
        Site {
            instance: "Latchkey".to_owned(),
            public_url: public_url.map(|url| Url::parse(url).expect("a URL")),
            listen_url: "http://127.0.0.1:8080".to_owned(),
            trusted_proxies: Vec::new(),
            token_parameter: None,
            key: SigningKey::random(),
        }
    }

    #[test]
    fn without_a_public_url_only_plain_addresses_are_known() {
        let site = site(None);
        for known in ["127.0.0.1:8080", "localhost:8080", "localhost", "192.168.1.4", "[::1]:80"] {
            assert!(site.knows_host(known), "{known}");
        }
        for unknown in [
            "evil.example",
            "localhost.evil.example:8080",
            "",
            "a b",
            "x/y",
            "evil@127.0.0.1",
            "127.0.0.1/x",
        ] {
            assert!(!site.knows_host(unknown), "{unknown}");
        }
        assert!(site.is_own_origin("http://127.0.0.1:8080", "127.0.0.1:8080"));
        assert!(!site.is_own_origin("http://127.0.0.1:9", "127.0.0.1:8080"));
        assert!(!site.is_own_origin("null", "127.0.0.1:8080"));
    }

    #[test]
    fn with_a_public_url_only_its_host_is_known() {
        let site = site(Some("https://tokens.example.org"));
        assert!(site.knows_host("tokens.example.org"));
        assert!(site.knows_host("tokens.example.org:443"));
        for unknown in ["tokens.example.org:8443", "evil.example", "127.0.0.1", "localhost"] {
            assert!(!site.knows_host(unknown), "{unknown}");
        }
        assert!(site.is_own_origin("https://tokens.example.org", "tokens.example.org"));
        assert!(!site.is_own_origin("http://tokens.example.org", "tokens.example.org"));
        assert_eq!(site.url(), "https://tokens.example.org");
        assert_eq!(site.cookie_name("session"), "__Host-latchkey-session");
    }
}
