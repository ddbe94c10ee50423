//! What the provider says of itself (OpenID Connect Discovery 1.0), kept for an hour, and on while it can't be asked.

use std::sync::Arc;

use chrono::TimeDelta;
use serde::Deserialize;
use url::Url;

use super::{Desk, Trouble, keep, kept};
use crate::domain::authorization_request::{AuthorizationRequest, Purpose};
use crate::domain::identity::{Registration, endpoint};
use crate::domain::time::Now;

const KEPT: TimeDelta = TimeDelta::hours(1);

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

pub struct Metadata {
    authorization_endpoint: Url,
    pub token_endpoint: Url,
    pub keys: Url,
    pub userinfo_endpoint: Option<Url>,
    /// Whether the secret goes into the form, as the provider takes it in no header.
    pub secret_in_form: bool,
    /// Whether it names itself with each answer (RFC 9207).
    names_itself: bool,
}

impl Desk {
    pub(super) async fn metadata(&self, now: Now) -> Result<Arc<Metadata>, Trouble> {
        let known = kept(&self.metadata);
        let is_young = |at: &Now| now.at() - at.at() < KEPT && at.at() <= now.at();
        if let Some((_, metadata)) = known.as_ref().filter(|(at, _)| is_young(at)) {
            return Ok(Arc::clone(metadata));
        }
        match self.discover().await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                keep(&self.metadata, now, Arc::clone(&metadata));
                Ok(metadata)
            }
            // It said so before, and may well mean it still.
            Err(trouble) => known.map(|(_, metadata)| metadata).ok_or(trouble),
        }
    }

    async fn discover(&self) -> Result<Metadata, Trouble> {
        let issuer = &self.registration.issuer;
        let refused = |why: String| Trouble::Refused(format!("its description: {why}"));
        let url = endpoint(&issuer.discovery());
        let url = url.ok_or_else(|| refused("it has no address".to_owned()))?;
        let document: Document = self.http.get(&url, None).await?.json("its description")?;
        if document.issuer != issuer.as_str() {
            // Debug, so that nothing in it can forge a line of the log.
            return Err(refused(format!("it calls itself {:?}", document.issuer)));
        }
        let at = |text: &str| {
            endpoint(text).ok_or_else(|| refused(format!("{text:?} is no address over TLS")))
        };
        let methods = document.token_endpoint_auth_methods_supported;
        let takes = |method: &str| {
            methods.as_ref().is_some_and(|methods| methods.iter().any(|known| known == method))
        };
        Ok(Metadata {
            authorization_endpoint: at(&document.authorization_endpoint)?,
            token_endpoint: at(&document.token_endpoint)?,
            keys: at(&document.jwks_uri)?,
            userinfo_endpoint: document.userinfo_endpoint.as_deref().map(at).transpose()?,
            secret_in_form: takes("client_secret_post") && !takes("client_secret_basic"),
            names_itself: document.authorization_response_iss_parameter_supported,
        })
    }
}

impl Metadata {
    /// Where somebody is sent with this request (OpenID Connect Core 1.0, section 3.1.2.1).
    pub fn authorization(&self, we: &Registration, request: &AuthorizationRequest) -> Url {
        let mut url = self.authorization_endpoint.clone();
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &we.client_id)
            .append_pair("redirect_uri", &we.callback)
            .append_pair("scope", &we.scopes)
            .append_pair("state", &request.state)
            .append_pair("nonce", &request.nonce)
            .append_pair("code_challenge", &request.challenge())
            .append_pair("code_challenge_method", "S256");
        if let Purpose::Confirm(_) = request.purpose {
            query.append_pair("prompt", "login").append_pair("max_age", "0");
        }
        drop(query);
        url
    }

    /// Whether it was this provider that sent somebody back: another one's answer must not be taken to it.
    pub fn check_sender(&self, we: &Registration, sender: Option<&str>) -> Result<(), Trouble> {
        let ours = match sender {
            Some(sender) => sender == we.issuer.as_str(),
            None => !self.names_itself,
        };
        let wrong = || Trouble::Refused("the answer is of another provider".to_owned());
        if ours { Ok(()) } else { Err(wrong()) }
    }
}
