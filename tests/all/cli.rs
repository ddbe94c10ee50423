//! The command line, as an operator types it: the real binary, in an empty folder.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::support::database::TestDatabase;

const PASSWORD: &str = "seven brass owls knit";

pub struct Folder {
    pub path: PathBuf,
    database: TestDatabase,
}

impl Folder {
    pub fn new() -> Self {
        let database = TestDatabase::fresh();
        let path = database.folder().join("work");
        std::fs::create_dir_all(&path).expect("a folder");
        Self { path, database }
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
        command.current_dir(&self.path).args(words).stdin(Stdio::null());
        command.env_remove("LATCHKEY_DATABASE_URL");
        command
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("the binary")
    }

    /// On the suite's database.
    pub fn on_database(&self, words: &[&str], input: &str) -> Output {
        let mut command = self.command(words);
        command.env("LATCHKEY_DATABASE_URL", &self.database.url);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary");
        child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("typed");
        child.wait_with_output().expect("an end")
    }
}

pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[actix_web::test]
async fn a_person_is_added_without_a_browser() {
    let folder = Folder::new();
    let added = folder
        .on_database(&["user", "add", "Ada", "--role", "admin", "--password-stdin"], PASSWORD);
    assert!(added.status.success(), "{}", err(&added));
    assert_eq!(out(&added), "Added ada (admin). They can sign in now.\n");
    let file = folder.path.join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).expect("a file");
    let file = file.to_string_lossy().into_owned();
    let added = folder.on_database(&["user", "add", "bo", "--password-file", &file], "");
    assert!(added.status.success(), "{}", err(&added));
    let members = "SELECT count(*) AS n FROM users WHERE role = 'member' AND name = 'bo'";
    assert_eq!(folder.database.count(members).await, 1);
}

/// AUTH-16
#[actix_web::test]
async fn what_is_wrong_with_a_new_person_is_said_and_nobody_is_added() {
    let folder = Folder::new();
    folder.on_database(&["user", "add", "ada", "--password-stdin"], PASSWORD);
    for (words, input, says) in [
        (vec!["user", "add", "ADA", "--password-stdin"], PASSWORD, "already is a person named ada"),
        (
            vec!["user", "add", "b o", "--role", "king", "--password-stdin"],
            PASSWORD,
            "viewer, member or admin",
        ),
        (vec!["user", "add", "b o", "--password-stdin"], PASSWORD, "Use the letters a to z"),
        (vec!["user", "add", "bo", "--password-stdin"], "short", "at least 15 characters"),
        (vec!["user", "add", "bo", "--password-file", "/nowhere"], "", "/nowhere"),
        (vec!["user", "add", "bo"], "", "use --password-stdin or --password-file"),
        (
            vec!["user", "add", "bo", "--email", "x", "--password-stdin"],
            PASSWORD,
            "Enter a mail address",
        ),
    ] {
        let output = folder.on_database(&words, input);
        assert!(!output.status.success(), "{words:?}");
        assert!(err(&output).contains(says), "{words:?}: {}", err(&output));
        assert!(!err(&output).contains("panicked"));
    }
    assert_eq!(folder.database.count("SELECT count(*) AS n FROM users").await, 1);
}

#[actix_web::test]
async fn every_mistake_in_file_and_flags_is_reported_and_nothing_starts() {
    let folder = Folder::new();
    let text = "name = 5\ntypo = 1\n[[services]]\nkey = \"G I T\"\n";
    std::fs::write(folder.path.join("latchkey.toml"), text).expect("a file");
    for words in [vec!["config", "check"], vec!["serve", "--session-idle", "soon"]] {
        let output = folder.run(&words);
        assert!(!output.status.success());
        for line in [
            "latchkey.toml, line 1: ",
            "latchkey.toml, line 2: unknown key “typo”",
            "latchkey.toml, line 4: ",
        ] {
            assert!(err(&output).contains(line), "{}", err(&output));
        }
        let started = err(&output).contains("nothing was started");
        assert_eq!(started, words[0] == "serve", "{}", err(&output));
    }
    assert!(!folder.path.join("data").exists(), "nothing was made");
    let missing = folder.run(&["--config", "gone.toml", "config", "check"]);
    assert!(err(&missing).contains("gone.toml"), "{}", err(&missing));
}

