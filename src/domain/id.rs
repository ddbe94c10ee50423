//! Identifiers: random, safe to show, and never a credential.

use rand::distr::{Alphanumeric, Distribution};

const LENGTH: usize = 16;

macro_rules! ids {
    ($($(#[$about:meta])* $name:ident),* $(,)?) => {$(
        $(#[$about])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; LENGTH]);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $name {
            /// A new one: 16 base62 characters (95 bits) from the operating system's generator.
            pub fn random() -> Self {
                Self(std::array::from_fn(|_| Alphanumeric.sample(&mut rand::rng())))
            }

            /// Reads one from a URL or a row; anything of another shape names nothing.
            pub fn parse(text: &str) -> Option<Self> {
                let shaped = text.bytes().all(|b| b.is_ascii_alphanumeric());
                text.as_bytes().try_into().ok().filter(|_| shaped).map(Self)
            }

            pub fn as_bytes(&self) -> &[u8; LENGTH] {
                &self.0
            }

            pub fn as_str(&self) -> &str {
                // Letters and digits, whichever way it was made.
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }
    )*};
}

ids! {
    /// A person.
    UserId,
    /// A token's row; what logs, URLs and identity headers may carry.
    TokenId,
    /// A session, to its person: their cookie holds another one.
    SessionId,
    /// A passkey's row; never the credential's own id.
    PasskeyId,
    /// One rendering of a form that makes something: used up by the first submit.
    Nonce,
}
