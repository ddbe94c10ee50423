//! What machines ask.

mod gateway;
mod health;
mod nginx;
mod token;
mod usage;
