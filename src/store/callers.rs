//! The `callers` table: a row a service, with its secret as a digest, and the one before while that goes on.

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::callers;
use crate::domain::caller::{Caller, Former};
use crate::domain::catalogue::ServiceKey;
use crate::domain::refusal::Fault;
use crate::domain::secret::Digest;

#[derive(Queryable)]
struct CallerRow {
    service: String,
    digest: Vec<u8>,
    hint: String,
    added_at: i64,
    renewed_at: i64,
    former_digest: Option<Vec<u8>>,
    former_hint: Option<String>,
    former_ends_at: Option<i64>,
}

impl TryFrom<CallerRow> for Caller {
    type Error = Fault;

    fn try_from(row: CallerRow) -> Result<Self, Fault> {
        let wrong = |what| spoilt("callers", what);
        let digest = |bytes: &[u8]| Digest::from_stored(bytes).ok_or_else(|| wrong("digest"));
        let former = match (row.former_digest, row.former_hint, row.former_ends_at) {
            (Some(bytes), Some(hint), Some(ends)) => {
                Some(Former { digest: digest(&bytes)?, hint, ends: moment(ends) })
            }
            _ => None,
        };
        Ok(Self {
            service: ServiceKey::parse(&row.service).map_err(|_| wrong("service"))?,
            digest: digest(&row.digest)?,
            hint: row.hint,
            added: moment(row.added_at),
            renewed: moment(row.renewed_at),
            former,
        })
    }
}

/// Every caller, by its service's key.
pub fn all(c: &mut Conn) -> Result<Vec<Caller>, Fault> {
    let rows = callers::table.order(callers::service).load::<CallerRow>(c);
    rows.during("listing callers")?.into_iter().map(TryInto::try_into).collect()
}

pub fn find(c: &mut Conn, service: &ServiceKey) -> Result<Option<Caller>, Fault> {
    let found = callers::table.find(service.as_str()).get_result::<CallerRow>(c).optional();
    found.during("finding a caller")?.map(TryInto::try_into).transpose()
}

pub fn insert(c: &mut Conn, caller: &Caller) -> Result<(), Fault> {
    let values = (
        callers::service.eq(caller.service.as_str()),
        callers::digest.eq(caller.digest.as_bytes()),
        callers::hint.eq(&caller.hint),
        callers::added_at.eq(micros(caller.added)),
        callers::renewed_at.eq(micros(caller.renewed)),
    );
    let done = diesel::insert_into(callers::table).values(values).execute(c);
    done.map(drop).during("storing a caller")
}

/// Stores a new secret, and the former one with its end, if it goes on.
pub fn update(c: &mut Conn, caller: &Caller) -> Result<(), Fault> {
    let former = caller.former.as_ref();
    let change = (
        callers::digest.eq(caller.digest.as_bytes()),
        callers::hint.eq(&caller.hint),
        callers::renewed_at.eq(micros(caller.renewed)),
        callers::former_digest.eq(former.map(|former| former.digest.as_bytes())),
        callers::former_hint.eq(former.map(|former| former.hint.as_str())),
        callers::former_ends_at.eq(former.map(|former| micros(former.ends))),
    );
    let row = callers::table.find(caller.service.as_str());
    let done = diesel::update(row).set(change).execute(c);
    done.map(drop).during("giving a caller a new secret")
}

/// `false` when there was none.
pub fn delete(c: &mut Conn, service: &ServiceKey) -> Result<bool, Fault> {
    let done = diesel::delete(callers::table.find(service.as_str())).execute(c);
    Ok(done.during("removing a caller")? == 1)
}
