//! Answers for machines: `docs/api.md` is their contract.

mod bearer;
pub mod gateway;
pub mod health;
mod problem;
pub mod token;
