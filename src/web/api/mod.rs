//! Answers for machines: `docs/api.md` is their contract.

mod bearer;
pub mod dialect;
pub mod gateway;
pub mod health;
pub mod introspect;
mod limits;
pub mod metadata;
pub mod metrics;
pub mod oauth;
pub mod original;
pub mod problem;
mod question;
pub mod revoke;
pub mod tally;
pub mod token;
