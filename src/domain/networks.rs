//! From where a token may be used: addresses and networks, or anywhere.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// The networks a token is bound to; none means anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    pub const MOST: usize = 50;

    /// Reads addresses and networks with spaces, commas or line breaks between them.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let words = typed.split(|c: char| c.is_whitespace() || c == ',');
        let words = words.filter(|word| !word.is_empty());
        let mut networks = Vec::new();
        for word in words {
            let network = network(word).ok_or_else(|| {
                format!(
                    "“{word}” is not an address such as 192.0.2.7 or a network such as 10.0.0.0/8"
                )
            })?;
            if !networks.contains(&network) {
                networks.push(network);
            }
        }
        if networks.len() > Self::MOST {
            return Err(format!("Use at most {} addresses and networks", Self::MOST));
        }
        Ok(Self(networks))
    }

    pub fn is_anywhere(&self) -> bool {
        self.0.is_empty()
    }

    /// Where the address is unknown, only what is bound to nothing may pass.
    pub fn allow(&self, address: Option<IpAddr>) -> bool {
        let inside = |address: IpAddr| {
            let address = address.to_canonical();
            self.0.iter().any(|network| network.contains(&address))
        };
        self.is_anywhere() || address.is_some_and(inside)
    }

    /// Whether there is an address that these allow and `others` don't.
    pub fn widen(&self, others: &Self) -> bool {
        if others.is_anywhere() {
            return false;
        }
        let covered = |network: &IpNet| others.0.iter().any(|other| other.contains(network));
        self.is_anywhere() || !self.0.iter().all(covered)
    }
}

/// An address, or a network with its host bits cleared; IPv4 written as IPv6 is IPv4.
fn network(word: &str) -> Option<IpNet> {
    if let Ok(address) = word.parse::<IpAddr>() {
        return Some(IpNet::from(address.to_canonical()));
    }
    let network = word.parse::<IpNet>().ok()?.trunc();
    if let IpNet::V6(v6) = network
        && let (Some(v4), Some(length)) =
            (v6.addr().to_ipv4_mapped(), v6.prefix_len().checked_sub(96))
    {
        return Ipv4Net::new(v4, length).ok().map(IpNet::V4);
    }
    Some(network)
}

impl std::fmt::Display for Networks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, network) in self.0.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            let alone = network.prefix_len() == network.max_prefix_len();
            if alone {
                write!(f, "{space}{}", network.addr())?
            } else {
                write!(f, "{space}{network}")?
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(text: &str) -> Networks {
        Networks::parse(text).expect(text)
    }

    #[test]
    fn addresses_and_networks_are_read_in_any_layout() {
        let read = networks("192.0.2.7, 10.1.2.3/8\n2001:db8::1  2001:db8:1::/48 192.0.2.7");
        assert_eq!(read.to_string(), "192.0.2.7 10.0.0.0/8 2001:db8::1 2001:db8:1::/48");
        assert!(networks(" \n").is_anywhere());
        let mapped = networks("::ffff:10.1.2.3 ::ffff:10.0.0.0/104");
        assert_eq!(mapped.to_string(), "10.1.2.3 10.0.0.0/8");
        for bad in ["here", "10.0.0.0/33", "192.0.2", "10.0.0.0/8/8", "2001:db8::/129"] {
            assert!(Networks::parse(bad).expect_err(bad).contains(bad), "{bad}");
        }
        let many: Vec<String> = (0..51).map(|n| format!("192.0.2.{n}")).collect();
        assert!(Networks::parse(&many.join(" ")).is_err());
    }

    #[test]
    fn a_token_bound_to_networks_works_only_there() {
        let bound = networks("192.0.2.0/24 2001:db8::/32");
        for (address, allowed) in [
            ("192.0.2.200", true),
            ("::ffff:192.0.2.200", true),
            ("192.0.3.1", false),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(bound.allow(address.parse().ok()), allowed, "{address}");
        }
        assert!(!bound.allow(None));
        assert!(networks("").allow(None));
    }

    #[test]
    fn letting_more_addresses_in_is_a_widening() {
        for (from, to, widens) in [
            ("", "192.0.2.7", false),
            ("192.0.2.7", "", true),
            ("192.0.2.0/24", "192.0.2.7", false),
            ("192.0.2.7", "192.0.2.0/24", true),
            ("192.0.2.7", "192.0.2.7 192.0.2.8", true),
            ("", "", false),
        ] {
            assert_eq!(networks(to).widen(&networks(from)), widens, "{from:?} to {to:?}");
        }
    }
}
