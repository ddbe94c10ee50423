//! A change, from its beginning to its commit, and anew where it met another.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::During;
use super::conn::{Conn, Lasting};
use crate::domain::refusal::{Failure, Fault, Outcome};

/// How often a change that met another one is tried anew (PostgreSQL's serializable transactions).
const ATTEMPTS: u32 = 8;

pub fn transact<T>(
    conn: &mut Conn,
    lasting: Lasting,
    mut job: impl FnMut(&mut Conn) -> Outcome<T>,
) -> Outcome<T> {
    let mut attempt = 1;
    loop {
        match once(conn, lasting, &mut job) {
            Err(Failure::Broke(fault)) if attempt < ATTEMPTS && met_another(&fault) => attempt += 1,
            outcome => return outcome,
        }
    }
}

fn once<T>(
    conn: &mut Conn,
    lasting: Lasting,
    job: &mut impl FnMut(&mut Conn) -> Outcome<T>,
) -> Outcome<T> {
    conn.begin(lasting).during("beginning a change")?;
    match job(conn) {
        Ok(value) => {
            conn.commit().during("committing a change")?;
            Ok(value)
        }
        Err(failure) => {
            conn.roll_back().during("rolling a change back")?;
            Err(failure)
        }
    }
}

fn met_another(fault: &Fault) -> bool {
    let cause = fault.cause().downcast_ref::<DieselError>();
    matches!(cause, Some(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)))
}
