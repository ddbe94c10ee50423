//! Checking the activity log: what was done to it past this program.

use super::Manage;
use crate::domain::chain::{Checked, Entry, Harm, Hash, Head, Kept};
use crate::domain::refusal::{Fault, Outcome};
use crate::store::conn::Conn;
use crate::store::events::{self, Unreadable};

/// How many entries are in memory at once.
const PAGE: i64 = 1_000;
/// How many entries taken out or put in at one place are told from changed ones, where all after were renumbered.
const SHIFT: i64 = 1_000;

impl Manage {
    /// Walks along the log from its first entry. `kept` are entries as they were at some time before.
    pub async fn check_events(&self, kept: Vec<Kept>) -> Outcome<Checked> {
        self.db.read(move |c| Ok(walk(c, &kept)?)).await
    }
}

fn walk(c: &mut Conn, kept: &[Kept]) -> Result<Checked, Fault> {
    let (mut head, mut before) = (Head::default(), None);
    let mut next = i64::MIN;
    loop {
        let page = events::entries_from(c, next, PAGE)?;
        let Some(last) = page.last().map(number) else { break };
        for found in page {
            let entry = match found {
                Ok(entry)
                    if entry.number == head.number + 1 && entry.is_at(entry.number, &head.hash) =>
                {
                    entry
                }
                found => {
                    let bad = Some(Trace { head, before }.diagnose(c, found)?);
                    return Ok(Checked { head, bad, known_by: Vec::new() });
                }
            };
            before = Some(head.hash);
            head = entry.head();
        }
        next = last + 1;
    }
    compare(c, head, kept)
}

/// A chain that is whole may yet have lost its end, or be another one.
fn compare(c: &mut Conn, head: Head, kept: &[Kept]) -> Result<Checked, Fault> {
    let (mut bad, mut known_by) = (None, Vec::new());
    for Kept { by, head: once } in kept {
        let harm = if once.number > head.number {
            (head.number + 1, Harm::Cut)
        } else if events::head_at(c, once.number)? != Some(*once) {
            (once.number, Harm::Rewritten)
        } else {
            continue;
        };
        bad = bad.or(Some(harm));
        known_by.push(by.clone());
    }
    Ok(Checked { head, bad, known_by })
}

fn number(found: &Result<Entry, Unreadable>) -> i64 {
    match found {
        Ok(entry) => entry.number,
        Err(Unreadable(head)) => head.number,
    }
}

/// Where the walk has come to: the last entry that is right, and the hash of the one before it.
struct Trace {
    head: Head,
    before: Option<Hash>,
}

impl Trace {
    /// What happened where `found` is not what belongs behind the last right entry.
    fn diagnose(
        &self,
        c: &mut Conn,
        found: Result<Entry, Unreadable>,
    ) -> Result<(i64, Harm), Fault> {
        let (last, due) = (self.head.hash, self.head.number + 1);
        if number(&found) < due {
            return Ok((number(&found), Harm::Inserted));
        }
        let Ok(found) = &found else {
            let is_there = number(&found) == due;
            return Ok((due, if is_there { Harm::Unreadable } else { Harm::Missing }));
        };
        if found.number > due {
            let moved = self.look_for(c, found, due)?.is_some();
            return Ok((due, if moved { Harm::Reordered } else { Harm::Missing }));
        }
        if self.before.is_some_and(|before| found.is_at(due - 1, &before)) {
            return Ok((due - 1, Harm::Inserted));
        }
        let next = events::entries_from(c, due + 1, 1)?.into_iter().flatten().next();
        let own = found.head().hash;
        if next.as_ref().is_some_and(|next| next.is_at(due + 1, &own)) {
            return Ok((due, Harm::Changed));
        }
        if let Some(right) = self.look_for(c, found, due + 1)? {
            let exchanged = right.worked_out(due, &last) == own;
            let moved = exchanged || belongs_behind(c, found, &right)?;
            return Ok((due, if moved { Harm::Reordered } else { Harm::Inserted }));
        }
        Ok(next.and_then(|next| shifted(found, &next)).unwrap_or((due, Harm::Changed)))
    }

    /// The entry that belongs behind the last right one, under another number: with its hash, or with its hash left
    /// in its place, where `found` is.
    fn look_for(&self, c: &mut Conn, found: &Entry, from: i64) -> Result<Option<Entry>, Fault> {
        let (mut next, due) = (from, self.head.number + 1);
        loop {
            let page = events::entries_from(c, next, PAGE)?;
            let Some(last) = page.last().map(number) else { return Ok(None) };
            for entry in page.into_iter().flatten() {
                let worked_out = entry.worked_out(due, &self.head.hash);
                let exchanged = found.number == due && worked_out == found.head().hash;
                if entry.hash == worked_out.as_bytes() || exchanged {
                    return Ok(Some(entry));
                }
            }
            next = last + 1;
        }
    }
}

/// Whether this entry has the hash of one that stood where the right one stands now, or next to its own place.
fn belongs_behind(c: &mut Conn, found: &Entry, right: &Entry) -> Result<bool, Fault> {
    let here = right.head().hash;
    if found.is_at(found.number + 1, &here) {
        return Ok(true);
    }
    let before = events::hash_of(c, right.number - 1)?;
    Ok(before.is_some_and(|before| found.is_at(right.number, &before)))
}

/// Entries taken out or put in, and all after them renumbered: the next one still belongs behind this one, under
/// another number.
fn shifted(found: &Entry, next: &Entry) -> Option<(i64, Harm)> {
    let hash = found.head().hash;
    for by in 1..=SHIFT {
        if next.is_at(next.number + by, &hash) {
            return Some((found.number, Harm::Missing));
        }
        if found.number > by && next.is_at(next.number - by, &hash) {
            return Some((found.number - by, Harm::Inserted));
        }
    }
    None
}
