//! What commands say of people, teams and tokens, beside a running server.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use latchkey::config::SAMPLE;
use reqwest::StatusCode;
use serde_json::Value;

use crate::cli::{Folder, err, out};
use crate::support::App;
use crate::support::people::{PASSWORD, Person};

const TEAMS: &str =
    "[[teams]]\nkey = \"platform\"\nname = \"Platform\"\n[teams.services]\ngit = \"read-write\"\n";

pub async fn app() -> App {
    App::with(&format!("{SAMPLE}\n{TEAMS}"), &[]).await
}

/// The real binary, on the database and the file of a running server.
pub fn typed(app: &App, words: &[&str], input: &str) -> Output {
    let file = app.database.folder().join("teams.toml");
    std::fs::write(&file, format!("{SAMPLE}\n{TEAMS}")).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.current_dir(app.database.folder()).args(words);
    command.env("LATCHKEY_DATABASE_URL", &app.database.url).env("LATCHKEY_CONFIG", file);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary");
    // A command that ends before it has read everything is free to.
    let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
    child.wait_with_output().expect("an end")
}

/// What a command that worked has printed.
pub fn said(app: &App, words: &[&str]) -> String {
    let output = typed(app, words, "");
    assert!(output.status.success(), "{words:?}: {}", err(&output));
    out(&output)
}

pub fn json(app: &App, words: &[&str], input: &str) -> Value {
    let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
    let output = typed(app, &words, input);
    let text = out(&output);
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{words:?}: {e}\n{text}{}", err(&output)))
}

async fn id_of(app: &App, person: &Person, name: &str) -> String {
    let page = person.page_of(app, name).await;
    page.rsplit('/').next().expect("an id").to_owned()
}

/// TEAM-06
#[actix_web::test]
async fn a_team_taken_away_on_the_command_line_holds_when_the_command_returns() {
    let app = app().await;
    let ada = app.member("ada").await;
    assert_eq!(said(&app, &["team", "add", "platform", "ada"]), "ada is in platform now.\n");
    let secret = ada.generates("CI").with("Git", "Read").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    let removed = said(&app, &["team", "remove", "platform", "ada"]);
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::FORBIDDEN);
    assert_eq!(removed, "ada is not in platform any more.\n");
    for (words, says) in [
        (["team", "remove", "platform", "ada"], "TEAM: ada is not in a team “platform”"),
        (["team", "add", "nope", "ada"], "TEAM: The file has no team “nope”; it has platform"),
        (["team", "add", "platform", "bo"], "NAME: There is no person named bo"),
    ] {
        let output = typed(&app, &words, "");
        assert_eq!(output.status.code(), Some(1));
        assert!(err(&output).contains(says), "{}", err(&output));
    }
}

#[actix_web::test]
async fn teams_are_listed_with_what_they_give_and_what_no_team_limits() {
    let app = app().await;
    app.member("ada").await;
    app.joins("ada", "platform").await;
    app.database.run("INSERT INTO memberships SELECT id, 'gone', 1 FROM users").await;
    let list = said(&app, &["team", "list"]);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines[0], "platform             1 person     Platform  git:read-write");
    assert_eq!(lines[1], "gone                 1 person     gone from the file: gives nothing");
    assert!(
        lines[2].starts_with("Limited by no team, open by role alone: audit, builds"),
        "{list}"
    );
    assert!(!lines[2].contains("git"));
    let show = said(&app, &["team", "show", "gone"]);
    assert!(show.ends_with("  ada                  member  ada Nyström\n"), "{show}");
    let person = said(&app, &["user", "show", "ada"]);
    assert!(person.contains("  in platform          Platform\n"), "{person}");
    assert!(person.contains("  in gone              gone from the file: gives nothing\n"));
    assert!(said(&app, &["config", "check"]).contains("Limited by no team"));
    said(&app, &["team", "remove", "gone", "ada"]);
    assert_eq!(json(&app, &["user", "show", "ada"], "")["teams"], Value::from(vec!["platform"]));
}

