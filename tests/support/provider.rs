//! An identity provider as far as a test needs one: it does what the protocol asks for, or what it is told to do wrong.

#![allow(clippy::disallowed_methods, reason = "json! unwraps what cannot fail")]

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{Bytes, Data, get, post};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use super::browse::Browser;
use super::page::Page;
use super::{App as Latchkey, BEGIN, OWN};

pub const CLIENT: &str = "latchkey";
pub const SECRET: &str = "hush hush";

pub struct Script {
    /// What it tells of the person; `null` is left out.
    pub claims: Map<String, Value>,
    /// The same of a token as a whole, over what would be right.
    pub token: Map<String, Value>,
    pub algorithm: &'static str,
    pub signs_with: &'static str,
    pub shows: &'static str,
    pub userinfo: Map<String, Value>,
    pub names_itself: bool,
    pub status: u16,
    pub hangs: bool,
    pub rambles: bool,
    /// How far its clock is from the beginning of the test, in seconds.
    pub later: i64,
    pub keys_read: usize,
    codes: HashMap<String, HashMap<String, String>>,
    pub pair: EcdsaKeyPair,
}

#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    script: Arc<Mutex<Script>>,
    server: ServerHandle,
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

pub fn key_pair() -> EcdsaKeyPair {
    let (how, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
    let document = EcdsaKeyPair::generate_pkcs8(how, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(how, document.as_ref(), &random).expect("a key")
}

impl Script {
    fn new() -> Self {
        Self {
            claims: object(json!({
                "sub": "248289761001", "preferred_username": "ada", "name": "Ada Nyström",
                "email": "ada@fernhill.example", "email_verified": true,
            })),
            token: Map::new(),
            algorithm: "ES256",
            signs_with: "one",
            shows: "one",
            userinfo: Map::new(),
            names_itself: true,
            status: 200,
            hangs: false,
            rambles: false,
            later: 0,
            keys_read: 0,
            codes: HashMap::new(),
            pair: key_pair(),
        }
    }

    fn id_token(&self, issuer: &str, asked: &HashMap<String, String>, access: &str) -> String {
        let begin: chrono::DateTime<chrono::Utc> = BEGIN.parse().expect("a time");
        let now = begin.timestamp() + self.later;
        let hash = Sha256::digest(access);
        let mut claims = object(json!({
            "iss": issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked.get("nonce"),
            "auth_time": now, "at_hash": BASE64URL_NOPAD.encode(&hash[..16]),
        }));
        claims.extend(self.claims.clone());
        claims.extend(self.token.clone());
        claims.retain(|_, value| !value.is_null());
        let header = json!({ "alg": self.algorithm, "typ": "JWT", "kid": self.signs_with });
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let text = format!("{}.{}", part(&header), part(&Value::Object(claims)));
        let signature = match self.algorithm {
            "none" => Vec::new(),
            // With what everybody can read, as if it were a secret.
            "HS256" => {
                let public = self.pair.public_key().as_ref();
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, public);
                ring::hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            }
            _ => {
                let signed = self.pair.sign(&SystemRandom::new(), text.as_bytes());
                signed.expect("a signature").as_ref().to_vec()
            }
        };
        format!("{text}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}

impl Provider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self::on(listener, Script::new())
    }

    fn on(listener: TcpListener, script: Script) -> Self {
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let script = Arc::new(Mutex::new(script));
        let data = Data::new((issuer.clone(), Arc::clone(&script)));
        let factory = move || {
            App::new()
                .app_data(data.clone())
                .route("/.well-known/openid-configuration", get().to(discovery))
                .route("/authorize", get().to(authorize))
                .route("/keys", get().to(keys))
                .route("/token", post().to(token))
                .route("/userinfo", get().to(userinfo))
        };
        let server = HttpServer::new(factory).workers(1).disable_signals();
        let server = server.listen(listener).expect("a server").run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { issuer, script, server: handle }
    }

    /// Has it do something else from now on.
    pub fn now(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().expect("the script"));
    }

    pub fn tells(&self, name: &str, value: Value) {
        self.now(|script| drop(script.claims.insert(name.to_owned(), value)));
    }

    pub fn keys_read(&self) -> usize {
        self.script.lock().expect("the script").keys_read
    }

    /// A Latchkey that it is registered at, with this file.
    pub async fn at(&self, file: &str, more: &[(&'static str, &str)]) -> Latchkey {
        let mut settings = vec![
            ("public_url", OWN),
            ("identity_issuer", self.issuer.as_str()),
            ("identity_client_id", CLIENT),
            ("identity_client_secret_file", secret_file()),
            ("identity_name", "Fernhill"),
        ];
        settings.extend(more);
        let app = Latchkey::with(file, &settings).await;
        // Somebody has set the instance up.
        super::people::Person::add(&app, "root", "admin").await;
        app
    }

    /// Where it sends somebody back to who was sent with this address, and has signed in.
    pub fn sends_back(&self, sent: &str) -> String {
        sends_back(&self.issuer, &self.script, sent)
    }

    /// Goes there and back in this browser, and answers with what that leads to.
    pub async fn signs_in(&self, browser: &Browser) -> Page {
        let sent = browser.get("/sign-in/identity").await;
        let place = sent.location().unwrap_or_else(|| panic!("{}: {}", sent.status, sent.text));
        browser.get(&self.sends_back(&place)).await
    }

    /// Restarted: it knows nothing of what it had begun.
    pub fn forgets(&self) {
        self.now(|script| script.codes.clear());
    }

    pub async fn stops(&self) {
        self.server.stop(false).await;
    }
}

fn sends_back(issuer: &str, script: &Mutex<Script>, sent: &str) -> String {
    let url = Url::parse(sent).expect("an address");
    let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
    let mut script = script.lock().expect("the script");
    let code = format!("code-{}", script.codes.len());
    let mut back = format!("/sign-in/identity/callback?code={code}&state={}", asked["state"]);
    if script.names_itself {
        let iss: String = form_urlencoded::byte_serialize(issuer.as_bytes()).collect();
        back += &format!("&iss={iss}");
    }
    script.codes.insert(code, asked);
    back
}

fn secret_file() -> &'static str {
    static FILE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    FILE.get_or_init(|| {
        let path = std::env::temp_dir().join(format!("latchkey-secret-{}", std::process::id()));
        std::fs::write(&path, SECRET.replace(' ', "%/+")).expect("a file");
        path.display().to_string()
    })
}

type Desk = Data<(String, Arc<Mutex<Script>>)>;

async fn discovery(desk: Desk) -> HttpResponse {
    let (issuer, script) = &**desk;
    let script = script.lock().expect("the script");
    let at = |path: &str| format!("{issuer}{path}");
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"),
        "userinfo_endpoint": at("/userinfo"),
        "authorization_response_iss_parameter_supported": script.names_itself,
    }))
}

