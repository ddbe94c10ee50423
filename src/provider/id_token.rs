//! Reading an ID token: its signature by one of the provider's keys first, then what it says.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::metadata::Metadata;
use super::{Desk, Trouble};
use crate::domain::id_token::{HashOf, IdToken};
use crate::domain::identity::Profile;
use crate::domain::time::Now;

/// Signatures with a public key. None with a shared secret: whoever knows a public key could make one with it.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// How many groups of a person are looked at.
const MOST: usize = 2_000;

impl Desk {
    /// What a token says whose signature holds.
    pub(super) async fn read(
        &self,
        metadata: &Metadata,
        text: &str,
        claim: Option<&str>,
        now: Now,
    ) -> Result<IdToken, Trouble> {
        let refused = |why: &str| Trouble::Refused(format!("the ID token {why}"));
        let header = decode_header(text).map_err(|e| match e.kind() {
            ErrorKind::Json(_) => refused("is signed in a way that we don’t take"),
            _ => refused("can’t be read"),
        })?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(refused("is signed in a way that we don’t take"));
        }
        let key = self.key(metadata, &header, now).await?;
        let decoded = decode::<Map<String, Value>>(text, &key, &signature_alone(header.alg));
        let claims = decoded.map_err(|e| refused(&format!("is no good: {e}")))?.claims;
        id_token(&claims, hash_of(header.alg), claim).ok_or_else(|| refused("leaves something out"))
    }
}

/// The rest is `IdToken::check`, by the clock that is handed in.
fn signature_alone(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

fn hash_of(algorithm: Algorithm) -> HashOf {
    match algorithm {
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => HashOf::Sha384,
        Algorithm::RS512 | Algorithm::PS512 | Algorithm::EdDSA => HashOf::Sha512,
        _ => HashOf::Sha256,
    }
}

/// `None` where something that must be there is not, or anything is of another kind than it has to be.
fn id_token(claims: &Map<String, Value>, hash: HashOf, claim: Option<&str>) -> Option<IdToken> {
    let text = |name: &str| claims.get(name)?.as_str().map(str::to_owned);
    let audience = match claims.get("aud")? {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => {
            let texts = several.iter().map(|value| value.as_str().map(str::to_owned));
            texts.collect::<Option<_>>()?
        }
        _ => return None,
    };
    Some(IdToken {
        issuer: text("iss")?,
        subject: text("sub")?,
        audience,
        authorized_party: optional(claims, "azp", as_text)?,
        nonce: optional(claims, "nonce", as_text)?,
        expires: seconds(claims.get("exp")?)?,
        issued: seconds(claims.get("iat")?)?,
        not_before: optional(claims, "nbf", seconds)?,
        signed_in: optional(claims, "auth_time", seconds)?,
        access_token_hash: optional(claims, "at_hash", as_text)?,
        hash,
        profile: profile(claims, claim),
    })
}

/// `None` for what is there and no good; `Some(None)` for what isn't there.
fn optional<T>(
    claims: &Map<String, Value>,
    name: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Option<Option<T>> {
    match claims.get(name) {
        None | Some(Value::Null) => Some(None),
        Some(value) => read(value).map(Some),
    }
}

fn as_text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A JSON number, which may have a fraction (RFC 7519, section 2).
fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|number| number.floor() as i64))
}

/// What is told of a person. What is of another kind than it should be is not told.
pub fn profile(claims: &Map<String, Value>, claim: Option<&str>) -> Profile {
    let text = |name: &str| claims.get(name).and_then(as_text).filter(|text| !text.is_empty());
    // Some providers write "false", which must not count as yes.
    let verified = |value: &Value| value.as_bool().unwrap_or(value == "true");
    let groups = claim.and_then(|name| claims.get(name)).and_then(|value| match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(several) => Some(several.iter().take(MOST).filter_map(as_text).collect()),
        _ => None,
    });
    Profile {
        username: text("preferred_username"),
        name: text("name"),
        email: text("email"),
        email_verified: claims.get("email_verified").map(verified),
        groups,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn what_is_of_another_kind_than_it_has_to_be_is_no_token() {
        let read = |text: &str| id_token(&claims(text), HashOf::Sha256, None);
        let whole = r#"{"iss":"i","sub":"s","aud":"a","exp":10.9,"iat":5}"#;
        let token = read(whole).expect("a token");
        assert_eq!((token.expires, token.issued, token.audience), (10, 5, vec!["a".to_owned()]));
        for (from, to) in [
            (r#""exp":10.9"#, r#""exp":"10""#),
            (r#""exp":10.9,"#, ""),
            (r#""iat":5"#, r#""iat":null"#),
            (r#""aud":"a""#, r#""aud":["a",7]"#),
            (r#""sub":"s","#, ""),
            (r#""iat":5"#, r#""iat":5,"nonce":7"#),
            (r#""iat":5"#, r#""iat":5,"auth_time":"now""#),
            (r#""iat":5"#, r#""iat":5,"at_hash":false"#),
        ] {
            assert!(read(&whole.replace(from, to)).is_none(), "{to}");
        }
    }

    #[test]
    fn groups_and_addresses_are_read_as_providers_write_them() {
        let groups = |text: &str| profile(&claims(text), Some("roles")).groups;
        assert_eq!(groups(r#"{"roles":"a"}"#), Some(vec!["a".to_owned()]));
        assert_eq!(groups(r#"{"roles":["a",1,"b"]}"#), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(groups(r#"{"roles":[]}"#), Some(Vec::new()));
        assert_eq!(groups(r#"{"roles":{"a":1}}"#), None);
        assert_eq!(groups("{}"), None);
        let verified = |text: &str| profile(&claims(text), None).email_verified;
        assert_eq!(verified(r#"{"email_verified":"false"}"#), Some(false));
        assert_eq!(verified(r#"{"email_verified":"true"}"#), Some(true));
        assert_eq!(verified(r#"{"email_verified":0}"#), Some(false));
        assert_eq!(verified("{}"), None);
    }
}
