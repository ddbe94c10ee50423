//! How wrong passwords are slowed: counted before the check, by person, by address and by both.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::time::Now;

/// The time in which tries add up, and after which they are forgotten.
pub const WINDOW: TimeDelta = TimeDelta::minutes(5);

/// One count of tries, and how many are allowed within the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub most: i64,
    /// The network that the try came from: tries from one are looked at one after the other.
    pub lane: String,
}

/// The counts that a try to sign in adds to. A stranger's tries soon stop their address; the person's own address
/// is counted apart, so that they can still sign in, unless many addresses guess at once.
pub fn of_sign_in(user_name: &str, address: Option<IpAddr>) -> Vec<Key> {
    let (user, lane) = (hashed(user_name), lane(address));
    let key = |name: String, most| Key { name, most, lane: lane.clone() };
    vec![
        key(format!("both:{user}:{lane}"), 5),
        key(format!("address:{lane}"), 10),
        key(format!("person:{user}"), 50),
    ]
}

/// The counts that a signed-in person's confirmation adds to: from one address the one that signing in has too.
/// Strangers who guess from elsewhere, or at other names, must not keep anybody from revoking a token.
pub fn of_confirmation(user_name: &str, address: Option<IpAddr>) -> Vec<Key> {
    let (user, lane) = (hashed(user_name), lane(address));
    let key = |name: String, most| Key { name, most, lane: lane.clone() };
    vec![key(format!("both:{user}:{lane}"), 5), key(format!("confirm-person:{user}"), 50)]
}

/// The counts that a try at the code after the password adds to. Whoever tries knows the password, so the person's count
/// is low, whatever addresses the tries come from.
pub fn of_code(user_name: &str, address: Option<IpAddr>) -> Vec<Key> {
    let (user, lane) = (hashed(user_name), lane(address));
    vec![Key { name: format!("code:{user}"), most: 5, lane }]
}

/// The count that a wrong link to set a password adds to.
pub fn of_link(address: Option<IpAddr>) -> Vec<Key> {
    let lane = lane(address);
    vec![Key { name: format!("link:{lane}"), most: 30, lane }]
}

/// The counts that asking for a link by mail adds to: by address, and by what was typed, known or not.
pub fn of_forgotten(who: &str, address: Option<IpAddr>) -> Vec<Key> {
    let lane = lane(address);
    let key = |name: String, most| Key { name, most, lane: lane.clone() };
    vec![key(format!("forgotten:{lane}"), 10), key(format!("forgotten-name:{}", hashed(who)), 3)]
}

/// The count that a link mailed to a person adds to, by whichever name they were asked for.
pub fn of_mailed(id: &str) -> Vec<Key> {
    vec![Key { name: format!("mailed:{id}"), most: 3, lane: String::new() }]
}

/// The count that a try with a passkey adds to: no name is typed, so it is the address's alone.
pub fn of_passkey(address: Option<IpAddr>) -> Vec<Key> {
    let lane = lane(address);
    vec![Key { name: format!("address:{lane}"), most: 10, lane }]
}

/// Hashed, because what is typed as a name may be a password by mistake.
fn hashed(user_name: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(user_name)[..16])
}

fn lane(address: Option<IpAddr>) -> String {
    address.map_or("unknown".to_owned(), network)
}

/// An IPv4 address, or the /64 that one IPv6 customer has to itself.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// One count as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub tries: i64,
    pub since: DateTime<Utc>,
}

impl Count {
    /// The count with one try more, or how long to wait. A window that begins well in the future (the clock was set
    /// back) starts over; one a little ahead is a request that was overtaken by a later one.
    pub fn another(count: Option<Self>, most: i64, now: Now) -> Result<Self, Duration> {
        let fresh = Self { tries: 1, since: now.at() };
        let Some(count) = count else { return Ok(fresh) };
        let age = now.at() - count.since;
        if age >= WINDOW || age < -TimeDelta::minutes(1) {
            return Ok(fresh);
        }
        if count.tries >= most {
            return Err((WINDOW - age).to_std().unwrap_or_default());
        }
        Ok(Self { tries: count.tries + 1, ..count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Now {
        Now::new(text.parse().expect("a time"))
    }

    #[test]
    fn tries_add_up_within_the_window_and_are_forgotten_after_it() {
        let now = at("2026-11-22T18:00:00Z");
        let one = Count::another(None, 2, now).expect("the first");
        let two = Count::another(Some(one), 2, now).expect("the second");
        assert_eq!(Count::another(Some(two), 2, now), Err(Duration::from_secs(300)));
        let later = at("2026-11-22T18:04:59Z");
        assert_eq!(Count::another(Some(two), 2, later), Err(Duration::from_secs(1)));
        let after = at("2026-11-22T18:05:00Z");
        assert_eq!(Count::another(Some(two), 2, after).map(|count| count.tries), Ok(1));
        let overtaken = at("2026-11-22T17:59:59.999Z");
        assert!(Count::another(Some(two), 2, overtaken).is_err(), "begun before, counted after");
        let before = at("2026-11-22T17:00:00Z");
        assert!(Count::another(Some(two), 2, before).is_ok(), "the clock was set back");
    }

    #[test]
    fn one_ipv6_customer_is_one_address_and_names_are_not_readable() {
        let key = |text: &str| of_sign_in("ada", Some(text.parse().expect("an address")));
        assert_eq!(key("2001:db8:1:2::3"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::3"), key("2001:db8:1:3::3"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert!(key("192.0.2.1").iter().all(|key| !key.name.contains("ada")));
    }
}
