//! What verification has to learn of: a value or a person that is no longer as it was.

use super::id::UserId;
use super::secret::Digest;

/// One entry of the change feed. It says what to read anew, not what it has become: applied twice, or late, it does
/// no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What a presented value opens: its token was generated, edited, paused, revoked, or got another value.
    Value(Digest),
    /// What a person is called, or may do.
    Person(UserId),
}