#[actix_web::test]
async fn tokens_are_revoked_on_the_command_line_all_or_none() {
    let app = app().await;
    let ada = app.member("ada").await;
    let one = ada.generates("one").with("Mail", "Read").await;
    let two = ada.generates("two").with("Mail", "Read").await;
    let ids = (id_of(&app, &ada, "one").await, id_of(&app, &ada, "two").await);
    let machine = app.machine();
    let output = typed(&app, &["token", "revoke", &ids.0, "AAAAAAAAAAAAAAAA"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("ID: There is no token with the id AAAAAAAAAAAAAAAA"));
    assert_eq!(machine.verifies(&one, "mail", "read").await, StatusCode::OK);
    said(&app, &["token", "revoke", &ids.0, &ids.1]);
    for secret in [&one, &two] {
        assert_eq!(machine.verifies(secret, "mail", "read").await, StatusCode::UNAUTHORIZED);
    }
    let again = json(&app, &["token", "revoke", &ids.0], "");
    assert_eq!(again[0]["state"], "revoked", "once more changes nothing");
    let events =
        "SELECT count(*) AS n FROM events WHERE kind = 'token_revoked' AND person_id IS NOT NULL";
    assert_eq!(app.database.count(events).await, 2);
    let value = typed(&app, &["token", "revoke", &one], "");
    assert!(!err(&value).contains(&one[10..]), "a value is not repeated");
}

/// CLI-01
#[actix_web::test]
async fn a_found_value_is_told_whose_it_is_and_never_repeated() {
    let app = app().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Mail", "Read").await;
    let identify = |input: &str| typed(&app, &["token", "identify"], input);
    let found = identify(&format!("curl -H 'Authorization: Bearer {secret}' https://x\n"));
    assert!(found.status.success(), "{}", err(&found));
    assert!(out(&found).contains("The present value, of") && out(&found).contains("“CI”"));
    assert!(!out(&found).contains(&secret[8..]));
    let mut other = secret.clone();
    other.replace_range(10..11, if &secret[10..11] == "a" { "b" } else { "a" });
    for nobody in [other.as_str(), &secret[..30]] {
        let output = identify(nobody);
        assert_eq!(output.status.code(), Some(3), "{}", out(&output));
        assert!(out(&output).contains("no token here"));
    }
    assert_eq!(identify("nothing of the kind").status.code(), Some(1));
    let argument = typed(&app, &["token", "identify", &secret], "");
    assert_eq!(argument.status.code(), Some(2), "never in an argument");
    ada.regenerates(&app, "CI", "1").await;
    let found = json(&app, &["token", "identify"], &secret);
    assert_eq!((&found["value"], &found["token"]["person"]), (&"former".into(), &"ada".into()));
    assert!(found["works_until"].as_str().is_some_and(|end| end.ends_with('Z')));
    assert_eq!(json(&app, &["token", "identify"], &other)["token"], Value::Null);
}

#[actix_web::test]
async fn people_and_tokens_are_found_by_what_is_asked_for() {
    let app = app().await;
    // The binary goes by the clock on the wall: in between.
    let ada = app.member("ada").await;
    ada.generates("CI").with("Mail", "Read").await;
    app.jump_to("2001-01-01T00:00:00Z");
    ada.has_tokens(&app, 2).await;
    app.jump_to("2100-01-01T00:00:00Z");
    let bo = app.viewer("bo").await;
    bo.has_tokens(&app, 1).await;
    let names = |words: &[&str]| {
        let list = json(&app, words, "");
        let names = list.as_array().expect("an array").iter();
        names.map(|one| one["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&["user", "list"]), ["ada", "bo"]);
    assert_eq!(names(&["user", "list", "--search", "BO NYS"]), ["bo"]);
    assert_eq!(names(&["user", "list", "--search", "nobody"]), [""; 0]);
    assert_eq!(names(&["token", "list"]).len(), 4);
    assert_eq!(names(&["token", "list", "--user", "bo"]), ["token-00"]);
    assert_eq!(names(&["token", "list", "--service", "mail"]), ["CI"]);
    let unused = names(&["token", "list", "--service", "git", "--unused-since", "1000"]);
    assert_eq!(unused, ["token-00", "token-01"]);
    let text = said(&app, &["token", "list", "--user", "ada"]);
    assert!(text.contains("never used") && text.contains("“CI”"), "{text}");
    for words in [["token", "list", "--user", "nobody"], ["token", "list", "--service", "G I T"]] {
        assert_eq!(typed(&app, &words, "").status.code(), Some(1), "{words:?}");
    }
}

#[actix_web::test]
async fn a_command_about_what_is_there_makes_no_database() {
    let folder = Folder::new();
    for words in [
        &["user", "list"][..],
        &["user", "show", "ada"],
        &["team", "list"],
        &["team", "add", "platform", "ada"],
        &["token", "list"],
        &["token", "show", "AAAAAAAAAAAAAAAA"],
        &["token", "revoke", "AAAAAAAAAAAAAAAA"],
    ] {
        let output = folder.run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(err(&output).contains("there is no database data/latchkey.db"), "{words:?}");
    }
    assert!(!folder.path.join("data").exists());
}

/// The words in backquotes of the docs.
fn documented() -> BTreeSet<String> {
    let docs = std::fs::read_to_string("docs/operating.md").expect("the docs");
    docs.split('`').map(str::to_owned).collect()
}

/// Every field of a document, also within others; those of `services` are keys of services.
fn fields(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                found.insert(name.clone());
                if name != "services" {
                    fields(inner, found);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| fields(inner, found)),
        _ => {}
    }
}

/// CLI-01
#[actix_web::test]
async fn each_command_prints_the_json_that_is_documented() {
    let app = app().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Mail", "Read").await;
    let id = id_of(&app, &ada, "CI").await;
    let documented = documented();
    let commands: [(&[&str], &str, usize); 14] = [
        (&["user", "list"], "", 9),
        (&["user", "show", "ada"], "", 10),
        (&["user", "add", "cy", "--password-stdin"], PASSWORD, 9),
        (&["user", "set-role", "cy", "viewer"], "", 9),
        (&["user", "disable", "ada"], "", 9),
        (&["user", "enable", "ada", "--yes"], "", 24),
        (&["team", "list"], "", 5),
        (&["team", "add", "platform", "ada"], "", 9),
        (&["team", "show", "platform"], "", 6),
        (&["team", "remove", "platform", "ada"], "", 9),
        (&["token", "list"], "", 17),
        (&["token", "show", &id], "", 17),
        (&["token", "identify"], &secret, 20),
        (&["token", "revoke", &id], "", 17),
    ];
    for (words, input, count) in commands {
        let value = json(&app, words, input);
        let mut names = BTreeSet::new();
        fields(&value, &mut names);
        assert_eq!(names.len(), count, "{words:?}: {names:?}");
        let unknown: Vec<_> = names.difference(&documented).collect();
        assert!(unknown.is_empty(), "{words:?}: docs/operating.md lacks {unknown:?}");
        let text = value.to_string();
        assert!(!text.contains(&secret[8..]) && !text.contains("argon2"), "{words:?}");
    }
    let person = json(&app, &["user", "show", "cy"], "");
    assert_eq!((&person["role"], &person["disabled"]), (&"viewer".into(), &Value::Null));
}
