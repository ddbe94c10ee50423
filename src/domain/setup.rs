//! The one-time code that lets the first person in.

use rand::distr::{Alphanumeric, SampleString};
use subtle::ConstantTimeEq;

pub struct SetupCode(String);

impl SetupCode {
    const LENGTH: usize = 24;

    pub fn random() -> Self {
        Self(Alphanumeric.sample_string(&mut rand::rng(), Self::LENGTH))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In constant time.
    pub fn is(&self, typed: &str) -> bool {
        self.0.as_bytes().ct_eq(typed.as_bytes()).into()
    }
}
