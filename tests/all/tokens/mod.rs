//! `/account/tokens` and the form that generates one.

mod create;
mod edit;
mod finding;
mod index;
mod link;
mod matrix;
mod new;
mod often;
mod policy;
mod refused;
