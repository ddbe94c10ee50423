//! Latchkey: personal access tokens for any platform.
//!
//! ```text
//!             people                          machines
//!   floor 5   main.rs  cli  config  server  metrics  sinks     wiring: the only place that knows everything
//!   floor 4   web/pages   (Askama)            web/api          HTTP in, HTTP out: no rules, no SQL
//!   floor 3   manage/     a method = one      verify/          what may be changed | what may be asked
//!                         change = one transaction             decision, usage
//!   floor 2   store/      rows <-> values, SQLite and PostgreSQL   mail/    out, and never waited for
//!             provider/   asked who somebody is, and waited for no longer than seconds
//!   floor 1   domain/     values and rules: no I/O, no clock, no framework
//! ```
//!
//! A module imports only from floors below its own. `ARCHITECTURE.md` tells more; `tests/tidy.rs` holds it.

pub mod cli;
pub mod config;
pub mod domain;
pub mod mail;
pub mod manage;
pub mod metrics;
pub mod provider;
pub mod server;
pub mod sinks;
pub mod store;
pub mod verify;
pub mod web;
