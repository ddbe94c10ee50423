//! Form tokens: a form works only in the browser it was made for. Together with SameSite cookies and the
//! check of Origin and Sec-Fetch-Site (`guard.rs`) this keeps other sites from acting for a person.

use crate::domain::signing::SigningKey;

/// The field of a form that carries its token.
pub const FIELD: &str = "csrf";
const PURPOSE: &str = "form";

/// `binding` is a random value that only this browser's cookie or session has.
pub fn token(key: &SigningKey, binding: &str) -> String {
    key.sign(PURPOSE, binding)
}

pub fn is_genuine(key: &SigningKey, binding: &str, token: &str) -> bool {
    !binding.is_empty() && key.verifies(PURPOSE, binding, token)
}
