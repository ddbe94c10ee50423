//! `/account/tokens/{id}/explanation` and `latchkey explain`: why a request with a token would pass, or not.

use std::process::{Command, Output, Stdio};

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::App;
use crate::support::machine::Answer;
use crate::support::people::{PASSWORD, Person};

const FILE: &str = r#"
name = "Fernhill"
trusted_proxies = ["127.0.0.1"]
[[services]]
key = "builds"
name = "Builds"
paths = ["/builds"]
per_minute = 600
methods = [
    { key = "list", name = "List jobs", access = "read", request = "GET /builds/jobs" },
    { key = "runners", name = "Manage runners", personal_tokens = false, request = "POST /builds/runners" },
]
[[services]]
key = "git"
name = "Git"
access = "read"
"#;

async fn app() -> App {
    App::with(FILE, &[]).await
}

/// Builds to write and Git to read, for as long as clocks go.
async fn generates(person: &Person) -> String {
    let token = person.generates("CI").expiring("never");
    token.with("Builds", "Read & write").with("Git", "Read").await
}

async fn id_of(app: &App, person: &Person) -> String {
    let page = person.page_of(app, "CI").await;
    page.rsplit('/').next().expect("an id").to_owned()
}

async fn pauses(app: &App, person: &Person) {
    let page = person.opens(&format!("{}/pause", person.page_of(app, "CI").await)).await;
    let form = page.form("Pause token").fill("Your password", PASSWORD);
    assert_eq!(person.browser.submit(&form).await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_person_finds_out_why_a_request_was_refused() {
    let app = app().await;
    let ada = app.member("ada").await;
    generates(&ada).await;
    let path = ada.page_of(&app, "CI").await;
    let link = ada.opens(&path).await.link("Why was a request refused?").expect("its link");
    assert_eq!(link, format!("{path}/explanation"));
    let page = ada.opens(&link).await;
    assert_eq!(page.heading(), "Explain a request");
    assert!(!page.has_field("Your password") && !page.says("It would"));

    let form = page.form("Explain request");
    assert_eq!(form.method, Method::GET);
    let form = form
        .fill("HTTP method", "POST")
        .fill("Address or path", "https://x.test/builds/runners?a=1");
    let page = ada.browser.submit(&form).await;
    assert_eq!(
        (page.status, page.title().as_str()),
        (StatusCode::OK, "It would be refused: Explain a request – Fernhill")
    );
    for words in [
        "“Manage runners” is open to no token.",
        "builds:runners: the path is one of Builds, and this request is its method “Manage runners”.",
        "Nobody has revoked it.",
        "HTTP/1.1 403 Forbidden",
        "www-authenticate: Bearer realm=\"Fernhill\", error=\"insufficient_scope\", scope=\"builds:runners\"",
    ] {
        assert!(page.says(words), "{words}: {}", page.text);
    }
    assert_eq!(page.field("Address or path"), "https://x.test/builds/runners?a=1");

    let form = page.form("Explain request").fill("HTTP method", "GET").fill("Service", "git");
    let page = ada.browser.submit(&form.fill("Address or path", "")).await;
    assert!(page.title().starts_with("It would pass"), "{}", page.text);
    assert!(page.says("HTTP/1.1 200 OK") && page.says("x-auth-request-user: ada"));
    pauses(&app, &ada).await;
    let page = ada.browser.submit(&page.form("Explain request")).await;
    assert!(page.says("It is paused since 22 November 2026, 18:00 UTC."), "{}", page.text);
}

#[actix_web::test]
async fn each_field_that_cannot_be_read_is_named() {
    let app = app().await;
    let ada = app.member("ada").await;
    generates(&ada).await;
    let path = format!("{}/explanation", ada.page_of(&app, "CI").await);
    let query = "?method=G+T&url=builds&service=nope&address=here";
    let page = ada.browser.get(&format!("{path}{query}")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (field, words) in [
        ("HTTP method", "Enter an HTTP method"),
        ("Service", "Choose one of the services"),
        ("From address (optional)", "Enter an IPv4 or IPv6 address"),
    ] {
        assert!(page.error(field).starts_with(words), "{field}: {}", page.error(field));
    }
    assert!(!page.says("It would"));
    let page = ada.browser.get(&format!("{path}?method=GET&url=builds")).await;
    assert!(page.error("Address or path").starts_with("Enter an address"));
    let page = ada.browser.get(&format!("{path}?method=GET&url=/builds/../git")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.says("The original path holds a dot segment (. or ..)."));
}

#[actix_web::test]
async fn a_tokens_value_in_the_address_is_taken_away() {
    let app = app().await;
    let ada = app.member("ada").await;
    let secret = generates(&ada).await;
    let path = format!("{}/explanation", ada.page_of(&app, "CI").await);
    let page =
        ada.browser.get(&format!("{path}?method=GET&url=/builds?access_token={secret}")).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, Some(path.clone())));
    let page = ada.opens(&path).await;
    assert!(
        page.says("There was a token’s value in that address.") && !page.text.contains(&secret)
    );
}

#[actix_web::test]
async fn anothers_token_and_a_revoked_one_are_not_explained() {
    let app = app().await;
    let (ada, bo) = (app.member("ada").await, app.member("bo").await);
    generates(&ada).await;
    let path = format!("{}/explanation?method=GET&url=/builds", ada.page_of(&app, "CI").await);
    assert_eq!(bo.browser.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.guest().get(&path).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.browser.get(&path).await.status, StatusCode::OK);
    ada.revokes("CI").await;
    assert_eq!(ada.browser.get(&path).await.status, StatusCode::NOT_FOUND);
    let odd = ada.browser.get("/account/tokens/nope/explanation").await;
    assert_eq!(odd.status, StatusCode::NOT_FOUND);
}

fn explain(app: &App, words: &[&str]) -> Output {
    let folder = app.database.folder().join("operator");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("latchkey.toml"), FILE).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.current_dir(&folder).arg("explain").args(words);
    command.env("LATCHKEY_DATABASE_URL", &app.database.url).stdin(Stdio::null());
    command.output().expect("the binary")
}

