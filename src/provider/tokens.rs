//! The code for tokens, and the access token for what the ID token leaves out.

use data_encoding::BASE64;
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use super::id_token::profile;
use super::metadata::Metadata;
use super::{Desk, Trouble};
use crate::domain::identity::Profile;
use crate::domain::text::visible;

#[derive(Deserialize)]
pub struct Redeemed {
    pub access_token: String,
    pub id_token: String,
    token_type: String,
}

#[derive(Deserialize)]
struct No {
    error: String,
}

impl Desk {
    /// RFC 6749, section 4.1.3, with the verifier of RFC 7636.
    pub(super) async fn redeem(
        &self,
        metadata: &Metadata,
        code: &str,
        verifier: &str,
    ) -> Result<Redeemed, Trouble> {
        let we = &self.registration;
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &we.callback)
            .append_pair("code_verifier", verifier);
        let mut with = None;
        if metadata.secret_in_form {
            form.append_pair("client_id", &we.client_id);
            form.append_pair("client_secret", we.client_secret.as_str());
        } else {
            with = Some(basic(&we.client_id, we.client_secret.as_str()));
        }
        let answer = self.http.post(&metadata.token_endpoint, with, form.finish()).await?;
        if answer.status != StatusCode::OK {
            let no = serde_json::from_slice::<No>(&answer.body);
            let why = no.map_or_else(|_| answer.status.to_string(), |no| no.error);
            return Err(Trouble::Refused(format!("it refused the code: {}", visible(&why, 80))));
        }
        let redeemed: Redeemed = answer.json("its answer to the code")?;
        if !redeemed.token_type.eq_ignore_ascii_case("bearer") {
            return Err(Trouble::Refused("its access token is of another type".to_owned()));
        }
        Ok(redeemed)
    }

    /// What else it knows of the same person (OpenID Connect Core 1.0, section 5.3). One that answers in another form than
    /// JSON tells nothing.
    pub(super) async fn ask_userinfo(
        &self,
        at: &Url,
        access_token: &str,
        subject: &str,
        claim: Option<&str>,
    ) -> Result<Profile, Trouble> {
        let answer = self.http.get(at, Some(access_token)).await?;
        if answer.kind != "application/json" {
            return Ok(Profile::default());
        }
        let claims: Map<String, Value> = answer.json("what it knows of the person")?;
        if claims.get("sub").and_then(Value::as_str) != Some(subject) {
            return Err(Trouble::Refused("what it knows is of somebody else".to_owned()));
        }
        Ok(profile(&claims, claim))
    }
}

/// RFC 6749, section 2.3.1: both halves encoded as in a form.
fn basic(id: &str, secret: &str) -> String {
    let half = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let both = Zeroizing::new(format!("{}:{}", half(id), half(secret)));
    format!("Basic {}", BASE64.encode(both.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_secret_are_encoded_before_they_are_joined() {
        let header = basic("a:b", "p w+/");
        let encoded = header.strip_prefix("Basic ").expect("the scheme");
        let both = BASE64.decode(encoded.as_bytes()).expect("base64");
        assert_eq!(both, b"a%3Ab:p+w%2B%2F");
    }
}
