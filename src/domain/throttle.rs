//! How wrong passwords are slowed: counted before the check, by person, by address and by both.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::time::Now;

/// The time in which tries add up, and after which they are forgotten.
pub const WINDOW: TimeDelta = TimeDelta::minutes(5);

/// The longest wait after a wrong code.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(4);

/// How long wrong codes are remembered after the last one.
pub const MEMORY: TimeDelta = TimeDelta::days(1);

/// What the names of the counts begin with that are remembered for so long.
pub const CODES: &str = "code:";

/// What becomes of a count that is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// It starts over when its window is over.
    Steady,
    /// Each further try doubles the wait for the next one, until a quiet day or a right one.
    Doubling,
}

/// One count of tries, and how many are allowed before one has to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub most: i64,
    pub pace: Pace,
    /// The network that the try came from: tries from one are looked at one after the other.
    pub lane: String,
}

/// The counts that a try to sign in adds to. A stranger's tries soon stop their address; the person's own address
/// is counted apart, so that they can still sign in, unless many addresses guess at once.
pub fn of_sign_in(user_name: &str, address: Option<IpAddr>) -> Vec<Key> {
    let (user, lane) = (hashed(user_name), lane(address));
    let key = |name: String, most| Key { name, most, pace: Pace::Steady, lane: lane.clone() };
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
    let key = |name: String, most| Key { name, most, pace: Pace::Steady, lane: lane.clone() };
    vec![key(format!("both:{user}:{lane}"), 5), key(format!("confirm-person:{user}"), 50)]
}

/// The count that a try at a code of the app adds to. Whoever tries knows the password, and has all the time in the world:
/// the person's count is low, whatever addresses the tries come from, and the waits grow.
pub fn of_code(user_name: &str, address: Option<IpAddr>) -> Vec<Key> {
    let (user, lane) = (hashed(user_name), lane(address));
    vec![Key { name: format!("{CODES}{user}"), most: 5, pace: Pace::Doubling, lane }]
}

/// The count that a try at a recovery code adds to. Nobody guesses one, so no person's tries are counted: whoever knows
/// the password would keep its owner out with that.
pub fn of_recovery_code(address: Option<IpAddr>) -> Vec<Key> {
    let lane = lane(address);
    vec![Key { name: format!("recovery:{lane}"), most: 30, pace: Pace::Steady, lane }]
}

/// The count that a wrong link to set a password adds to.
pub fn of_link(address: Option<IpAddr>) -> Vec<Key> {
    let lane = lane(address);
    vec![Key { name: format!("link:{lane}"), most: 30, pace: Pace::Steady, lane }]
}

/// The counts that asking for a link by mail adds to: by address, and by what was typed, known or not.
pub fn of_forgotten(who: &str, address: Option<IpAddr>) -> Vec<Key> {
    let lane = lane(address);
    let key = |name: String, most| Key { name, most, pace: Pace::Steady, lane: lane.clone() };
    vec![key(format!("forgotten:{lane}"), 10), key(format!("forgotten-name:{}", hashed(who)), 3)]
}

/// The count that a link mailed to a person adds to, by whichever name they were asked for.
pub fn of_mailed(id: &str) -> Vec<Key> {
    vec![Key { name: format!("mailed:{id}"), most: 3, pace: Pace::Steady, lane: String::new() }]
}

/// The count that a try with a passkey adds to: no name is typed, so it is the address's alone.
pub fn of_passkey(address: Option<IpAddr>) -> Vec<Key> {
    let lane = lane(address);
    vec![Key { name: format!("address:{lane}"), most: 10, pace: Pace::Steady, lane }]
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

impl Key {
    /// Its count with one try more, or how long to wait.
    pub fn another(&self, count: Option<Count>, now: Now) -> Result<Count, Duration> {
        match self.pace {
            Pace::Steady => Count::another(count, self.most, now),
            Pace::Doubling => Count::slower(count, self.most, now),
        }
    }
}

impl Count {
    /// The count with one try more, or how long to wait. A window that begins well in the future (the clock was set
    /// back) starts over; one a little ahead is a request that was overtaken by a later one.
    fn another(count: Option<Self>, most: i64, now: Now) -> Result<Self, Duration> {
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

    /// The same where waits double: here `since` is the time of the last try.
    fn slower(count: Option<Self>, most: i64, now: Now) -> Result<Self, Duration> {
        let fresh = Self { tries: 1, since: now.at() };
        let Some(count) = count else { return Ok(fresh) };
        let age = now.at() - count.since;
        if age >= MEMORY || age < -TimeDelta::minutes(1) {
            return Ok(fresh);
        }
        let wait = wait_after(count.tries - most);
        if age < wait {
            return Err((wait - age).to_std().unwrap_or_default());
        }
        Ok(Self { tries: count.tries + 1, since: now.at().max(count.since) })
    }
}

/// How long to wait after so many tries too many.
fn wait_after(over: i64) -> TimeDelta {
    match u32::try_from(over) {
        Ok(over) => LONGEST_WAIT.min(WINDOW * 2_i32.pow(over.min(6))),
        Err(_) => TimeDelta::zero(),
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

    /// Whoever knows the password, and never tires: the number stands in docs/operating.md.
    #[test]
    fn in_a_year_3_300_codes_can_be_tried_at_most() {
        let key = &of_code("ada", None)[0];
        let first = at("2026-11-22T18:00:00Z");
        let year = TimeDelta::days(365);
        // So many tries one after the other, then a day of quiet.
        let most = (1..40).map(|in_a_row| {
            let (mut now, mut count, mut tries) = (first, None, 0);
            while now.at() - first.at() < year {
                for _ in 0..in_a_row {
                    if let Err(wait) = key.another(count, now) {
                        now = Now::new(now.at() + TimeDelta::from_std(wait).expect("a wait"));
                    }
                    count = key.another(count, now).ok();
                    tries += 1;
                }
                now = Now::new(now.at() + MEMORY);
            }
            tries
        });
        let most = most.max().expect("a number");
        assert!((3_200..=3_300).contains(&most), "{most}");
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
