//! What machines ask.

mod dialects;
mod exactness;
pub mod gateway;
mod health;
mod nginx;
mod token;
mod usage;
