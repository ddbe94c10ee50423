//! `latchkey policy check`, beside the running server: what another file would not give any more.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use latchkey::config::SAMPLE;
use serde_json::Value;

use crate::support::App;
use crate::support::people::Person;

/// The binary in a folder of its own, on the database of a server that runs.
struct Operator {
    folder: PathBuf,
    url: String,
}

impl Operator {
    fn of(app: &App) -> Self {
        let folder = app.database.folder().join("operator");
        std::fs::create_dir_all(&folder).expect("a folder");
        Self { folder, url: app.database.url.clone() }
    }

    fn checks(&self, file: &str, words: &[&str]) -> Output {
        std::fs::write(self.folder.join("new.toml"), file).expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
        command.current_dir(&self.folder).args(["policy", "check", "new.toml"]).args(words);
        command.env("LATCHKEY_DATABASE_URL", &self.url).stdin(Stdio::null());
        command.output().expect("the binary")
    }

    /// What it finds, as JSON has it.
    fn finds(&self, file: &str) -> Vec<Value> {
        let output = self.checks(file, &["--format", "json"]);
        let found: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(code(&output), if found.is_empty() { 0 } else { 3 }, "{}", err(&output));
        found
    }

    /// Name and breach alone.
    fn finds_in_short(&self, file: &str) -> Vec<String> {
        let found = self.finds(file).into_iter();
        let short = found.map(|row| {
            let subject = row["name"].as_str().or(row["person"].as_str()).expect("a name");
            format!("{subject}: {}", row["breach"].as_str().expect("a sentence"))
        });
        short.collect()
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an end of its own")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The sample with one line in the place of another.
fn with(old: &str, new: &str) -> String {
    assert!(SAMPLE.contains(old), "{old}");
    SAMPLE.replace(old, new)
}

#[actix_web::test]
async fn each_thing_that_a_stricter_file_would_not_give_is_found() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("Grafana").expiring("never").with("Metrics", "Read").await;
    ada.generates("CI").with("Builds", "Read & write").with("Git", "Read").await;
    ada.generates("Old").expiring("never").with("Builds", "Read").await;
    ada.revokes("Old").await;
    // A year that no clock of a test machine comes to.
    let far = "UPDATE tokens SET expires_at = 4733510400000000 WHERE name = 'CI'";
    app.database.run(far).await;
    let operator = Operator::of(&app);

    assert_eq!(
        operator.finds_in_short(&with("never = true", "never = false\nunused = \"60d\"")),
        [
            "CI: works longer than the 365 days allowed now",
            "CI: does not end after 60 days without use",
            "Grafana: never expires",
            "Grafana: does not end after 60 days without use",
        ]
    );
    let long = |file: String| file.replace("longest = \"365d\"", "longest = \"36500d\"");
    assert_eq!(
        operator.finds_in_short(&long(with("tokens_per_person = 100", "tokens_per_person = 1"))),
        ["ada: has 2 tokens, more than the 1 allowed now"]
    );
    assert_eq!(
        operator.finds_in_short(&long(with("generate = \"member\"", "generate = \"admin\""))),
        ["ada: may no longer generate tokens with the role member"]
    );
    let narrower = with("key = \"builds\"\n", "key = \"builds\"\naccess = \"read\"\n");
    let narrower = narrower.replace("key = \"metrics\"\n", "key = \"metrics\"\nrole = \"admin\"\n");
    let (services, _) = narrower.split_once("\n[[sets]]").expect("sets");
    assert_eq!(
        operator.finds_in_short(&long(services.to_owned())),
        ["CI: can only read Builds", "Grafana: loses Metrics"]
    );
    assert!(operator.finds(&long(SAMPLE.to_owned())).is_empty());
}

#[actix_web::test]
async fn it_is_said_whose_token_it_is_as_text_json_and_csv() {
    let app = App::start().await;
    let bo = app.member("bo").await;
    let secret = bo.generates("Grafana").expiring("never").with("Metrics", "Read").await;
    let hint = &secret[..7];
    let operator = Operator::of(&app);
    let file = with("never = true", "never = false");
    let [row] = operator.finds(&file).try_into().expect("one breach");
    let token = row["token"].as_str().expect("an id").to_owned();
    let expected = format!(
        "{{\"person\": \"bo\", \"token\": \"{token}\", \"name\": \"Grafana\", \"hint\": \"{hint}\", \"breach\": \"never expires\"}}"
    );
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    assert_eq!(row, expected);
    assert!(bo.opens(&format!("/account/tokens/revocation?id={token}")).await.says("Grafana"));

    let csv = operator.checks(&file, &["--format", "csv"]);
    let line = format!("bo,{token},Grafana,{hint},never expires");
    assert_eq!(out(&csv), format!("person,token,name,hint,breach\r\n{line}\r\n"));
    let text = operator.checks(&file, &[]);
    assert_eq!((code(&csv), code(&text)), (3, 3), "{}", err(&text));
    assert_eq!(
        out(&text),
        format!(
            "Existing tokens keep working until their own end, with access cut down to what new.toml offers.\n\n\
             bo\n  “Grafana” {hint}… {token}\n    never expires\n\n1 breach: 1 token, 1 person.\n"
        )
    );
    assert_eq!(app.machine().verifies(&secret, "metrics", "read").await, 200, "nothing is applied");

    for (words, none) in [
        (vec!["--format", "json"], "[]\n"),
        (vec!["--format", "csv"], "person,token,name,hint,breach\r\n"),
        (vec!["--format=text"], "Nothing breaks.\n"),
    ] {
        let output = operator.checks(SAMPLE, &words);
        assert_eq!(code(&output), 0, "{}", err(&output));
        assert!(out(&output).ends_with(none), "{}", out(&output));
    }
}

/// LIM-11
#[actix_web::test]
async fn no_name_becomes_a_formula_in_a_spreadsheet() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    for name in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "a, \"b\""] {
        ada.generates(name).expiring("never").with("Git", "Read").await;
    }
    let csv = Operator::of(&app).checks(&with("never = true", "never = false"), &["--format=csv"]);
    let (csv, names) = (out(&csv), ["'=cmd|' /C calc'!A0", "'+1", "'-1", "'@SUM(A1)"]);
    for name in names.into_iter().chain(["\"a, \"\"b\"\"\""]) {
        assert_eq!(csv.matches(&format!(",{name},lk_")).count(), 1, "{name}: {csv}");
    }
    assert_eq!(csv.lines().count(), 6, "{csv}");
}

