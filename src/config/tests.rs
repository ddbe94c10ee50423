use super::*;

const ONE_SERVICE: &str = "[[services]]\nkey = \"git\"\n";

fn read(text: &str) -> Result<Config, Mistakes> {
    Config::read(text, "latchkey.toml", Values::new())
}

#[test]
fn the_sample_is_without_mistakes_and_equals_the_defaults() {
    let sample = read(SAMPLE).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(sample.catalogue.services().len(), 12);
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
