//! The whole product through its own port: a file a route, a test a sentence. `LATCHKEY_TEST_POSTGRES` runs the same on
//! PostgreSQL.

#[path = "../support/mod.rs"]
mod support;

mod tokens;
