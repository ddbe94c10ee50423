//! A passkey in software: what a browser and its authenticator do together, and what they must not get away with.

#![allow(clippy::disallowed_methods, reason = "json! unwraps what cannot fail")]

use data_encoding::BASE64URL_NOPAD;
use latchkey::domain::id::UserId;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::App;
use super::browse::Browser;
use super::page::Page;
use super::people::{PASSWORD, Person};

/// User present, user verified, attested credential data.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

pub struct Authenticator {
    key: SigningKey,
    pub credential: Vec<u8>,
    /// Whose passkey it says it is.
    pub user: String,
    /// Where the browser says it is.
    pub origin: String,
    pub party: String,
    pub counter: u32,
    /// By how much it counts at each answer: what is the same on several devices counts nothing.
    pub step: u32,
    pub verifies: bool,
}

impl Authenticator {
    /// A new key, in a browser that is at the instance's own address.
    pub fn new(app: &App) -> Self {
        let seed: [u8; 32] = Sha256::digest(UserId::random().as_str()).into();
        Self {
            key: SigningKey::from_slice(&seed).expect("a key"),
            credential: UserId::random().as_bytes().to_vec(),
            user: String::new(),
            origin: app.base.clone(),
            party: "localhost".to_owned(),
            counter: 0,
            step: 1,
            verifies: true,
        }
    }

    /// Added through the page, by its form.
    pub async fn of(app: &App, person: &Person, name: &str) -> Self {
        let mut authenticator = Self::new(app);
        let page = authenticator.adds(person, name).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        authenticator
    }

    pub async fn adds(&mut self, person: &Person, name: &str) -> Page {
        let page = person.opens("/account/passkeys").await;
        let answer = self.makes(&options(&page));
        let form = page.form("Add passkey").fill("Name", name).fill("Your password", PASSWORD);
        person.browser.submit(&form.forged("new-answer", &answer)).await
    }

    /// What a browser makes of the question for a new passkey.
    pub fn makes(&mut self, options: &Value) -> String {
        let asked = &options["publicKey"];
        self.user = asked["user"]["id"].as_str().expect("whose it is").to_owned();
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut data = self.data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential.len()).expect("short").to_be_bytes());
        data.extend(&self.credential);
        // COSE: an EC2 key, ES256, P-256, x and y.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point.as_bytes()[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point.as_bytes()[33..]);
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": data}
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("short"));
        attestation.extend(data);
        let client = self.client_data("webauthn.create", asked);
        self.credential(json!({
            "attestationObject": encode(&attestation), "clientDataJSON": encode(client.as_bytes()),
        }))
    }

    /// What a browser makes of the question for a passkey it has.
    pub fn answers(&mut self, options: &Value) -> String {
        self.counter += self.step;
        let client = self.client_data("webauthn.get", &options["publicKey"]);
        let data = self.data(0);
        let signed = [&data[..], &Sha256::digest(&client)[..]].concat();
        let signature: Signature = self.key.sign(&signed);
        self.credential(json!({
            "authenticatorData": encode(&data), "clientDataJSON": encode(client.as_bytes()),
            "signature": encode(signature.to_der().as_bytes()), "userHandle": self.user,
        }))
    }

    /// At the sign-in page of this browser.
    pub async fn signs_in(&mut self, browser: &Browser) -> Page {
        let page = browser.open("/sign-in").await;
        let form = page.form("Sign in with a passkey");
        browser.submit(&form.forged("answer", &self.answers(&options(&page)))).await
    }

    /// In the form with this button, in the place of the password.
    pub async fn confirms(&mut self, browser: &Browser, page: &Page, button: &str) -> Page {
        let form = page.form(button);
        browser.submit(&form.forged("answer", &self.answers(&options(page)))).await
    }

    fn client_data(&self, kind: &str, asked: &Value) -> String {
        let challenge = &asked["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let flags = flags | PRESENT | if self.verifies { VERIFIED } else { 0 };
        let mut data = Sha256::digest(&self.party).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn credential(&self, response: Value) -> String {
        let id = encode(&self.credential);
        json!({
            "id": id, "rawId": id, "type": "public-key", "response": response,
            "clientExtensionResults": {},
        })
        .to_string()
    }
}

/// The question in a page.
pub fn options(page: &Page) -> Value {
    let options = page.attributes("data-options").pop().expect("a question");
    serde_json::from_str(&options).expect("JSON")
}

fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}
