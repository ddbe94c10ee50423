//! The `keys` table: what this instance signs with, made once and shared by all its nodes.

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::schema::keys;
use crate::domain::refusal::Fault;

/// The key of this name, or `fresh`, which is stored as that key.
pub fn get_or_store(c: &mut Conn, name: &str, fresh: &[u8]) -> Result<Vec<u8>, Fault> {
    let found = keys::table.find(name).select(keys::value).get_result::<Vec<u8>>(c).optional();
    if let Some(key) = found.during("reading a key")? {
        return Ok(key);
    }
    let values = (keys::name.eq(name), keys::value.eq(fresh));
    diesel::insert_into(keys::table).values(values).execute(c).during("storing a key")?;
    Ok(fresh.to_vec())
}
