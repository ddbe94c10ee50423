//! Answers for machines: `docs/api.md` is their contract.

mod bearer;
pub mod dialect;
pub mod gateway;
pub mod health;
pub mod introspect;
pub mod metadata;
pub mod oauth;
pub mod original;
pub mod problem;
mod question;
pub mod revoke;
pub mod token;