#[actix_web::test]
async fn each_setting_is_a_flag_a_variable_and_a_key_and_show_tells_which_counts() {
    let folder = Folder::new();
    let sample = out(&folder.run(&["config", "sample"]));
    let text = format!("stop_grace = \"7s\"\nsession_idle = \"1h\"\n{sample}");
    std::fs::write(folder.path.join("latchkey.toml"), text).expect("a file");
    let mut command = folder.command(&["config", "show", "--listen", "127.0.0.1:1234"]);
    let command =
        command.env("LATCHKEY_SESSION_IDLE", "3h").env("LATCHKEY_DATABASE_URL", "sqlite:secret.db");
    let output = command.output().expect("the binary");
    let shown = out(&output);
    let line =
        |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
    assert!(
        line("listen").contains("127.0.0.1:1234") && line("listen").ends_with("--listen"),
        "{shown}"
    );
    assert!(
        line("session_idle").contains("3h")
            && line("session_idle").ends_with("LATCHKEY_SESSION_IDLE")
    );
    assert!(
        line("stop_grace").contains("7s") && line("stop_grace").ends_with("latchkey.toml, line 1")
    );
    assert!(line("log ").ends_with("default"));
    assert!(line("database_url").contains("(not shown)") && !shown.contains("secret.db"));
    assert_eq!(shown.lines().count(), latchkey::config::SETTINGS.len());
    assert!(latchkey::config::SETTINGS.len() <= 30);
}

#[actix_web::test]
async fn the_demonstration_fills_only_an_empty_database() {
    let folder = Folder::new();
    let filled = folder.on_database(&["demo"], "");
    assert!(filled.status.success(), "{}", err(&filled));
    assert!(out(&filled).contains("as ada, bo or vera with the password "));
    for (sql, least) in [
        ("SELECT count(*) AS n FROM users", 3),
        ("SELECT count(*) AS n FROM tokens WHERE revoked_at IS NOT NULL", 1),
        ("SELECT count(*) AS n FROM tokens WHERE expires_at IS NULL", 1),
        ("SELECT count(*) AS n FROM uses", 2),
        ("SELECT count(*) AS n FROM daily_uses", 60),
        ("SELECT count(*) AS n FROM refused_calls", 2),
    ] {
        assert!(folder.database.count(sql).await >= least, "{sql}");
    }
    let again = folder.on_database(&["demo"], "");
    assert!(!again.status.success());
    assert!(err(&again).contains("has people already"), "{}", err(&again));
}

/// DUR-05
#[actix_web::test]
async fn a_taken_port_and_a_bad_folder_are_said_in_words() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    for (words, says) in [
        (vec!["--listen", &address], "can’t serve on 127.0.0.1"),
        (
            vec!["--listen", "127.0.0.1:0", "--database-url", "sqlite:/proc/none/x.db"],
            "/proc/none/x.db",
        ),
        (vec!["--listen", "127.0.0.1:0", "--database-url", "mysql://x"], "a database URL is"),
        (
            vec!["--listen", "127.0.0.1:0", "--database-url", "postgres://u:hush@db.example/x"],
            "TLS",
        ),
        (vec!["--listen", "here"], "--listen: an address and a port"),
    ] {
        let output = folder.run(&words);
        assert!(!output.status.success(), "{words:?}");
        assert!(err(&output).contains(says), "{words:?}: {}", err(&output));
        assert!(!err(&output).contains("panicked") && !err(&output).contains("hush"));
    }
}

