use super::*;
use crate::domain::access::Access;
use crate::domain::ceiling::Ceiling;
use crate::domain::grants::Grants;
use crate::domain::user::Role;

const ONE_SERVICE: &str = "[[services]]\nkey = \"git\"\n";

fn read(text: &str) -> Result<Config, Mistakes> {
    Config::read(text, "latchkey.toml", Values::new())
}

#[test]
fn the_sample_is_without_mistakes_and_equals_the_defaults() {
    let sample = read(SAMPLE).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(sample.catalogue.services().len(), 12);
    let everything =
        Grants::everything(&sample.catalogue, Access::Read, Ceiling::of_role(Role::Viewer));
    assert_eq!(sample.sets.find("read").expect("a set").grants, everything);
    let bare = read(ONE_SERVICE).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(sample.instance, bare.instance);
    assert_eq!(sample.prefix, bare.prefix);
    assert_eq!(format!("{:?}", sample.policy), format!("{:?}", bare.policy));
}

#[test]
fn every_mistake_is_reported_at_once_with_its_line() {
    let text = r#"
name = 5
prefix = "LK"
lsiten = "127.0.0.1:1"
session_idle = "soon"

[policy]
longest = "30d"
default = "90d"
never = "yes"

[[services]]
key = "git"
colour = "red"

[[services]]
key = "git"
access = "write"

[[services]]
"#;
    let mistakes = read(text).expect_err("mistakes").to_string();
    for (line, words) in [
        (2, "name is a text in quotes"),
        (3, "a prefix is"),
        (4, "unknown key “lsiten”"),
        (5, "session_idle: a time above zero"),
        (9, "default is longer than longest"),
        (10, "never is true or false"),
        (14, "unknown key “colour”"),
        (18, "access is “read” or “read-write”"),
        (20, "this service has no key"),
    ] {
        let place = format!("latchkey.toml, line {line}: ");
        let found = |said: &str| said.starts_with(&place) && said.contains(words);
        assert!(mistakes.lines().any(found), "{words}:\n{mistakes}");
    }
    assert_eq!(mistakes.lines().count(), 9, "{mistakes}");
}

/// That each of these is said of its line of the file, and nothing else is.
fn says(text: &str, expected: &[(usize, &str)]) {
    let mistakes = read(text).expect_err("mistakes").to_string();
    for (line, words) in expected {
        let place = format!("latchkey.toml, line {line}: ");
        let found = |said: &str| said.starts_with(&place) && said.contains(words);
        assert!(mistakes.lines().any(found), "{line}, {words}:\n{mistakes}");
    }
    assert_eq!(mistakes.lines().count(), expected.len(), "{mistakes}");
}

const WRONG_SERVICES: &str = r#"
[policy]
generate = "viewer"
edits = "some"
overlap = ["1h", "90m", 5, "721h"]
unused = "0d"
tokens_per_person = 0

[[services]]
key = "builds"
docs = "docs.example.org"
url = "ftp://builds.example.org"
role = "king"
personal_tokens = "no"
methods = [
    { key = "list", access = "all" },
    { key = "start" },
    { key = "read-write" },
    { name = "Nameless" },
    { key = "stop", docs = 5, scope = "x" },
]

[[services]]
key = "git"
methods = [{ key = "push" },
    { key = "pull" },
    { key = "push" }]
"#;

#[test]
fn every_mistake_in_policy_services_and_methods_is_reported_at_once() {
    let twice = "the method “push” is described in line 25 already";
    says(
        WRONG_SERVICES,
        &[
            (3, "generate is the least role"),
            (4, "edits is “any”, “narrow” or “name”"),
            (5, "overlap is a list of whole hours from 1h to 720h"),
            (5, "overlap is a list of texts in quotes"),
            (5, "overlap is a list of whole hours"),
            (6, "unused is a number of whole days from 1d"),
            (7, "tokens_per_person is 1 to 10000"),
            (11, "docs is an address such as"),
            (12, "url is an address such as"),
            (13, "role is “viewer”, “member” or “admin”"),
            (14, "personal_tokens is true or false"),
            (16, "access is “read” or “read-write”"),
            (18, "“read-write” is what an access is called"),
            (19, "this method has no key"),
            (20, "docs is a text in quotes"),
            (20, "unknown key “scope”"),
            (27, twice),
        ],
    );
}

const TWO_SERVICES: &str = r#"
[[services]]
key = "git"
access = "read"
methods = [
    { key = "fetch", access = "read" },
    { key = "push" },
    { key = "keys", access = "read", personal_tokens = false },
]
[[services]]
key = "payroll"
personal_tokens = false
"#;

const WRONG_SETS: &str = r#"
[[sets]]
key = "all-read"
grants = "git:read"
[[sets]]
key = "a"
name = ""
grants = "git:read-write"
[[sets]]
key = "a"
grants = "git:fetch,merge"
[[sets]]
key = "b"
grants = "mail:read"
[[sets]]
key = "c"
grants = "git:push"
[[sets]]
key = "d"
grants = "git:keys"
[[sets]]
key = "e"
grants = "payroll:read"
[[sets]]
key = "f"
grants = "git:read git:fetch"
[[sets]]
key = "g"
grants = "git"
colour = "red"
[[sets]]
key = "h"
grants = "git:fetch"
[[sets]]
key = "h"
grants = "git:read"
[[sets]]
"#;

