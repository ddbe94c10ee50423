//! Programs that send a name and a password only when they are asked, through each gateway.

use std::process::{Command, Stdio};

use crate::echo::Service;
use crate::gateway::{Gateway, Kind};
use crate::support::App;

pub async fn git_is_asked_for_its_name_and_password_where_the_service_wants_it(kind: Kind) {
    let file =
        |basic| format!("[[services]]\nkey = \"builds\"\nname = \"Builds\"\nbasic = {basic}\n");
    let app = App::with(&file(true), &[("trusted_proxies", "127.0.0.1")]).await;
    let service = Service::start();
    let gateway = Gateway::start(kind, &app, &service).await;
    let secret = app.member("ada").await.generates("Mirror").with("Builds", "Read").await;
    let asked = gateway.curl(&[]).await;
    let (bearer, basic) =
        ("bearer realm=\"latchkey\"", "basic realm=\"latchkey\", charset=\"utf-8\"");
    assert_eq!((asked.status, asked.all("www-authenticate")), (401, vec![bearer, basic]));
    assert!(!asked.head.contains("x-error-"), "{asked:?}");
    lists_remote(&gateway, &secret).await;
    let came = service.requests();
    assert!(came > 0, "with name and password it comes through");
    app.reloads(&file(false));
    lists_remote(&gateway, &secret).await;
    assert_eq!(service.requests(), came, "unasked, git sends nothing");
    assert_eq!(gateway.curl(&[]).await.all("www-authenticate"), [bearer]);
}

/// What comes back is no repository, so git fails in any case.
async fn lists_remote(gateway: &Gateway, secret: &str) {
    let mut git = Command::new("git");
    git.args(["ls-remote", &format!("http://ada:{secret}@{}/x.git", gateway.address)]);
    git.env("GIT_TERMINAL_PROMPT", "0").env("GIT_CONFIG_GLOBAL", "/dev/null");
    git.env("NO_PROXY", "*").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let ran = actix_web::rt::task::spawn_blocking(move || git.status()).await;
    ran.expect("git runs").expect("git");
}