#[actix_web::test]
async fn the_data_folder_is_its_owners_alone() {
    let folder = Folder::new();
    let added = folder.command(&["demo"]).output().expect("the binary");
    assert!(added.status.success(), "{}", err(&added));
    let mode =
        |path: PathBuf| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(folder.path.join("data")), 0o700);
    for file in std::fs::read_dir(folder.path.join("data")).expect("the folder") {
        assert_eq!(mode(file.expect("a file").path()), 0o600);
    }
}

#[actix_web::test]
async fn seeding_takes_no_files_place_and_says_what_it_has_made() {
    let folder = Folder::new();
    std::fs::write(folder.path.join("mine"), "x").expect("a file");
    let seed = |path| ["seed", "--people", "1", "--tokens", "1", "--secrets-to", path];
    let refused = folder.run(&seed("mine"));
    assert!(!refused.status.success());
    assert!(err(&refused).contains("--secrets-to: mine is there already"), "{}", err(&refused));
    assert!(!folder.path.join("data").exists(), "no database is made for that");
    let seeded = folder.run(&seed("new"));
    assert_eq!(out(&seeded), "Added 1 person and 1 token; the values are in new.\n");
}

#[actix_web::test]
async fn what_only_looks_at_a_database_makes_none() {
    let folder = Folder::new();
    for words in [
        vec!["caller", "list"],
        vec!["caller", "remove", "git"],
        vec!["user", "disable", "ada"],
        vec!["user", "set-role", "ada", "viewer"],
    ] {
        let output = folder.run(&[&words[..], &["--database-url", "sqlite:typo.db"]].concat());
        assert!(!output.status.success(), "{words:?}");
        assert!(err(&output).contains("there is no database typo.db"), "{}", err(&output));
    }
    assert!(!folder.path.join("typo.db").exists());
}

#[actix_web::test]
async fn the_check_names_a_file_for_events_that_cannot_be_one() {
    let folder = Folder::new();
    let file = format!("events_file = \"gone/events.jsonl\"\n{}", latchkey::config::SAMPLE);
    std::fs::write(folder.path.join("latchkey.toml"), file).expect("a file");
    let output = folder.run(&["config", "check"]);
    let said = "latchkey.toml, line 1: events_file: there is no folder gone";
    assert!(err(&output).contains(said) && !output.status.success(), "{}", err(&output));
    std::fs::create_dir_all(folder.path.join("gone/events.jsonl")).expect("a folder");
    let output = folder.run(&["config", "check"]);
    let said = "latchkey.toml, line 1: events_file: gone/events.jsonl is a folder";
    assert!(err(&output).contains(said) && !output.status.success(), "{}", err(&output));
    for name in ["gone/new.jsonl", "new.jsonl"] {
        let output = folder.run(&["--events-file", name, "config", "check"]);
        assert!(output.status.success(), "{}", err(&output));
    }
}

#[actix_web::test]
async fn the_check_tells_where_mails_go_and_no_command_shows_the_password() {
    let folder = Folder::new();
    let told = out(&folder.run(&["config", "check"]));
    assert!(told.contains("No mails are sent"), "{told}");
    let file = "mail_url = \"smtps://ada:hush-hush@mail.fernhill.example\"\nmail_from = \"keys@fernhill.example\"\n";
    let file = format!(
        "{file}public_url = \"https://keys.fernhill.example\"\n{}",
        latchkey::config::SAMPLE
    );
    std::fs::write(folder.path.join("latchkey.toml"), file).expect("a file");
    let told = out(&folder.run(&["config", "check"]));
    assert!(
        told.contains("through mail.fernhill.example:465, over TLS, from keys@fernhill.example"),
        "{told}"
    );
    let shown = out(&folder.run(&["config", "show"]));
    assert!(
        shown.contains("(not shown)") && !shown.contains("hush") && !told.contains("hush"),
        "{shown}"
    );
}
