//! What the form offers: sets, methods, closed services, everything at once.

use latchkey::domain::user::Role;
use reqwest::StatusCode;

use crate::support::App;
use crate::support::page::Page;
use crate::support::people::{PASSWORD, Person, sign_in};

/// Services of every kind, and sets.
const FILE: &str = r#"
[[services]]
key = "git"
name = "Git"
docs = "https://docs.example.org/git"

[[services]]
key = "audit"
name = "Audit log"
access = "read"

[[services]]
key = "users"
name = "Users"
role = "admin"

[[services]]
key = "vault"
name = "Vault"
personal_tokens = false

[[services]]
key = "deploys"
name = "Deployments"
methods = [
  { key = "list", name = "List", access = "read", docs = "https://docs.example.org/list" },
  { key = "start", name = "Start" },
  { key = "roll.back", name = "Roll back" },
  { key = "erase", name = "Erase", personal_tokens = false },
]

[[sets]]
key = "ci"
name = "CI pipeline"
grants = "git:read deploys:list,start"
"#;

/// What the form grants, as `service:level`.
fn granted(page: &Page) -> Vec<String> {
    let mut all = Vec::new();
    for key in ["git", "audit", "users", "vault", "deploys"] {
        for level in ["read", "write", "methods"] {
            if page.count(&format!("[name='access.{key}'][value={level}][checked]")) == 1 {
                all.push(format!("{key}:{level}"));
            }
        }
    }
    all
}

#[actix_web::test]
async fn a_set_fills_the_form_which_can_then_be_changed_by_hand() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    let form = ada.opens("/account/tokens/new").await.form("CI pipeline").fill("Name", "CI");
    let page = ada.browser.submit(&form.press("set", "ci")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(granted(&page), ["git:read", "deploys:methods"]);
    assert_eq!(page.field("Name"), "CI", "what was typed stays");
    assert!(page.says("Deployments: List, Start"));
    let form = page.form("Generate token").choose("Git", "Read & write").tick("Roll back");
    let secret = ada.browser.submit(&form.fill("Your password", PASSWORD)).await.secret();
    let secret = secret.expect("the value");
    let machine = app.machine();
    for (query, status) in [
        ("?service=git&access=write", 200),
        ("?service=deploys&method=start", 200),
        ("?service=deploys&method=roll.back", 200),
        ("?service=deploys&method=erase", 403),
        ("?service=deploys&method=nope", 403),
        ("?service=deploys&access=read", 403),
        ("?service=deploys&access=read&method=list", 400),
        ("?service=git&method=list", 403),
        ("?service=git&method=", 400),
    ] {
        assert_eq!(machine.asks(query, &secret).await.status.as_u16(), status, "{query}");
    }
    let answer = machine.asks("?service=git&access=read", &secret).await;
    assert_eq!(answer.header("x-token-access"), "deploys:list,roll.back,start git:read-write");
}

#[actix_web::test]
async fn all_services_are_set_at_once_each_as_far_as_it_goes() {
    let app = App::with(FILE, &[]).await;
    let (ada, root) = (app.member("ada").await, app.admin("root").await);
    let form = ada.opens("/account/tokens/new").await.form("Generate token");
    let page = ada.browser.submit(&form.clone().press("set", "all-write")).await;
    assert_eq!(granted(&page), ["git:write", "audit:read", "deploys:write"]);
    let page = ada.browser.submit(&form.clone().press("set", "all-read")).await;
    assert_eq!(granted(&page), ["git:read", "audit:read", "deploys:read"]);
    let page = ada.browser.submit(&page.form("Generate token").press("set", "all-none")).await;
    assert!(granted(&page).is_empty());
    let form = root.opens("/account/tokens/new").await.form("Generate token");
    let page = root.browser.submit(&form.press("set", "all-write")).await;
    assert!(granted(&page).contains(&"users:write".to_owned()));
}

#[actix_web::test]
async fn what_cannot_be_granted_is_shown_with_the_reason_and_refused() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    let page = ada.opens("/account/tokens/new").await;
    assert!(page.says("Takes no personal tokens"));
    assert!(page.says("Only for the role admin; yours is member"));
    assert!(page.says("Not for tokens"), "a method kept for people");
    for (key, level) in [("vault", "read"), ("users", "read"), ("audit", "write")] {
        let disabled = format!("[name='access.{key}'][value={level}][disabled]");
        assert_eq!(page.count(&disabled), 1, "{key}");
        let form = page.form("Generate token").fill("Name", "CI").fill("Your password", PASSWORD);
        let page = ada.browser.submit(&form.forged(&format!("access.{key}"), level)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{key}");
    }
    let form = page.form("Generate token").fill("Name", "CI").fill("Your password", PASSWORD);
    let none = form.clone().forged("access.deploys", "methods");
    assert!(ada.browser.submit(&none).await.says("Tick at least one method of Deployments"));
    let kept = none.forged("method.deploys.erase", "on");
    assert!(ada.browser.submit(&kept).await.says("A method of Deployments is not offered here"));
    assert!(ada.browser.submit(&form).await.says("Choose at least one service"));
}

