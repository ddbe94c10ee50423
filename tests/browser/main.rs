//! What only a real browser and a real gateway can show.

#![allow(clippy::disallowed_methods, reason = "json! unwraps what cannot fail")]

#[path = "../support/mod.rs"]
mod support;

mod accessibility;
mod account_accessibility;
mod administration;
mod basic;
mod claims;
mod connection;
mod driver;
mod echo;
mod fernhill;
mod gateway;
mod gateways;
mod identities;
mod inspector;
mod journey;
mod keyboard;
mod limits;
mod list;
mod nginx;
#[cfg(feature = "passkeys")]
mod passkeys;
mod people;
mod refusals;
mod script;
mod second_factors;
mod service_accounts;
mod token_accessibility;
mod token_form;
mod token_form_plain;
mod token_form_size;
mod token_keyboard;
mod trouble;
mod window;
