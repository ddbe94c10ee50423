//! What only a real browser and a real gateway can show.

#[path = "../support/mod.rs"]
mod support;
