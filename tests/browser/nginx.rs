//! From the browser to a service behind a real nginx, and back out again.

use crate::driver::Folder;
use crate::gateway::{Nginx, Received, Service};
use crate::support::App;
use crate::support::people::PASSWORD;
use crate::window::Window;

async fn app() -> App {
    App::with(latchkey::config::SAMPLE, &[("trusted_proxies", "127.0.0.1")]).await
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

/// The identity headers, with what a client might claim in each.
const FORGED: [&str; 10] = [
    "Remote-User: root",
    "Remote-Name: Root",
    "Remote-Email: root@evil.example",
    "Remote-Groups: admins",
    "X-Auth-Request-User: root",
    "X-Auth-Request-Email: root@evil.example",
    "X-Token-Id: AAAAAAAAAAAAAAAA",
    "X-Token-Name: everything",
    "X-Token-Access: builds:read-write",
    "X-Token-Expires: 2099-01-01T00:00:00Z",
];

#[actix_web::test]
async fn a_token_made_in_the_browser_opens_the_service_until_it_is_revoked_there() {
    let (app, service) = (app().await, Service::start());
    let nginx = Nginx::start(&app, &service).await;
    let window = Window::of_member(&app, "ada").await;
    window.generates("CI runner", "Builds", "Read").await;
    let token = bearer(&window.secret().await);

    let received = nginx.curl(&["-H", &token]).await.received();
    assert_eq!(received.method, "GET");
    for (name, value) in [
        ("remote-user", "ada"),
        ("remote-name", "ada Nyström"),
        ("remote-email", "ada@fernhill.example"),
        ("x-auth-request-user", "ada"),
        ("x-auth-request-email", "ada@fernhill.example"),
        ("x-token-name", "CI runner"),
        ("x-token-access", "builds:read"),
        ("x-token-expires", "2027-02-21T00:00:00Z"),
    ] {
        assert_eq!(received.all(name), [value], "{name}");
    }
    assert!(matches!(received.all("x-token-id")[..], [id] if id.len() == 16), "{received:?}");
    assert_eq!(received.all("authorization"), [""; 0], "the service has no use for the token");
    let writing = nginx.curl(&["-H", &token, "--request", "POST", "--data", "x=1"]).await;
    assert_eq!(writing.status, 403, "{writing:?}");

    window.follows("I’ve saved it").await;
    app.write_uses().await;
    window.acts("CI runner", "Revoke CI runner").await;
    window.sees("last used just now from 127.0.0.1").await;
    window.types("Your password", PASSWORD).await;
    assert_eq!(nginx.curl(&["-H", &token]).await.status, 200, "not revoked yet");
    window.presses("Revoke token").await;
    window.hears("status", "“CI runner” was revoked. Anything that used it has lost access.").await;
    let refused = nginx.curl(&["-H", &token]).await;
    assert_eq!(refused.status, 401, "{refused:?}");
    assert!(refused.head.contains("www-authenticate: bearer"), "{refused:?}");
    assert_eq!(service.requests(), 2);
}

/// A request with these headers, as curl is told of it.
fn with<'a>(headers: &[&'a str]) -> Vec<&'a str> {
    headers.iter().flat_map(|header| ["-H", *header]).collect()
}

/// Asserts that nothing of what a client claimed has reached the service.
fn believes_nothing_forged(received: &Received) {
    for header in FORGED {
        let (name, forged) = header.split_once(": ").expect("a header");
        let values = received.all(&name.to_ascii_lowercase());
        assert!(!values.contains(&forged) && values.len() <= 1, "{name}: {values:?}");
    }
    assert_eq!(received.all("remote-user"), ["ada"]);
    assert_eq!(received.all("authorization"), [""; 0], "the service has no use for the token");
}

#[actix_web::test]
async fn what_a_client_claims_to_be_never_reaches_the_service() {
    let (app, service) = (app().await, Service::start());
    let nginx = Nginx::start(&app, &service).await;
    let secret = app.member("ada").await.generates("CI runner").with("Builds", "Read").await;
    let token = bearer(&secret);
    let arguments = [with(&FORGED), with(&[&token])].concat();
    let received = nginx.curl(&arguments).await.received();
    believes_nothing_forged(&received);
    assert_eq!(received.all("remote-groups"), [""; 0]);
    for method in ["X-Original-Method: GET", "X-Forwarded-Method: GET"] {
        let writing = ["-H", method, "-H", &token, "--request", "DELETE"];
        assert_eq!(nginx.curl(&writing).await.status, 403, "{method}");
    }
    let without = nginx.curl(&with(&FORGED)).await;
    assert_eq!(without.status, 401, "{without:?}");
    assert_eq!(service.requests(), 1);
}

#[actix_web::test]
async fn a_reading_token_cannot_write_by_naming_another_method_in_a_header() {
    let (app, service) = (app().await, Service::start());
    let ada = app.member("ada").await;
    let token = bearer(&ada.generates("CI runner").with("Builds", "Read").await);
    let nginx = Nginx::start(&app, &service).await;
    for name in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
        let received = nginx.curl(&with(&[&token, &format!("{name}: DELETE")])).await.received();
        assert_eq!(received.method, "GET");
        assert_eq!(received.all(&name.to_ascii_lowercase()), [""; 0], "{name}");
    }
}