#[actix_web::test]
async fn everybody_is_looked_at_also_where_there_are_many() {
    let app = App::start().await;
    for count in 0..401 {
        Person::add(&app, &format!("p{count:03}"), "member").await;
    }
    for name in ["aaa", "p199x", "p200x", "zzz"] {
        let person = app.member(name).await;
        person.generates("Grafana").expiring("never").with("Metrics", "Read").await;
    }
    let found = Operator::of(&app).finds(&with("never = true", "never = false"));
    let people: Vec<&str> = found.iter().filter_map(|row| row["person"].as_str()).collect();
    assert_eq!(people, ["aaa", "p199x", "p200x", "zzz"]);
}

#[actix_web::test]
async fn a_file_with_mistakes_is_refused_and_no_database_is_made() {
    let app = App::start().await;
    let operator = Operator::of(&app);
    let output = operator.checks("typo = 1\n[policy]\nunused = \"soon\"\n", &[]);
    assert_eq!((code(&output), out(&output).as_str()), (1, ""));
    for line in ["new.toml, line 1: unknown key “typo”", "new.toml, line 3: unused is a number"]
    {
        assert!(err(&output).contains(line), "{}", err(&output));
    }
    let elsewhere = operator.checks(SAMPLE, &["--database-url", "sqlite:gone/x.db"]);
    assert_eq!(code(&elsewhere), 1);
    assert!(err(&elsewhere).contains("there is no database gone/x.db"), "{}", err(&elsewhere));
    assert!(!operator.folder.join("gone").exists());
}

/// `/admin/policy`
#[actix_web::test]
async fn administrators_see_the_policy_in_words_and_each_token_outside_of_it() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    ada.generates("Grafana").expiring("never").with("Metrics", "Read").await;
    ada.generates("CI").with("Builds", "Read & write").expiring("90").await;
    assert_eq!(ada.opens("/admin/policy").await.status, 404);
    let page = bo.opens("/admin/policy").await;
    assert!(page.says("A token lives at most 365 days, or without an end"), "{}", page.text);
    assert!(page.says("Nothing: every token could be generated like that today."));
    let strict =
        with("never = true", "never = false").replace("longest = \"365d\"", "longest = \"30d\"");
    app.reloads(&strict.replace("default = \"90d\"", "default = \"30d\""));
    let page = bo.opens("/admin/policy").await;
    assert!(
        page.says("1 token never expires")
            && page.says("1 token works longer than the 30 days allowed now"),
        "{}",
        page.text
    );
    let list = bo.opens("/admin/tokens?outside=never").await;
    assert_eq!(list.names(), ["Grafana"]);
    assert_eq!(bo.opens("/admin/tokens?outside=long").await.names(), ["CI"]);
    assert!(list.link("Revoke all 1 token that match").is_some());
}
