//! Answers for machines: `docs/api.md` is their contract.

mod bearer;
pub mod dialect;
pub mod gateway;
pub mod health;
pub mod original;
pub mod problem;
mod question;
pub mod token;
