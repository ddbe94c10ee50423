//! From the browser to a service behind a real nginx, and back out again.

use crate::claims::{FORGED, OTHERS, app, bearer, believes_nothing_forged, with};
use crate::echo::Service;
use crate::gateway::{Gateway, Kind, shown};
use crate::support::App;
use crate::support::people::PASSWORD;
use crate::window::Window;

#[actix_web::test]
async fn a_token_made_in_the_browser_opens_the_service_until_it_is_revoked_there() {
    let (app, service) = (app().await, Service::start());
    let nginx = Gateway::start(Kind::Nginx, &app, &service).await;
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

/// As the README has it.
async fn of_the_readme(app: &App, service: &Service) -> Gateway {
    Gateway::nginx(shown("README.md", "server {"), app, service).await
}

/// As `docs/gateways.md` has it for tokens that open many services.
async fn for_many_services(app: &App, service: &Service) -> Gateway {
    let (page, place) = ("docs/gateways.md", "location = /.latchkey {\n");
    let lines = format!("{place}{}", shown(page, "proxy_buffer_size "));
    let server = shown(page, "# /etc/nginx/conf.d/builds.conf").replace(place, &lines);
    Gateway::nginx(server, app, service).await
}

#[actix_web::test]
async fn the_few_lines_of_the_readme_guard_a_service_too() {
    let (app, service) = (app().await, Service::start());
    let nginx = of_the_readme(&app, &service).await;
    let ada = app.member("ada").await;
    let token = bearer(&ada.generates("CI runner").with("Builds", "Read").await);
    let other = bearer(&ada.generates("Git mirror").with("Git", "Read & write").await);

    let address =
        ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-Host: evil", "X-Forwarded-Proto: evil"];
    let arguments = [with(&FORGED), with(&OTHERS), with(&address), with(&[&token])].concat();
    let received = nginx.curl(&arguments).await.received();
    believes_nothing_forged(&received);
    let own = nginx.address.to_string();
    for (name, value) in [("for", "127.0.0.1"), ("host", &own), ("proto", "http")] {
        assert_eq!(received.all(&format!("x-forwarded-{name}")), [value], "{name}");
    }
    for header in OTHERS {
        let name = header.split(':').next().expect("a name").to_ascii_lowercase();
        assert_eq!(received.all(&name), [""; 0], "{name}");
    }
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

#[actix_web::test]
async fn a_client_cannot_ask_at_the_place_where_nginx_asks() {
    let (app, service) = (app().await, Service::start());
    let nginx = Gateway::start(Kind::Nginx, &app, &service).await;
    let ada = app.member("ada").await;
    let token = bearer(&ada.generates("CI runner").with("Builds", "Read").await);
    for arguments in [vec!["-H", &token], vec![]] {
        let place = ["--request-target", "/.latchkey"];
        let reply = nginx.curl(&[&place[..], &arguments[..]].concat()).await;
        assert_eq!(reply.status, 404, "{reply:?}");
    }
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
    let small = Gateway::start(Kind::Nginx, &app, &service).await;
    let refused = small.curl(&with(&[&token])).await;
    assert_eq!(refused.status, 500, "the page no longer needs to say this: {refused:?}");
    let large = for_many_services(&app, &service).await;
    let received = large.curl(&with(&[&token])).await.received();
    let [access] = received.all("x-token-access")[..] else { panic!("{received:?}") };
    assert_eq!(access.split(' ').count(), 150);
    assert!(access.len() > 4096 && access.len() < 16_000, "{} bytes", access.len());
    assert_eq!(received.all("remote-user"), ["ada"]);
}

#[actix_web::test]
async fn without_a_service_the_path_that_the_client_sent_decides() {
    let (app, service) = (app().await, Service::start());
    let server = shown("docs/gateways.md", "# /etc/nginx/conf.d/builds.conf");
    let named = "&service=builds";
    assert!(server.contains(named), "{server}");
    let nginx = Gateway::nginx(server.replace(named, ""), &app, &service).await;
    let ada = app.member("ada").await;
    let token = bearer(&ada.generates("CI runner").with("Builds", "Read").await);
    for (method, target, status, words) in [
        ("GET", "/builds/jobs?page=2", 200, ""),
        ("GET", "/b%75ilds/7", 200, ""),
        ("POST", "/builds/jobs", 403, "scope=\"builds:start\""),
        ("DELETE", "/builds/7", 403, "scope=\"builds:write\""),
        ("GET", "/git/builds", 403, "insufficient_scope"),
        ("GET", "/", 403, "insufficient_scope"),
        ("GET", "/git/../builds/7", 401, "invalid_request"),
        ("GET", "//builds/7", 401, "invalid_request"),
        ("GET", "/builds%2F7", 401, "invalid_request"),
    ] {
        let request = ["-H", &token, "--request", method, "--request-target", target];
        let reply = nginx.curl(&request).await;
        assert_eq!(reply.status, status, "{method} {target}: {reply:?}");
        assert!(reply.head.contains(words), "{method} {target}: {reply:?}");
    }
    assert_eq!(service.requests(), 2);
}