/// What it tells as JSON, with its code.
fn told(app: &App, words: &[&str]) -> (Value, i32) {
    let output = explain(app, &[words, &["--json"]].concat());
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {error}"));
    (json, output.status.code().expect("a code"))
}

/// The same request through a gateway of this dialect.
async fn through(app: &App, gateway: &str, secret: &str, method: &str, path: &str) -> Answer {
    let bearer = format!("Bearer {secret}");
    let mut headers = vec![("authorization", bearer.as_str())];
    let mut query = format!("/verify?gateway={gateway}");
    let mut asked_with = Method::GET;
    match gateway {
        "nginx" => headers.extend([("x-original-method", method), ("x-original-uri", path)]),
        "envoy" => {
            asked_with = method.parse().expect("a method");
            query += &format!("&original={path}");
        }
        _ => headers.extend([("x-forwarded-method", method), ("x-forwarded-uri", path)]),
    }
    app.machine().calls(asked_with, &query, &headers).await
}

/// That what is told of each dialect is what a gateway really gets.
async fn is_true(app: &App, told: &Value, secret: &str, method: &str, path: &str) {
    let mut gateways = 0;
    for answer in told["answers"].as_array().expect("answers") {
        for gateway in answer["gateways"].as_array().expect("gateways") {
            gateways += 1;
            let gateway = gateway.as_str().expect("a name");
            // What is told is the answer to the first request for a while.
            app.wait(chrono::TimeDelta::seconds(1));
            let real = through(app, gateway, secret, method, path).await;
            let said = format!("{gateway}: {method} {path}: {} {}", real.status, real.body);
            assert_eq!(answer["status"], real.status.as_u16(), "{said}");
            assert_eq!(answer["body"], real.body, "{said}");
            let mut headers: Vec<[String; 2]> = real
                .headers
                .keys()
                .filter(|name| !["date", "content-length"].contains(&name.as_str()))
                .map(|name| [name.to_string(), real.header(name.as_str()).to_owned()])
                .collect();
            headers.sort();
            let told: Vec<[String; 2]> =
                serde_json::from_value(answer["headers"].clone()).expect("pairs");
            assert_eq!(told, headers, "{said}");
        }
    }
    assert_eq!(gateways, 5);
}

