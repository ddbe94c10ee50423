//! `/account/tokens` and the form that generates one.

mod create;
mod edit;
mod index;
mod link;
mod matrix;
mod new;
mod policy;
