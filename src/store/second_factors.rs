//! The `second_factors` and `recovery_codes` tables: what a person signs in with beside their password.

use diesel::prelude::*;

use super::During;
use super::conn::Conn;
use super::row::{micros, moment, spoilt};
use super::schema::{recovery_codes, second_factors};
use crate::domain::id::UserId;
use crate::domain::refusal::Fault;
use crate::domain::second_factor::{CodeDigest, RecoveryCode, SecondFactor, TotpKey};

pub fn find(c: &mut Conn, user: &UserId) -> Result<Option<SecondFactor>, Fault> {
    let doing = "finding a second factor";
    let columns = (second_factors::totp_key, second_factors::added_at, second_factors::last_step);
    let found = second_factors::table.find(user.as_str()).select(columns);
    let found = found.get_result::<(Vec<u8>, i64, i64)>(c).optional().during(doing)?;
    let Some((key, added, last_step)) = found else { return Ok(None) };
    let codes = recovery_codes::table.filter(recovery_codes::user_id.eq(user.as_str()));
    let codes = codes.count().get_result::<i64>(c).during(doing)?;
    Ok(Some(SecondFactor {
        key: TotpKey::from_stored(&key).ok_or_else(|| spoilt("second_factors", "totp_key"))?,
        added: moment(added),
        last_step,
        codes_left: usize::try_from(codes).unwrap_or_default(),
    }))
}

pub fn exists(c: &mut Conn, user: &UserId) -> Result<bool, Fault> {
    let found = second_factors::table.find(user.as_str()).count().get_result::<i64>(c);
    Ok(found.during("finding a second factor")? > 0)
}

pub fn insert(c: &mut Conn, user: &UserId, factor: &SecondFactor) -> Result<(), Fault> {
    let values = (
        second_factors::user_id.eq(user.as_str()),
        second_factors::totp_key.eq(factor.key.as_bytes()),
        second_factors::added_at.eq(micros(factor.added)),
        second_factors::last_step.eq(factor.last_step),
    );
    let done = diesel::insert_into(second_factors::table).values(values).execute(c);
    done.map(drop).during("storing a second factor")
}

/// Takes a code's step, unless that one or a later one was taken before.
pub fn take_step(c: &mut Conn, user: &UserId, step: i64) -> Result<bool, Fault> {
    let row = second_factors::table.find(user.as_str()).filter(second_factors::last_step.lt(step));
    let done = diesel::update(row).set(second_factors::last_step.eq(step)).execute(c);
    Ok(done.during("taking a code")? == 1)
}

/// With its recovery codes. `false` where there was none.
pub fn remove(c: &mut Conn, user: &UserId) -> Result<bool, Fault> {
    remove_codes(c, user)?;
    let done = diesel::delete(second_factors::table.find(user.as_str())).execute(c);
    Ok(done.during("removing a second factor")? == 1)
}

/// Stores recovery codes in the place of those there were.
pub fn replace_codes(c: &mut Conn, user: &UserId, codes: &[RecoveryCode]) -> Result<(), Fault> {
    remove_codes(c, user)?;
    for code in codes {
        let values = (
            recovery_codes::digest.eq(code.digest().as_bytes().to_vec()),
            recovery_codes::user_id.eq(user.as_str()),
        );
        let done = diesel::insert_into(recovery_codes::table).values(values).execute(c);
        done.during("storing recovery codes")?;
    }
    Ok(())
}

/// Uses a recovery code up. `false` where it is none of theirs.
pub fn take_code(c: &mut Conn, user: &UserId, code: &CodeDigest) -> Result<bool, Fault> {
    let row = recovery_codes::table.find(code.as_bytes());
    let row = row.filter(recovery_codes::user_id.eq(user.as_str()));
    Ok(diesel::delete(row).execute(c).during("taking a recovery code")? == 1)
}

fn remove_codes(c: &mut Conn, user: &UserId) -> Result<(), Fault> {
    let codes = recovery_codes::table.filter(recovery_codes::user_id.eq(user.as_str()));
    diesel::delete(codes).execute(c).map(drop).during("removing recovery codes")
}