#[actix_web::test]
async fn what_is_explained_is_what_every_gateway_is_answered() {
    let app = app().await;
    let ada = app.member("ada").await;
    let secret = generates(&ada).await;
    let id = id_of(&app, &ada).await;
    for (method, path, needs, code) in [
        ("GET", "/builds/jobs", Some("builds:list"), 0),
        ("DELETE", "/builds/7?x=1", Some("builds:write"), 0),
        ("POST", "/builds/runners", Some("builds:runners"), 3),
        ("GET", "/git", None, 3),
        ("GET", "/builds//x", None, 3),
        ("GET", "/Builds", None, 3),
        ("get", "/builds/jobs", None, 3),
    ] {
        let (told, ended) = told(&app, &[&id, method, path, "--from", "127.0.0.1"]);
        assert_eq!((ended, told["passes"].as_bool()), (code, Some(code == 0)), "{told}");
        assert_eq!(told["needs"].as_str(), needs, "{method} {path}");
        is_true(&app, &told, &secret, method, path).await;
    }
    let (limited, _) = told(&app, &[&id, "GET", "/builds/jobs"]);
    assert!(limited["answers"].to_string().contains("r=599;t=1"), "{limited}");
    pauses(&app, &ada).await;
    let (paused, code) = told(&app, &[&id, "GET", "/builds"]);
    assert_eq!(code, 3);
    is_true(&app, &paused, &secret, "GET", "/builds").await;
    ada.revokes("CI").await;
    let (revoked, code) = told(&app, &[&id, "GET", "/builds"]);
    assert_eq!(code, 3);
    assert!(revoked["steps"].to_string().contains("It was revoked on 22 November 2026"));
    is_true(&app, &revoked, &secret, "GET", "/builds").await;
}

#[actix_web::test]
async fn the_operator_reads_it_step_by_step() {
    let app = app().await;
    let ada = app.member("ada").await;
    let secret = generates(&ada).await;
    let id = id_of(&app, &ada).await;
    let words =
        [&*id, "POST", "https://git.fernhill.example/x", "--service", "git", "--from", "192.0.2.7"];
    let output = explain(&app, &words);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let head = format!("“CI” {}… {id}, of ada\nPOST /x from 192.0.2.7\n\n", &secret[..7]);
    assert!(text.starts_with(&head), "{text}");
    for line in [
        "  yes  What it needs    git:write: the gateway names Git, and POST may write.\n",
        "  yes  Allowed address  It may come from anywhere.\n",
        "  yes  Granted          git:read.\n",
        "  no   Enough           It lacks git:write.\n",
        "\nIt would be refused. It lacks git:write.\n",
        "\ngeneric, traefik, caddy, envoy:\nHTTP/1.1 403 Forbidden\n",
        "\nnginx:\nHTTP/1.1 403 Forbidden\n",
    ] {
        assert!(text.contains(line), "{line}:\n{text}");
    }
    assert!(!text.contains(&secret));
    assert_eq!(app.machine().verifies(&secret, "git", "read").await, StatusCode::OK);
}

#[actix_web::test]
async fn what_cannot_be_told_ends_in_a_code_of_its_own() {
    let app = app().await;
    let id = "OmLSUepXEZEWZAYV";
    for (words, sentence) in [
        (vec![id, "GET", "/builds"], "there is no token with this id"),
        (vec!["lk_nonsense", "GET", "/builds"], "its value is not asked for"),
        (vec![id, "G3T", "/builds"], "Enter an HTTP method"),
        (vec![id, "GET", "builds"], "Enter an address"),
        (vec![id, "GET", "/builds", "--from", "here"], "--from: “here” is no IP address"),
        (vec![id, "GET", "/x", "--database-url", "sqlite:gone.db"], "there is no database gone.db"),
    ] {
        let output = explain(&app, &words);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{error}");
        assert!(error.contains(sentence), "{error}");
    }
    assert_eq!(explain(&app, &[id, "GET"]).status.code(), Some(2), "a word is missing");
}
