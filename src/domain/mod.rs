//! Floor 1: values and rules. No I/O, no clock, no framework: time comes in as a parameter.

pub mod access;
pub mod actor;
pub mod address;
pub mod catalogue;
pub mod client;
pub mod edit;
pub mod event;
pub mod expiry;
pub mod grants;
pub mod id;
pub mod listing;
pub mod networks;
pub mod password;
pub mod policy;
pub mod refusal;
pub mod review;
pub mod secret;
pub mod session;
pub mod setup;
pub mod signing;
pub mod text;
pub mod throttle;
pub mod time;
pub mod token;
pub mod user;
pub mod verdict;
