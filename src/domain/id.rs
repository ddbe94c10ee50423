//! Identifiers: random, safe to show, and never a credential.

use rand::distr::{Alphanumeric, SampleString};

const LENGTH: usize = 16;

macro_rules! ids {
    ($($(#[$about:meta])* $name:ident),* $(,)?) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// A new one: 16 base62 characters (95 bits) from the operating system's generator.
            pub fn random() -> Self {
                Self(Alphanumeric.sample_string(&mut rand::rng(), LENGTH))
            }

            /// Reads one from a URL or a row; anything of another shape names nothing.
            pub fn parse(text: &str) -> Option<Self> {
                let shaped = text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric());
                shaped.then(|| Self(text.to_owned()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}

ids! {
    /// A person.
    UserId,
    /// A token's row; what logs, URLs and identity headers may carry.
    TokenId,
    /// A line of the activity log.
    EventId,
    /// One rendering of a form that makes something: used up by the first submit.
    Nonce,
}
