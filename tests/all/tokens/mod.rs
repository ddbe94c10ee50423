//! `/account/tokens` and the form that generates one.

mod create;
mod index;
mod new;
