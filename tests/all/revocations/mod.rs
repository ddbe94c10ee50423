//! `/account/tokens/revocation`.

mod one;
mod several;
