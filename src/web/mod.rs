//! Floor 4: HTTP in, HTTP out. No rules and no SQL live here.

mod administrator;
mod again;
pub mod answers;
pub mod api;
mod assets;
pub mod ceremony;
mod client;
mod csrf;
mod download;
mod error;
pub mod errors;
mod files;
mod form;
pub mod guard;
pub mod headers;
mod local;
pub mod log;
mod now;
mod page;
pub mod pages;
pub mod routes;
mod session;
pub mod session_store;
mod shell;
pub mod site;
mod way_back;
mod words;
