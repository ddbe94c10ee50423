//! What others have made, and what they make of us: introspection, revocation and metadata as Authlib understands them, from
//! PyPI; signing in with a provider from npm.

mod provider;
#[path = "../support/mod.rs"]
mod support;

use std::process::{Command, Output};

use reqwest::StatusCode;
use support::App;

/// Where `tests/setup/tools.sh` puts the library.
const LIBRARY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/oauth");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oauth/client.py");

async fn run(settings: Vec<(&'static str, String)>) -> Output {
    let job = move || {
        let mut command = Command::new("python3");
        // A proxy of this machine's is nobody's to ask about this machine.
        command.env("NO_PROXY", "127.0.0.1").env("PYTHONPATH", LIBRARY).envs(settings);
        command.env("PYTHONDONTWRITEBYTECODE", "1").arg(SCRIPT).output().expect("python3")
    };
    actix_web::rt::task::spawn_blocking(job).await.expect("an end")
}

#[actix_web::test]
async fn an_oauth_library_finds_introspects_and_revokes() {
    let app = App::start().await;
    let builds = app.caller("builds").await;
    let ada = app.member("ada").await;
    let token = ada.generates("CI").with("Builds", "Read").with("Git", "Read & write").await;
    let other = ada.generates("Mirror").with("Builds", "Read").await;
    let output = run(vec![
        ("ISSUER", app.base.clone()),
        ("SERVICE", builds.service.clone()),
        ("SECRET", builds.secret.clone()),
        ("TOKEN", token.clone()),
        ("OTHER", other.clone()),
    ])
    .await;
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said == "understood\n", "{said}\n{complained}");
    for value in [&token, &other] {
        let refused = app.machine().verifies(value, "builds", "read").await;
        assert_eq!(refused, StatusCode::UNAUTHORIZED);
    }
}
