//! An event as a message of RFC 5424. Its time is the event's, not that of sending it.

use crate::domain::time::{exact_time, from_micros};
use crate::store::events::Named;

use super::line;

/// The facility for what concerns security (10), at the level of what is worth a look (5).
const PRIORITY: u8 = 10 * 8 + 5;
/// What a datagram has room for; a line beyond that has its detail cut.
const LARGEST: usize = 60_000;

pub fn of(named: &Named, host: &str, process: u32) -> String {
    let (at, kind) = (exact_time(from_micros(named.entry.at)), &named.entry.kind);
    let line = line::of_at_most(named, LARGEST);
    format!("<{PRIORITY}>1 {at} {host} latchkey {process} {kind} - {line}")
}
