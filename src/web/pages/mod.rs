//! Pages for people. A file is one noun; in it stand, page by page: the page struct, its form, its handler.

pub mod account;
pub mod home;
pub mod password;
pub mod revocations;
pub mod secrets;
pub mod setup;
pub mod sign_in;
mod token_form;
mod token_list;
pub mod tokens;
