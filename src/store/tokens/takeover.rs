//! What tokens are looked for by, of those that an earlier release has written: SQL can't fold letters as we do.

use diesel::prelude::*;

use super::super::During;
use super::super::conn::{Conn, Lasting};
use super::super::schema::tokens;
use super::super::transaction::transact;
use crate::domain::refusal::{Failure, Fault, Outcome};
use crate::domain::token::search_text;

/// How many tokens one transaction takes over.
const STEP: i64 = 2_000;

/// Fills in what is missing, step by step; of a database that was opened before, nothing is.
pub fn take_over(c: &mut Conn) -> Result<(), Fault> {
    if count(c)? == 0 {
        return Ok(());
    }
    loop {
        match transact(c, Lasting::PowerCut, step) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(Failure::Broke(fault)) => return Err(fault),
            Err(Failure::Refused(_)) => return Err(Fault::busy("taking names of tokens over")),
        }
    }
}

fn count(c: &mut Conn) -> Result<i64, Fault> {
    let without = tokens::table.filter(tokens::search_text.eq(""));
    without.count().get_result(c).during("looking for names of tokens to take over")
}

fn step(c: &mut Conn) -> Outcome<bool> {
    let doing = "taking names of tokens over";
    let query = tokens::table
        .filter(tokens::search_text.eq(""))
        .select((tokens::id, tokens::name, tokens::hint))
        .limit(STEP);
    let rows = query.load::<(String, String, String)>(c).during(doing)?;
    for (id, name, hint) in &rows {
        let text = tokens::search_text.eq(search_text(name, hint));
        diesel::update(tokens::table.find(id)).set(text).execute(c).during(doing)?;
    }
    Ok(!rows.is_empty())
}
