//! `latchkey user link` and `unlink`, beside a running server.

use std::process::{Command, Output};

use latchkey::config::SAMPLE;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::cli::{Folder, err, out};
use crate::support::App;
use crate::support::provider::{CLIENT, Provider};

fn typed(app: &App, provider: &Provider, words: &[&str]) -> Output {
    let file = app.database.folder().join("identities.toml");
    std::fs::write(&file, SAMPLE).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.current_dir(app.database.folder()).args(words).env("LATCHKEY_CONFIG", file);
    command.env("LATCHKEY_DATABASE_URL", &app.database.url);
    command.env("LATCHKEY_PUBLIC_URL", &app.base);
    command.env("LATCHKEY_IDENTITY_ISSUER", &provider.issuer);
    command.env("LATCHKEY_IDENTITY_CLIENT_ID", CLIENT);
    command.env("LATCHKEY_IDENTITY_CLIENT_SECRET", "hush");
    command.env("LATCHKEY_IDENTITY_NAME", "Fernhill");
    command.output().expect("the binary")
}

fn said(app: &App, provider: &Provider, words: &[&str]) -> Value {
    let output = typed(app, provider, &[words, &["--json"]].concat());
    let text = out(&output);
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{words:?}: {e}\n{text}{}", err(&output)))
}

#[actix_web::test]
async fn the_operator_links_an_account_with_an_identity_and_takes_that_back() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let bo = app.member("bo").await;
    let words = ["user", "link", "bo", "--subject", "248289761001"];
    let linked = said(&app, &provider, &words);
    let identity = json!([{ "issuer": provider.issuer, "subject": "248289761001" }]);
    assert_eq!(linked["identities"], identity);
    assert_eq!(said(&app, &provider, &["user", "show", "bo"])["identities"], identity);
    let browser = app.guest();
    assert_eq!(provider.signs_in(&browser).await.status, StatusCode::SEE_OTHER);
    let page = browser.open("/account/activity").await;
    assert!(page.says("Company account linked") && page.says("248289761001"), "{}", page.text);
    for (words, says) in [
        (["user", "link", "bo", "--subject", "another"], "bo is linked with 248289761001 there"),
        (["user", "link", "root", "--subject", "248289761001"], "another account’s already"),
        (["user", "link", "bo", "--subject", ""], "a subject is 1 to 255 bytes"),
    ] {
        let output = typed(&app, &provider, &words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(err(&output).contains(says), "{}", err(&output));
    }
    let unlinked = said(&app, &provider, &["user", "unlink", "bo"]);
    assert_eq!(unlinked["identities"], json!([]));
    for browser in [&browser, &bo.browser] {
        assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER, "signed out");
    }
    let output = typed(&app, &provider, &["user", "unlink", "bo"]);
    assert!(err(&output).contains("bo is linked with no company account"), "{}", err(&output));
}

#[actix_web::test]
async fn a_provider_that_is_half_set_up_or_asked_without_tls_is_told_before_anything_starts() {
    let folder = Folder::new();
    std::fs::write(folder.path.join("latchkey.toml"), SAMPLE).expect("a file");
    let issuer = ["--identity-issuer", "https://id.fernhill.example"];
    let output = folder.run(&[&issuer[..], &["config", "check"]].concat());
    assert!(!output.status.success());
    for lacking in ["public_url", "identity_client_id", "identity_client_secret"] {
        assert!(err(&output).contains(lacking), "{}", err(&output));
    }
    for (flag, value, says) in [
        ("--identity-issuer", "http://id.fernhill.example", "https, unless it is this machine’s"),
        ("--identity-issuer", "https://ada:hush@id.fernhill.example", "https, unless it is"),
        ("--identity-issuer", "https://id.fernhill.example/?tenant=1", "https, unless it is"),
        ("--identity-scopes", "profile email", "openid and others"),
        ("--identity-name", "", "a name of 1 to 40 characters"),
    ] {
        let output = folder.run(&[flag, value, "config", "check"]);
        assert!(!output.status.success(), "{flag} {value}");
        assert!(err(&output).contains(says), "{}", err(&output));
    }
}
