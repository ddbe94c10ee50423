//! This instance as browsers and authenticators know it: what it asks of a passkey, and whether it believes the answer.
//! Only a build with the feature `passkeys` has one.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey as Stored, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::id::{PasskeyId, UserId};
use super::passkey::{Ceremony, Credential, Doubt, Passkey, Question};
use super::refusal::Fault;
use super::time::Now;
use super::user::User;

/// Whether this build knows passkeys.
pub const IS_BUILT_IN: bool = true;

#[derive(Clone)]
pub struct RelyingParty(Arc<Webauthn>);

impl RelyingParty {
    /// By the public URL alone. Browsers have passkeys on https and on localhost, and for names only.
    pub fn of(public_url: Option<&Url>, instance: &str) -> Option<Self> {
        let url = public_url?;
        let host = url.domain()?;
        if url.scheme() != "https" && host != "localhost" {
            return None;
        }
        let built = WebauthnBuilder::new(host, url).and_then(|it| it.rp_name(instance).build());
        built.ok().map(|webauthn| Self(Arc::new(webauthn)))
    }

    /// Asks for a new passkey, on a device that has none of these yet.
    pub fn ask_to_add(&self, user: &User, known: &[Passkey], now: Now) -> Result<Question, Fault> {
        let known = known.iter().map(|passkey| passkey.credential.id.clone()).collect();
        // Random, and nothing about the person: the id of the row is what authenticators keep them by.
        let id = Uuid::from_bytes(*user.id.as_bytes());
        let (name, shown) = (user.name.as_str(), user.display_name.as_str());
        let asked = self.0.start_passkey_registration(id, name, shown, Some(known));
        let (options, state) = asked.map_err(|e| Fault::new("asking for a passkey", e))?;
        let mut options = serde_json::to_value(&options).map_err(broken)?;
        // So that it can sign in without a name being typed, wherever the authenticator has room for that.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = Value::from("preferred");
        let state = serde_json::to_string(&state).map_err(broken)?;
        Ok(Question { options: options.to_string(), ceremony: Ceremony::begin(state, now) })
    }

    /// What came of that.
    pub fn added(&self, asked: &Ceremony, answer: &str) -> Result<Credential, Doubt> {
        let state: PasskeyRegistration = read(&asked.state)?;
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let stored = self.0.finish_passkey_registration(&answer, &state).map_err(doubt)?;
        let id = stored.cred_id().to_vec();
        Ok(Credential { id, text: serde_json::to_string(&stored).map_err(unreadable)? })
    }

    /// Asks for one of these passkeys, or, where none is named, for any that the device has for this instance.
    pub fn ask(&self, known: &[Passkey], now: Now) -> Result<Question, Fault> {
        let asked = self.0.start_discoverable_authentication();
        let (options, state) = asked.map_err(|e| Fault::new("asking for a passkey", e))?;
        let allowed = known.iter().map(|passkey| {
            let id = BASE64URL_NOPAD.encode(&passkey.credential.id);
            Value::from_iter([("type", Value::from("public-key")), ("id", Value::from(id))])
        });
        let mut options = serde_json::to_value(&options).map_err(broken)?;
        options["publicKey"]["allowCredentials"] = allowed.collect();
        let state = serde_json::to_string(&state).map_err(broken)?;
        Ok(Question { options: options.to_string(), ceremony: Ceremony::begin(state, now) })
    }

    /// Believes an answer, or not: to this question, from this instance's origin, by this passkey of its owner's, with
    /// its owner verified, and with a count that goes forward.
    pub fn check(
        &self,
        asked: &Ceremony,
        presented: &Presented,
        passkey: &Passkey,
    ) -> Result<Asserted, Doubt> {
        if presented.user().is_some_and(|user| user != passkey.user) {
            return Err(Doubt::Wrong("it names somebody else".to_owned()));
        }
        let state: DiscoverableAuthentication = read(&asked.state)?;
        let mut stored: Stored = read(&passkey.credential.text)?;
        let checked = self.0.finish_discoverable_authentication_v2(&presented.0, state, &stored);
        stored.update_credential(&checked.map_err(doubt)?);
        let renewed = serde_json::to_string(&stored).map_err(unreadable)?;
        let (user, passkey) = (passkey.user.clone(), passkey.id.clone());
        Ok(Asserted { user, passkey, renewed })
    }
}

/// What a browser sent as the answer of a passkey.
pub struct Presented(PublicKeyCredential);

impl Presented {
    pub fn read(answer: &str) -> Option<Self> {
        serde_json::from_str(answer).ok().map(Self)
    }

    pub fn credential(&self) -> &[u8] {
        self.0.get_credential_id()
    }

    /// Whose passkey the authenticator says it is; it says so where no passkey was named to it.
    pub fn user(&self) -> Option<UserId> {
        UserId::parse(std::str::from_utf8(self.0.get_user_unique_id()?).ok()?)
    }
}

/// An answer that was believed. Only [`RelyingParty::check`] makes one.
pub struct Asserted {
    user: UserId,
    passkey: PasskeyId,
    renewed: String,
}

impl Asserted {
    pub fn user(&self) -> &UserId {
        &self.user
    }

    pub fn passkey(&self) -> &PasskeyId {
        &self.passkey
    }

    /// The credential with its count as it is from now on.
    pub fn renewed(&self) -> &str {
        &self.renewed
    }
}

fn doubt(error: WebauthnError) -> Doubt {
    match error {
        WebauthnError::CredentialPossibleCompromise => Doubt::Copied,
        error => Doubt::Wrong(error.to_string()),
    }
}

fn unreadable(error: serde_json::Error) -> Doubt {
    Doubt::Wrong(error.to_string())
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Doubt> {
    serde_json::from_str(text).map_err(unreadable)
}

fn broken(error: serde_json::Error) -> Fault {
    Fault::new("asking for a passkey", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_https_and_for_localhost_and_for_names() {
        let offered = |url: &str| RelyingParty::of(Url::parse(url).ok().as_ref(), "Fern").is_some();
        for url in ["https://tokens.example.org", "https://a.example:8443", "http://localhost:8080"]
        {
            assert!(offered(url), "{url}");
        }
        for url in ["http://tokens.example.org", "https://192.0.2.1", "http://127.0.0.1:8080", "x"]
        {
            assert!(!offered(url), "{url}");
        }
        assert!(RelyingParty::of(None, "Fern").is_none());
    }
}
