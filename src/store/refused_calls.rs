//! The `refused_calls` table: the last few refused calls of a token, in one row of JSON.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::{refused_calls, tokens};
use crate::domain::id::TokenId;
use crate::domain::refusal::Fault;
use crate::domain::refused_call::{Reason, RefusedCall, RefusedCalls};

/// How many rows one step of the clean-up drops, so that others get their turn between.
const STEP: i64 = 500;

#[derive(Serialize, Deserialize)]
struct StoredCall {
    /// Microseconds since 1970, UTC.
    at: i64,
    count: u64,
    reason: String,
    service: String,
    what: String,
    address: Option<IpAddr>,
    agent: String,
}

impl From<&RefusedCall> for StoredCall {
    fn from(call: &RefusedCall) -> Self {
        Self {
            at: micros(call.at),
            count: call.count,
            reason: call.reason.as_str().to_owned(),
            service: call.service.clone(),
            what: call.what.clone(),
            address: call.address,
            agent: call.agent.clone(),
        }
    }
}

impl TryFrom<StoredCall> for RefusedCall {
    type Error = Fault;

    fn try_from(call: StoredCall) -> Result<Self, Fault> {
        let wrong = || spoilt("refused_calls", "reason");
        Ok(Self {
            at: moment(call.at),
            count: call.count,
            reason: Reason::parse(&call.reason).ok_or_else(wrong)?,
            service: call.service,
            what: call.what,
            address: call.address,
            agent: call.agent,
        })
    }
}

fn read(text: &str) -> Result<RefusedCalls, Fault> {
    let calls: Result<Vec<StoredCall>, _> = serde_json::from_str(text);
    let calls = calls.map_err(|e| Fault::new("reading refused calls", e))?;
    let calls: Result<Vec<RefusedCall>, _> = calls.into_iter().map(TryInto::try_into).collect();
    Ok(RefusedCalls::new(calls?))
}

/// To come first in a transaction that adds calls: nodes that do so at the same time wait for each other.
pub fn take_turns(c: &mut Conn) -> Result<(), Fault> {
    c.take_turns(7_812_638).during("waiting to note refused calls")
}

/// Adds calls to those that are known. What is of tokens that are gone is dropped.
pub fn add(c: &mut Conn, gathered: &[(TokenId, RefusedCalls)]) -> Result<(), Fault> {
    let doing = "noting refused calls";
    let ids: Vec<&str> = gathered.iter().map(|(token, _)| token.as_str()).collect();
    let there = tokens::table.filter(tokens::id.eq_any(&ids)).select(tokens::id);
    let there: HashSet<String> = there.load::<String>(c).during(doing)?.into_iter().collect();
    let known = refused_calls::table.filter(refused_calls::token_id.eq_any(&ids));
    let known = known.select((refused_calls::token_id, refused_calls::calls));
    let known: HashMap<String, String> =
        known.load::<(String, String)>(c).during(doing)?.into_iter().collect();
    for (token, calls) in gathered.iter().filter(|(token, _)| there.contains(token.as_str())) {
        let stored = known.get(token.as_str());
        let mut all = stored.map(|text| read(text)).transpose()?.unwrap_or_default();
        all.merge(calls.clone());
        let rows: Vec<StoredCall> = all.iter().map(StoredCall::from).collect();
        let text = serde_json::to_string(&rows).map_err(|e| Fault::new(doing, e))?;
        let last = all.last_at().map(micros).unwrap_or_default();
        let values = (refused_calls::last_at.eq(last), refused_calls::calls.eq(text));
        let done = if stored.is_some() {
            let row = refused_calls::table.find(token.as_str());
            diesel::update(row).set(values).execute(c)
        } else {
            let values = (refused_calls::token_id.eq(token.as_str()), values);
            diesel::insert_into(refused_calls::table).values(values).execute(c)
        };
        done.during(doing)?;
    }
    Ok(())
}

/// The last refused calls of a token.
pub fn of_token(c: &mut Conn, token: &TokenId) -> Result<RefusedCalls, Fault> {
    let row = refused_calls::table.find(token.as_str()).select(refused_calls::calls);
    let text = row.get_result::<String>(c).optional().during("reading refused calls")?;
    Ok(text.map(|text| read(&text)).transpose()?.unwrap_or_default())
}

/// Drops some of the tokens' calls whose last one was before that. Answers whether there may be more.
pub fn purge(c: &mut Conn, before: DateTime<Utc>) -> Result<bool, Fault> {
    let doing = "dropping old refused calls";
    let old = refused_calls::table.filter(refused_calls::last_at.lt(micros(before)));
    let some = old.select(refused_calls::token_id).limit(STEP);
    let tokens = some.load::<String>(c).during(doing)?;
    diesel::delete(old.filter(refused_calls::token_id.eq_any(&tokens))).execute(c).during(doing)?;
    Ok(!tokens.is_empty())
}
