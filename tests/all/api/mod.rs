//! What machines ask.

mod exactness;
mod gateway;
mod health;
mod nginx;
mod token;
mod usage;
