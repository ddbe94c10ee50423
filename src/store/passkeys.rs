//! The `passkeys` table.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::passkeys;
use crate::domain::id::{PasskeyId, UserId};
use crate::domain::passkey::{Credential, Passkey, PasskeyName};
use crate::domain::refusal::Fault;
use crate::domain::time::Now;

#[derive(Queryable)]
struct PasskeyRow {
    id: String,
    user_id: String,
    name: String,
    credential_id: Vec<u8>,
    credential: String,
    added_at: i64,
    used_at: Option<i64>,
}

impl TryFrom<PasskeyRow> for Passkey {
    type Error = Fault;

    fn try_from(row: PasskeyRow) -> Result<Self, Fault> {
        let wrong = |what| spoilt("passkeys", what);
        Ok(Self {
            id: PasskeyId::parse(&row.id).ok_or_else(|| wrong("id"))?,
            user: UserId::parse(&row.user_id).ok_or_else(|| wrong("user_id"))?,
            name: PasskeyName::from_stored(row.name),
            credential: Credential { id: row.credential_id, text: row.credential },
            added: moment(row.added_at),
            used: row.used_at.map(moment),
        })
    }
}

/// A person's passkeys, the oldest first.
pub fn of_person(c: &mut Conn, user: &UserId) -> Result<Vec<Passkey>, Fault> {
    let query = passkeys::table.filter(passkeys::user_id.eq(user.as_str()));
    let rows = query.order((passkeys::added_at, passkeys::id)).load::<PasskeyRow>(c);
    rows.during("listing passkeys")?.into_iter().map(TryInto::try_into).collect()
}

pub fn find_by_credential(c: &mut Conn, credential: &[u8]) -> Result<Option<Passkey>, Fault> {
    let query = passkeys::table.filter(passkeys::credential_id.eq(credential));
    let found = query.get_result::<PasskeyRow>(c).optional();
    found.during("finding a passkey")?.map(TryInto::try_into).transpose()
}

pub fn count(c: &mut Conn, user: &UserId) -> Result<usize, Fault> {
    let query = passkeys::table.filter(passkeys::user_id.eq(user.as_str()));
    let count = query.count().get_result::<i64>(c).during("counting passkeys")?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// `false` where this credential is known already; the transaction is then good for nothing but rolling back.
pub fn insert(c: &mut Conn, passkey: &Passkey) -> Result<bool, Fault> {
    let values = (
        passkeys::id.eq(passkey.id.as_str()),
        passkeys::user_id.eq(passkey.user.as_str()),
        passkeys::name.eq(passkey.name.as_str()),
        passkeys::credential_id.eq(&passkey.credential.id),
        passkeys::credential.eq(&passkey.credential.text),
        passkeys::added_at.eq(micros(passkey.added)),
    );
    match diesel::insert_into(passkeys::table).values(values).execute(c) {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        done => done.map(|_| true).during("storing a passkey"),
    }
}

/// Notes a use, with the count as it is from now on. `false` where it was used, or removed, since it was read.
pub fn renew(c: &mut Conn, passkey: &Passkey, renewed: &str, now: Now) -> Result<bool, Fault> {
    let row = passkeys::table.find(passkey.id.as_str());
    let row = row.filter(passkeys::credential.eq(&passkey.credential.text));
    let values = (passkeys::credential.eq(renewed), passkeys::used_at.eq(micros(now.at())));
    let done = diesel::update(row).set(values).execute(c);
    Ok(done.during("noting the use of a passkey")? == 1)
}

/// `false` where this person has none of that id.
pub fn remove(c: &mut Conn, user: &UserId, id: &PasskeyId) -> Result<bool, Fault> {
    let row = passkeys::table.find(id.as_str()).filter(passkeys::user_id.eq(user.as_str()));
    Ok(diesel::delete(row).execute(c).during("removing a passkey")? == 1)
}
