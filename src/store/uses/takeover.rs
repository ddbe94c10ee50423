//! Last uses as they stood with the tokens before they were kept by person. A migration has put them aside, as SQL
//! can't write the rows of `uses`.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::super::During;
use super::super::conn::{Conn, Lasting};
use super::super::row::{moment, spoilt};
use super::super::schema::former_uses;
use super::super::transaction::transact;
use super::{OfPerson, add};
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::{Failure, Fault, Outcome};
use crate::domain::usage::Uses;

/// How many tokens one transaction takes over.
const STEP: i64 = 2_000;

#[derive(Queryable)]
struct FormerUse {
    token_id: String,
    user_id: String,
    used_at: i64,
    used_address: Option<String>,
    used_agent: Option<String>,
}

/// Takes over what is still aside, step by step; of a database that was opened before, nothing is.
pub fn take_over(c: &mut Conn) -> Result<(), Fault> {
    loop {
        match transact(c, Lasting::PowerCut, step) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(Failure::Broke(fault)) => return Err(fault),
            Err(Failure::Refused(_)) => return Err(Fault::busy("taking last uses over")),
        }
    }
}

fn step(c: &mut Conn) -> Outcome<bool> {
    let doing = "taking last uses over";
    let query = former_uses::table.order(former_uses::user_id).limit(STEP);
    let rows = query.load::<FormerUse>(c).during(doing)?;
    let ids: Vec<String> = rows.iter().map(|row| row.token_id.clone()).collect();
    let mut people: BTreeMap<UserId, Vec<Uses>> = BTreeMap::new();
    for row in rows {
        let wrong = |what| spoilt("former_uses", what);
        let person = UserId::parse(&row.user_id).ok_or_else(|| wrong("user_id"))?;
        people.entry(person).or_default().push(Uses {
            token: TokenId::parse(&row.token_id).ok_or_else(|| wrong("token_id"))?,
            at: moment(row.used_at),
            address: row.used_address.and_then(|text| text.parse().ok()),
            agent: row.used_agent.unwrap_or_default().into(),
            // How often before that, nobody has counted.
            count: 1,
        });
    }
    let people: Vec<OfPerson> = people.into_iter().collect();
    add(c, &people)?;
    let done = former_uses::table.filter(former_uses::token_id.eq_any(&ids));
    diesel::delete(done).execute(c).during(doing)?;
    Ok(!ids.is_empty())
}
