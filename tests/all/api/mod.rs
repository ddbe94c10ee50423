//! What machines ask.

mod exactness;
mod gateway;
mod dialects;
pub mod gateway;
mod health;
mod nginx;
mod token;
mod usage;