#[actix_web::test]
async fn the_few_lines_of_the_readme_guard_a_service_too() {
    let (app, service) = (app().await, Service::start());
    let nginx = Nginx::of_the_readme(&app, &service).await;
    let ada = app.member("ada").await;
    let token = bearer(&ada.generates("CI runner").with("Builds", "Read").await);
    let other = bearer(&ada.generates("Git mirror").with("Git", "Read & write").await);

    let method = "X-HTTP-Method-Override: DELETE";
    let arguments = [with(&FORGED), with(&[method, &token])].concat();
    let received = nginx.curl(&arguments).await.received();
    believes_nothing_forged(&received);
    assert_eq!(received.all("x-http-method-override"), [""; 0]);
    let writing = nginx.curl(&["-H", &token, "--request", "POST"]).await;
    assert_eq!(writing.status, 403, "{writing:?}");
    for method in ["X-Original-Method: GET", "X-Forwarded-Method: GET"] {
        let writing = nginx.curl(&["-H", method, "-H", &token, "--request", "DELETE"]).await;
        assert!([401, 403].contains(&writing.status), "{method}: {writing:?}");
    }
    assert_eq!(nginx.curl(&with(&[&other])).await.status, 403, "another service's");
    let none = nginx.curl(&with(&FORGED)).await;
    assert_eq!(none.status, 401, "{none:?}");
    assert!(none.head.contains("www-authenticate: bearer"), "{none:?}");
    ada.revokes("CI runner").await;
    assert_eq!(nginx.curl(&with(&[&token])).await.status, 401, "revoked");
    app.stop().await;
    assert_eq!(nginx.curl(&with(&[&other])).await.status, 500, "nobody to ask");
    assert_eq!(service.requests(), 1);
}

/// Builds, and enough others that a token for all has more headers than nginx takes on most machines: 4 KiB.
fn many_services() -> String {
    let service =
        |key: String, name: String| format!("[[services]]\nkey = \"{key}\"\nname = \"{name}\"\n");
    let others =
        (2..=150).map(|n| service(format!("a-repository-called-{n}"), format!("Service {n}")));
    others.chain([service("builds".to_owned(), "Builds".to_owned())]).collect()
}

#[actix_web::test]
async fn a_token_for_many_services_passes_with_the_buffer_that_the_page_names() {
    let settings = [("trusted_proxies", "127.0.0.1")];
    let (app, service) = (App::with(&many_services(), &settings).await, Service::start());
    let ada = app.member("ada").await;
    let names: Vec<String> = (2..=150).map(|n| format!("Service {n}")).collect();
    let all = names
        .iter()
        .fold(ada.generates("everything"), |form, name| form.with(name, "Read & write"));
    let token = bearer(&all.with("Builds", "Read").await);
    let small = Nginx::start(&app, &service).await;
    let refused = small.curl(&with(&[&token])).await;
    assert_eq!(refused.status, 500, "the page no longer needs to say this: {refused:?}");
    let large = Nginx::for_many_services(&app, &service).await;
    let received = large.curl(&with(&[&token])).await.received();
    let [access] = received.all("x-token-access")[..] else { panic!("{received:?}") };
    assert_eq!(access.split(' ').count(), 150);
    assert!(access.len() > 4096 && access.len() < 16_000, "{} bytes", access.len());
    assert_eq!(received.all("remote-user"), ["ada"]);
}

#[actix_web::test]
async fn each_refusal_reaches_the_client_and_no_request_the_service() {
    let (app, service) = (app().await, Service::start());
    let nginx = Nginx::start(&app, &service).await;
    let ada = app.member("ada").await;
    let reading = ada.generates("CI runner").with("Builds", "Read").await;
    let other = ada.generates("Git mirror").with("Git", "Read & write").await;

    let none = nginx.curl(&[]).await;
    assert_eq!(none.status, 401, "{none:?}");
    assert!(none.head.contains("www-authenticate: bearer realm=\"latchkey\""), "{none:?}");
    let unknown = nginx.curl(&["-H", &bearer("lk_nobodyhasthistokenofall")]).await;
    assert_eq!(unknown.status, 401, "{unknown:?}");
    assert!(unknown.head.contains("error=\"invalid_token\""), "{unknown:?}");
    let twice = nginx.curl(&["-H", &bearer("one two")]).await;
    assert_eq!(twice.status, 401, "{twice:?}");
    for token in [&reading, &other] {
        let narrow = nginx.curl(&["-H", &bearer(token), "--request", "POST"]).await;
        assert_eq!(narrow.status, 403, "{narrow:?}");
        assert!(narrow.head.contains("error=\"insufficient_scope\""), "{narrow:?}");
        assert!(narrow.head.contains("content-type: application/problem+json"), "{narrow:?}");
        assert!(narrow.body.contains("\"status\":403"), "{narrow:?}");
    }
    assert_eq!(nginx.curl(&["-H", &bearer(&other)]).await.status, 403);
    app.stop().await;
    let closed = nginx.curl(&["-H", &bearer(&reading)]).await;
    assert_eq!(closed.status, 500, "while Latchkey is away nobody is let in: {closed:?}");
    assert_eq!(service.requests(), 0);
}

#[actix_web::test]
async fn an_upload_of_a_megabyte_reaches_the_service_whole() {
    let (app, service) = (app().await, Service::start());
    let nginx = Nginx::start(&app, &service).await;
    let ada = app.member("ada").await;
    let token = bearer(&ada.generates("Uploader").with("Builds", "Read & write").await);
    let folder = Folder::new();
    let path = folder.path().join("upload");
    let bytes: Vec<u8> =
        (0..1_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    std::fs::write(&path, &bytes).expect("a file");
    let upload = format!("@{}", path.display());
    let received = nginx.curl(&["-H", &token, "--data-binary", &upload]).await.received();
    assert_eq!((received.method.as_str(), received.length), ("POST", bytes.len()));
    assert_eq!(received.checksum, crc32fast::hash(&bytes));
    assert_eq!(received.all("x-token-access"), ["builds:read-write"]);
}
