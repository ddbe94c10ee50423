//! What machines ask.

mod basic;
mod callers;
mod dialects;
mod exactness;
pub mod gateway;
mod health;
mod introspect;
mod limits;
mod metadata;
mod metrics;
mod nginx;
mod paths;
mod revoke;
mod shapes;
mod soon;
mod token;
mod usage;
mod uses;