#[test]
fn every_mistake_in_sets_is_reported_at_once() {
    let text = format!("{TWO_SERVICES}{WRONG_SETS}");
    says(
        &text,
        &[
            (15, "“all-read” is a button of the form"),
            (19, "this is a text of 1 to 40 characters"),
            (20, "git can be granted read at most"),
            (23, "git has no method “merge”"),
            (26, "there is no service “mail”"),
            (29, "the method “push” of git can be granted to no token"),
            (32, "the method “keys” of git can be granted to no token"),
            (35, "payroll takes no personal tokens"),
            (38, "grants are services, each once"),
            (41, "grants are services, each once"),
            (42, "unknown key “colour”"),
            (46, "there is a set “h” already"),
            (49, "this set has no key"),
            (49, "this set has no grants"),
        ],
    );
}

#[test]
fn sets_are_not_blamed_for_services_that_cannot_be_read() {
    let set = "[[sets]]\nkey = \"a\"\ngrants = \"git:read builds:read\"\n";
    says(&format!("services = 5\n{set}"), &[(1, "services are written as [[services]]")]);
    says(set, &[(1, "there are no services")]);
    let broken = "[[services]]\nkey = \"builds\"\nrole = \"king\"\n";
    says(&format!("{broken}{ONE_SERVICE}{set}"), &[(3, "role is")]);
    // What can be known is said all the same.
    let narrow = format!("{broken}{ONE_SERVICE}access = \"read\"\n{set}");
    says(&narrow.replace("git:read ", "git:read-write "), &[(3, "role is"), (9, "read at most")]);
}

#[test]
fn a_service_described_twice_is_told_where() {
    let text = format!("{ONE_SERVICE}\n{ONE_SERVICE}");
    let mistakes = read(&text).expect_err("a duplicate").to_string();
    assert!(mistakes.contains("line 4: the service “git” is described in line 1"), "{mistakes}");
}

#[test]
fn broken_toml_is_reported_by_line() {
    let mistakes = read("name = \"x\"\nprefix = = 3\n").expect_err("broken").to_string();
    assert!(mistakes.contains("latchkey.toml, line 2: "), "{mistakes}");
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let text = format!("listen = \"127.0.0.1:1\"\nstop_grace = \"3s\"\n{ONE_SERVICE}");
    let flag = Given { value: "127.0.0.1:2".to_owned(), source: Source::Flag };
    let config = Config::read(&text, "latchkey.toml", Values::from([("listen", flag)]))
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(config.settings.listen.port(), 2);
    assert_eq!(config.settings.stop_grace.as_secs(), 3);
    assert_eq!(config.settings.session_idle.as_secs(), 2 * 3600);
}

#[test]
fn wrong_settings_are_named_by_where_they_came_from() {
    let env = Given { value: "nowhere".to_owned(), source: Source::Environment };
    let flag = |value: &str| Given { value: value.to_owned(), source: Source::Flag };
    let given = Values::from([
        ("listen", env),
        ("public_url", flag("ftp://x")),
        ("database_url", flag("mysql://x")),
        ("log", flag("a=b=c")),
    ]);
    let mistakes = Config::read(ONE_SERVICE, "latchkey.toml", given).expect_err("two").to_string();
    assert!(mistakes.contains("LATCHKEY_LISTEN: an address and a port"), "{mistakes}");
    assert!(mistakes.contains("--public-url: an address such as"), "{mistakes}");
    assert!(mistakes.contains("--database-url: a database URL is"), "{mistakes}");
    assert!(mistakes.contains("--log: "), "{mistakes}");
}

#[test]
fn the_database_url_is_read_from_a_file_but_not_named_twice() {
    let given = |value: &str| Given { value: value.to_owned(), source: Source::Flag };
    let missing = Values::from([("database_url_file", given("/nowhere/at/all"))]);
    let mistakes = Config::read(ONE_SERVICE, "x", missing).expect_err("missing").to_string();
    assert!(mistakes.contains("--database-url-file: /nowhere/at/all"), "{mistakes}");
    let both = Values::from([
        ("database_url_file", given("/nowhere")),
        ("database_url", given("sqlite:x")),
    ]);
    let mistakes = Config::read(ONE_SERVICE, "x", both).expect_err("both").to_string();
    assert!(mistakes.contains("name one of the two"), "{mistakes}");
}

#[test]
fn networks_and_times_are_read() {
    let text = format!(
        "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\", \"::1\"]\nsession_lifetime = \"1day\"\nsessions_per_person = 0x10\n{ONE_SERVICE}"
    );
    let config = read(&text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(config.settings.trusted_proxies.len(), 3);
    assert_eq!(config.settings.session_lifetime.as_secs(), 86_400);
    assert_eq!(config.settings.sessions_per_person, 16);
}
