//! What machines ask.

mod callers;
mod dialects;
mod exactness;
pub mod gateway;
mod health;
mod introspect;
mod metadata;
mod nginx;
mod paths;
mod revoke;
mod token;
mod usage;
