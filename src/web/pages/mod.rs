//! Pages for people. A file is one noun; in it stand, page by page: the page struct, its form, its handler.

pub mod account;
pub mod activity;
pub mod codes;
pub mod deletions;
pub mod explanations;
pub mod exports;
pub mod forgotten;
pub mod home;
pub mod overlaps;
pub mod password;
pub mod password_links;
pub mod pauses;
pub mod people;
mod question;
pub mod recovery_codes;
pub mod removals;
pub mod revocations;
pub mod search;
pub mod second_factors;
pub mod secrets;
pub mod sessions;
pub mod setup;
pub mod sign_in;
mod snippets;
pub mod tokens;
