//! `latchkey caller`, as an operator types it.

use std::process::{Command, Output, Stdio};

use reqwest::StatusCode;

use crate::cli::{Folder, err, out};
use crate::support::App;
use crate::support::caller::basic;
use crate::support::people::PASSWORD;

/// A command beside the running server.
pub fn beside(app: &App, words: &[&str]) -> Output {
    command_beside(app, words).output().expect("the binary")
}

pub fn command_beside(app: &App, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.current_dir(app.database.folder()).args(words).stdin(Stdio::null());
    command.env("LATCHKEY_LISTEN", app.address.to_string());
    command.env("LATCHKEY_DATABASE_URL", &app.database.url);
    command
}

async fn asks(app: &App, secret: &str) -> StatusCode {
    let form = [("token", "nonsense")];
    app.machine().submits("/introspect", Some(&basic("git", secret)), &form).await.status
}

/// A secret alone in its line, to be sent on by a script.
fn secret(output: &Output) -> String {
    assert!(output.status.success(), "{}", err(output));
    let text = out(output);
    let line = text.strip_suffix('\n').expect("a line").to_owned();
    assert!(line.len() == 56 && line.starts_with("lk_caller_"), "{line}");
    line
}

#[actix_web::test]
async fn what_a_command_does_to_a_caller_holds_at_once_in_the_running_server() {
    let app = App::start().await;
    let first = secret(&beside(&app, &["caller", "add", "git"]));
    assert_eq!(asks(&app, &first).await, StatusCode::OK);
    let second = secret(&beside(&app, &["caller", "rotate", "git"]));
    assert_eq!(asks(&app, &first).await, StatusCode::UNAUTHORIZED);
    assert_eq!(asks(&app, &second).await, StatusCode::OK);
    let removed = beside(&app, &["caller", "remove", "git"]);
    assert_eq!(out(&removed), "git can ask no more. Its secret stopped working.\n");
    assert_eq!(asks(&app, &second).await, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn the_list_shows_who_can_ask_and_never_a_secret() {
    let folder = Folder::new();
    let none = folder.on_database(&["caller", "list"], "");
    assert!(out(&none).starts_with("No service has a secret"), "{}", out(&none));
    let json = |words: &[&str]| -> serde_json::Value {
        serde_json::from_str(&out(&folder.on_database(words, ""))).expect("JSON")
    };
    assert_eq!(json(&["caller", "list", "--json"]).to_string(), "[]");
    let git = secret(&folder.on_database(&["caller", "add", "git"], ""));
    secret(&folder.on_database(&["caller", "add", "builds"], ""));
    let rotated = folder.on_database(&["caller", "rotate", "git", "--overlap", "90m"], "");
    let new = secret(&rotated);
    assert!(err(&rotated).contains("The secret before it works until "), "{}", err(&rotated));
    let listed = folder.on_database(&["caller", "list"], "");
    let lines: Vec<String> = out(&listed).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let both = [&git, &new].map(|secret| format!("{}…", &secret[..14]));
    assert!(lines[1].starts_with("git ") && both.iter().all(|hint| lines[1].contains(hint)));
    let listed = json(&["caller", "list", "--json"]);
    assert_eq!(listed[1]["service"], "git");
    assert_eq!(listed[1]["hint"], new[..14]);
    assert_eq!(listed[1]["former"]["hint"], git[..14]);
    assert_eq!((&listed[0]["former"], &listed[0]["known"]), (&().into(), &true.into()));
    assert!(!listed.to_string().contains(&new[14..]) && !lines[1].contains(&new[14..]));
    let file = folder.path.join("latchkey.toml");
    std::fs::write(file, "[[services]]\nkey = \"builds\"\n").expect("a file");
    assert_eq!(json(&["caller", "list", "--json"])[1]["known"], false);
    let listed = out(&folder.on_database(&["caller", "list"], ""));
    assert!(listed.contains("not in the catalogue"), "{listed}");
    assert!(folder.on_database(&["caller", "remove", "git"], "").status.success());
}

#[actix_web::test]
async fn what_is_wrong_with_a_caller_is_said_and_nothing_is_changed() {
    let folder = Folder::new();
    let git = secret(&folder.on_database(&["caller", "add", "git"], ""));
    for (words, says) in [
        (vec!["caller", "add", "git"], "“latchkey caller rotate git” gives it another"),
        (
            vec!["caller", "add", "nope"],
            "SERVICE: The catalogue has no service “nope”. There are: audit, builds, calendar",
        ),
        (vec!["caller", "rotate", "builds"], "“latchkey caller add builds” makes it one"),
        (vec!["caller", "remove", "G I T"], "“G I T” is no caller"),
        (vec!["caller", "rotate", "git", "--overlap", "721h"], "at most 720h"),
        (vec!["caller", "rotate", "git", "--overlap", "soon"], "a time above zero"),
    ] {
        let output = folder.on_database(&words, "");
        assert!(!output.status.success() && out(&output).is_empty(), "{words:?}");
        assert!(err(&output).contains(says), "{words:?}: {}", err(&output));
    }
    let listed = out(&folder.on_database(&["caller", "list"], ""));
    assert!(listed.contains(&git[..14]) && listed.lines().count() == 1, "{listed}");
}

/// ACL-02
#[actix_web::test]
async fn to_everybody_but_administrators_the_pages_of_callers_are_not_there() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    app.caller("git").await;
    for path in ["", "/new", "/git/secret", "/git/removal"] {
        let path = format!("/admin/callers{path}");
        assert_eq!(ada.opens(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(bo.opens(&path).await.status, StatusCode::OK, "{path}");
    }
}

#[actix_web::test]
async fn an_administrator_adds_a_caller_and_its_secret_is_shown_once() {
    let app = App::start().await;
    let bo = app.admin("bo").await;
    assert!(bo.opens("/admin/callers").await.says("No service has a secret to ask with yet."));
    let form = bo.opens("/admin/callers/new").await.form("Add caller");
    let page = bo.browser.submit(&form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.error("Service"), "Choose a service of the list");
    let form = page.form("Add caller").fill("Service", "git").fill("Your password", PASSWORD);
    let page = bo.browser.submit(&form).await;
    assert_eq!(
        (page.heading(), page.header("cache-control")),
        ("Save the secret".into(), "no-store")
    );
    let secret = page.labelled("Secret of the caller").expect("the secret");
    assert_eq!(asks(&app, &secret).await, StatusCode::OK);
    assert_eq!(bo.browser.submit(&form).await.status, StatusCode::CONFLICT, "sent again");
    assert_eq!(asks(&app, &secret).await, StatusCode::OK);
    let list = bo.opens("/admin/callers").await;
    assert!(list.row("git").expect("a row").join(" ").contains(&format!("{}…", &secret[..14])));
    assert!(!list.text.contains(&secret[14..]));
    let other = bo.opens("/admin/callers/new").await;
    assert!(other.count("option[value=git]") == 0 && other.count("option[value=builds]") == 1);
    // Who did it stands in everybody's activity, and the secret nowhere.
    let page = bo.opens("/admin/activity?kind=caller_added").await;
    assert!(page.says("“git”. By you, Mozilla, 127.0.0.1"), "{}", page.text);
    assert!(!app.database.everything().await.contains(&secret[14..]));
}
