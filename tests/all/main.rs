//! The whole product through its own port: a file a route, a test a sentence. `LATCHKEY_TEST_POSTGRES` runs the same on
//! PostgreSQL.

#[path = "../support/mod.rs"]
mod support;

mod account;
mod acl;
mod activity;
mod api;
mod callers;
mod cli;
mod codes;
mod commands;
mod deletions;
mod durability;
mod events;
mod explanations;
mod exports;
mod forgotten;
mod forms;
mod gateways;
mod home;
mod http;
mod manuals;
mod nodes;
mod overlaps;
mod password;
mod password_links;
mod patterns;
mod pauses;
mod people;
mod policy;
mod races;
mod recovery_codes;
mod removals;
mod revocations;
mod search;
mod second_factors;
mod secrets;
mod sessions;
mod setup;
mod sign_in;
mod sinks;
mod store;
mod teams;
mod tokens;