/// Who comes here in a real browser is signed in, and sent back.
async fn authorize(desk: Desk, req: HttpRequest) -> HttpResponse {
    let sent = format!("{}{}", desk.0, req.uri());
    let url = Url::parse(&sent).expect("an address");
    let asked = url.query_pairs().find(|(name, _)| name == "redirect_uri").expect("a way back");
    let callback = Url::parse(&asked.1).expect("an address");
    let back = sends_back(&desk.0, &desk.1, &sent);
    let back = callback.join(&back).expect("an address");
    HttpResponse::SeeOther().insert_header(("location", back.as_str())).finish()
}

async fn keys(desk: Desk) -> HttpResponse {
    let mut script = desk.1.lock().expect("the script");
    script.keys_read += 1;
    let public = script.pair.public_key().as_ref();
    let (x, y) = public[1..].split_at(32);
    HttpResponse::Ok().json(json!({ "keys": [
        { "kty": "new", "kid": "other" },
        { "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": script.shows,
          "x": BASE64URL_NOPAD.encode(x), "y": BASE64URL_NOPAD.encode(y) },
    ] }))
}

async fn token(desk: Desk, req: HttpRequest, body: Bytes) -> HttpResponse {
    let (issuer, script) = &**desk;
    if script.lock().expect("the script").hangs {
        actix_web::rt::time::sleep(Duration::from_secs(60)).await;
    }
    let mut script = script.lock().expect("the script");
    if script.status != 200 {
        let status = actix_web::http::StatusCode::from_u16(script.status).expect("a status");
        return HttpResponse::build(status).json(json!({ "error": "server_error" }));
    }
    if script.rambles {
        return HttpResponse::Ok().content_type("application/json").body("[".repeat(4_000_000));
    }
    let no = |error: &str| HttpResponse::BadRequest().json(json!({ "error": error }));
    let header = req.headers().get("authorization").and_then(|value| value.to_str().ok());
    let secret = SECRET.replace(' ', "%25%2F%2B");
    let right = format!("Basic {}", BASE64.encode(format!("{CLIENT}:{secret}").as_bytes()));
    if header != Some(&right) {
        return no("invalid_client");
    }
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    // Good for once.
    let Some(asked) = script.codes.remove(&form["code"]) else { return no("invalid_grant") };
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(&form["code_verifier"]));
    let is_ours = asked.get("code_challenge") == Some(&challenge)
        && asked["code_challenge_method"] == "S256"
        && asked["redirect_uri"] == form["redirect_uri"];
    if !is_ours {
        return no("invalid_grant");
    }
    let access = format!("access-{}", form["code"]);
    let id_token = script.id_token(issuer, &asked, &access);
    HttpResponse::Ok().json(json!({
        "access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": id_token,
    }))
}

async fn userinfo(desk: Desk) -> HttpResponse {
    let script = desk.1.lock().expect("the script");
    let mut claims = object(json!({ "sub": script.claims.get("sub") }));
    claims.extend(script.userinfo.clone());
    HttpResponse::Ok().json(claims)
}