#[actix_web::test]
async fn services_and_methods_link_to_their_documentation() {
    let app = App::with(FILE, &[]).await;
    let page = app.member("ada").await.opens("/account/tokens/new").await;
    let docs = page.link("Docs of Git, in a new tab");
    assert_eq!(docs.as_deref(), Some("https://docs.example.org/git"));
    let docs = page.link("Docs of List, in a new tab");
    assert_eq!(docs.as_deref(), Some("https://docs.example.org/list"));
}

#[actix_web::test]
async fn a_token_is_cut_down_to_what_its_owner_may_do_now() {
    let app = App::with(FILE, &[]).await;
    let (root, _other) = (app.admin("root").await, app.admin("bo").await);
    let secret = root.generates("CI").with("Users", "Read").with("Git", "Read").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "users", "read").await, StatusCode::OK);
    app.gives_role("root", Role::Member).await;
    assert_eq!(machine.verifies(&secret, "users", "read").await, StatusCode::FORBIDDEN);
    let answer = machine.asks("?service=git&access=read", &secret).await;
    assert_eq!(answer.header("x-token-access"), "git:read");
    let page = root.opens(&root.page_of(&app, "CI").await).await;
    assert!(page.says("It does less than it was granted"));
}

#[actix_web::test]
async fn two_hundred_services_with_two_thousand_methods_fit_one_form() {
    let mut file = String::new();
    for service in 0..200 {
        file += &format!(
            "[[services]]\nkey = \"s{service}\"\nname = \"Service {service}\"\nmethods = [\n"
        );
        for method in 0..10 {
            file += &format!("{{ key = \"m{method}\", name = \"Method {method}\" }},\n");
        }
        file += "]\n";
    }
    let app = App::with(&file, &[]).await;
    let ada = app.member("ada").await;
    let mut form = ada.opens("/account/tokens/new").await.form("Generate token").fill("Name", "CI");
    for service in 0..200 {
        form = form.forged(&format!("access.s{service}"), "methods");
        for method in 0..10 {
            form = form.forged(&format!("method.s{service}.m{method}"), "on");
        }
    }
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    let secret = page.secret().expect("the value");
    let answer = app.machine().asks("?service=s199&method=m9", &secret).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_rename_keeps_what_was_granted_of_services_that_are_closed_for_now() {
    let app = App::with(FILE, &[]).await;
    let (root, _other) = (app.admin("root").await, app.admin("bo").await);
    let with = root.generates("CI").with("Users", "Read").with("Git", "Read & write");
    let secret = with.await;
    app.gives_role("root", Role::Member).await;
    let narrower = FILE.replace("name = \"Git\"", "name = \"Git\"\naccess = \"read\"");
    let app = app.restarted_with(&narrower).await;
    let ada = Person { browser: app.guest(), name: root.name.clone(), id: root.id.clone() };
    sign_in(&ada.browser, "root", PASSWORD).await;
    let path = ada.page_of(&app, "CI").await;
    let form = ada.opens(&path).await.form("Save changes").fill("Name", "Renamed");
    let page = ada.browser.submit(&form.fill("Your password", PASSWORD)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let page = ada.opens(&path).await;
    assert!(!page.says("Access: "), "no change of access is told: {}", page.text);
    app.gives_role("root", Role::Admin).await;
    let app = app.restarted_with(FILE).await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "users", "read").await, StatusCode::OK);
    assert_eq!(machine.verifies(&secret, "git", "write").await, StatusCode::OK);
}

#[actix_web::test]
async fn a_link_says_what_of_it_this_person_cannot_have_and_why() {
    let app = App::with(FILE, &[]).await;
    let ada = app.member("ada").await;
    let link = "/account/tokens/new?read=vault,users&write=audit&methods=deploys:erase,list";
    let page = ada.opens(link).await;
    for note in [
        "service “vault”: Takes no personal tokens",
        "service “users”: Only for the role admin; yours is member",
        "service “audit”: it can be read, not written",
        "method “erase”",
    ] {
        assert!(page.says(note), "{note}: {}", page.text);
    }
    assert_eq!(granted(&page), ["audit:read", "deploys:methods"]);
    assert_eq!(page.count("[name='method.deploys.erase'][checked]"), 0);
    assert!(page.says("Can only be read"), "the reason stands beside the service, too");
}
