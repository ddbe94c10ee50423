//! Who sent a request: its peer, or, behind a trusted proxy, the address that proxy names.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, USER_AGENT};

use super::site::Site;
use crate::domain::client::Client;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

pub fn of(req: &HttpRequest, site: &Site) -> Client {
    let peer = req.peer_addr().map(|address| address.ip().to_canonical());
    let agent = req.headers().get(USER_AGENT).map(|agent| agent.as_bytes()).unwrap_or_default();
    Client::new(address(peer, req.headers(), site), &String::from_utf8_lossy(agent))
}

/// From the right, the first address that is not a trusted proxy's. Anything unreadable leaves the last
/// address that could be believed.
fn address(peer: Option<IpAddr>, headers: &HeaderMap, site: &Site) -> Option<IpAddr> {
    let mut known = peer?;
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).collect();
    for line in lines.into_iter().rev() {
        let Ok(line) = line.to_str() else { return Some(known) };
        for word in line.rsplit(',') {
            if !site.trusts(known) {
                return Some(known);
            }
            let Some(address) = read(word.trim()) else { return Some(known) };
            known = address.to_canonical();
        }
    }
    Some(known)
}

/// An address, to which some load balancers add the port, and others the brackets alone that a port would need.
fn read(text: &str) -> Option<IpAddr> {
    let with_port = || Some(text.parse::<SocketAddr>().ok()?.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
    text.parse().ok().or_else(with_port).or_else(|| in_brackets().map(IpAddr::V6))
}
