//! `latchkey service-account`, beside a running server.

use reqwest::StatusCode;

use super::{id, listed, secret};
use crate::cli::err;
use crate::commands::{app, json, said, typed};
use crate::support::App;
use crate::support::people::Person;

const NAME: &str = "night-build";

async fn with_ada() -> (App, Person) {
    let app = app().await;
    let ada = app.member("ada").await;
    app.joins("ada", "platform").await;
    let words = ["service-account", "add", NAME, "--team", "platform", "--name", "Night build"];
    let there = "night-build is there: the people of platform generate its tokens.\n";
    assert_eq!(said(&app, &words), there);
    (app, ada)
}

fn surely(verb: &str) -> [&str; 4] {
    ["service-account", verb, NAME, "--yes"]
}

fn on(verb: &str) -> [&str; 3] {
    ["service-account", verb, NAME]
}

/// SVC-09
#[actix_web::test]
async fn an_account_added_on_the_command_line_is_its_teams_at_once() {
    let (app, ada) = with_ada().await;
    secret(&ada, "Deploys", &[("Git", "Read")]).await;
    let all = json(&app, &["service-account", "list"], "");
    let row = &all[0];
    assert_eq!((&row["name"], &row["team"]), (&NAME.into(), &"platform".into()));
    assert_eq!((&row["team_known"], &row["live_tokens"]), (&true.into(), &1.into()));
    let shown = json(&app, &on("show"), "");
    assert_eq!(shown["service_account"]["display_name"], "Night build");
    assert_eq!(shown["tokens"][0]["name"], "Deploys");
    assert!(said(&app, &["service-account", "list"]).contains("1 live token "));
    assert!(said(&app, &on("show")).contains("Deploys"));
    assert!(!said(&app, &["user", "list"]).contains(NAME), "it is no person");
    assert!(said(&app, &["token", "list", "--user", NAME]).contains("Deploys"));
    assert!(said(&app, &["token", "list"]).contains(NAME));
    for (words, why) in [
        (
            &["service-account", "add", NAME, "--team", "platform"][..],
            "There already is a service account named night-build",
        ),
        (
            &["service-account", "add", "ada", "--team", "platform"],
            "There already is a person named ada",
        ),
        (
            &["service-account", "add", "other", "--team", "web"],
            "The file has no team “web”; it has platform",
        ),
        (&["service-account", "show", "ada"], "There is no service account named ada"),
        (&["user", "set-role", NAME, "admin"], "night-build is a service account"),
        (&["team", "add", "platform", NAME], "night-build is a service account"),
    ] {
        let output = typed(&app, words, "");
        assert!(!output.status.success() && err(&output).contains(why), "{}", err(&output));
    }
}

/// SVC-10, SVC-11
#[actix_web::test]
async fn what_is_done_to_an_account_on_the_command_line_holds_when_the_command_returns() {
    let (app, ada) = with_ada().await;
    let value = secret(&ada, "Deploys", &[("Git", "Read")]).await;
    let machine = app.machine();
    let disabled = "night-build is disabled: its tokens are refused.\n";
    assert_eq!(said(&app, &on("disable")), disabled);
    assert_eq!(machine.verifies(&value, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert!(said(&app, &["service-account", "list"]).contains("disabled"));
    for verb in ["enable", "delete"] {
        let told = typed(&app, &on(verb), "");
        assert!(!told.status.success() && err(&told).contains("Deploys"), "{}", err(&told));
    }
    assert!(said(&app, &surely("enable")).contains("Deploys"));
    assert_eq!(machine.verifies(&value, "git", "read").await, StatusCode::OK);
    app.is_gone(NAME, "backend").await;
    assert!(said(&app, &["service-account", "list"]).contains("team gone from the file"));
    assert_eq!(machine.verifies(&value, "git", "read").await, StatusCode::FORBIDDEN);
    let words = ["service-account", "hand-over", NAME, "--team", "platform"];
    assert_eq!(json(&app, &words, "")["team"], "platform");
    assert_eq!(machine.verifies(&value, "git", "read").await, StatusCode::OK);
    assert_eq!(listed(&app).await.len(), 1);
    let account = id(&app).await;
    let gone = json(&app, &surely("delete"), "");
    assert_eq!(gone["service_account"]["id"], account.as_str());
    assert_eq!(gone["tokens"][0]["name"], "Deploys");
    assert_eq!(machine.verifies(&value, "git", "read").await, StatusCode::UNAUTHORIZED);
    assert_eq!(json(&app, &["service-account", "list"], "").as_array().map(Vec::len), Some(0));
}
