//! What the tokens of the demonstration were used for, and where they were refused.

use std::net::{IpAddr, Ipv4Addr};

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Fault;
use crate::domain::refused_call::{Reason, RefusedCall, RefusedCalls};
use crate::domain::token::{LastUse, Token};
use crate::domain::usage::{Day, Uses};
use crate::store::conn::Conn;
use crate::store::{refused_calls, uses};

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 41));
const AGENT: &str = "curl/8.5";

/// Has a token been used each day up to that time, more often on some than on others.
pub fn until(tx: &mut Conn, token: &Token, last: DateTime<Utc>) -> Result<LastUse, Fault> {
    let first = token.created.max(last - TimeDelta::days(Day::KEPT - 1));
    let on = |days: i64| last - TimeDelta::days(days);
    let days = (0..Day::KEPT).rev().map(on).filter(|at| *at >= first);
    let uses = days.map(|at| Uses {
        token: token.id.clone(),
        at,
        address: Some(ADDRESS),
        agent: AGENT.into(),
        count: times(at).max(u64::from(at == last)),
    });
    uses::add(tx, &[(token.owner.clone(), uses.filter(|of| of.count > 0).collect())])?;
    Ok(LastUse { at: last, address: Some(ADDRESS), agent: AGENT.to_owned() })
}

/// Nobody works on Sundays, hardly anybody on Saturdays, and there is one day on which everything is late.
fn times(at: DateTime<Utc>) -> u64 {
    let day = u64::from(at.ordinal());
    match at.weekday().num_days_from_monday() {
        5 => day % 4,
        6 => 0,
        _ if day.is_multiple_of(31) => 310,
        weekday => 60 + day * 37 % 50 + u64::from(weekday) * 7,
    }
}

/// Has a token been refused the first service that it wasn't granted, and once one that there isn't.
pub fn refused(
    tx: &mut Conn,
    token: &Token,
    catalogue: &Catalogue,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    let call = |reason, service: &str, count, hours| RefusedCall {
        at: at - TimeDelta::hours(hours),
        count,
        reason,
        service: service.to_owned(),
        what: "read".to_owned(),
        address: Some(ADDRESS),
        agent: AGENT.to_owned(),
    };
    let mut services = catalogue.services().iter();
    let closed = services.find(|service| token.grants.of(&service.key).is_none());
    let closed = closed.map(|service| call(Reason::TooNarrow, service.key.as_str(), 3, 2));
    let unknown = call(Reason::UnknownService, "buidls", 1, 26);
    let calls = RefusedCalls::new(closed.into_iter().chain([unknown]));
    refused_calls::add(tx, &[(token.id.clone(), calls)])
}
