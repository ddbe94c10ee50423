use super::*;
use crate::domain::limit::PerMinute;

fn read(policy: &str, service: &str) -> Result<Config, Mistakes> {
    let text = format!("[policy]\n{policy}\n[[services]]\nkey = \"git\"\n{service}\n");
    Config::read(&text, "latchkey.toml", Values::new())
}

#[test]
fn limits_and_the_days_of_a_warning_are_read() {
    let config = read("expires_soon = \"30d\"", "per_minute = 600").expect("no mistakes");
    assert_eq!(config.policy.soon_days, 30);
    assert_eq!(config.catalogue.services()[0].per_minute, PerMinute::new(600));
    let config = read("expires_soon = \"0d\"", "").expect("no mistakes");
    assert_eq!(config.policy.soon_days, 0);
    assert_eq!(config.catalogue.services()[0].per_minute, None);
}

#[test]
fn wrong_limits_and_days_are_named_with_their_lines() {
    for wrong in ["\"7\"", "\"36501d\"", "\"-1d\"", "\"soon\""] {
        let mistakes = read(&format!("expires_soon = {wrong}"), "").expect_err(wrong).to_string();
        let says = "latchkey.toml, line 2: expires_soon is a number of whole days up to 36500d";
        assert!(mistakes.contains(says), "{wrong}: {mistakes}");
    }
    for wrong in ["0", "100001"] {
        let mistakes = read("", &format!("per_minute = {wrong}")).expect_err(wrong).to_string();
        let says = "latchkey.toml, line 5: per_minute is 1 to 100000 requests a minute";
        assert!(mistakes.contains(says), "{wrong}: {mistakes}");
    }
    let mistakes = read("", "per_minute = \"600\"").expect_err("a text").to_string();
    assert!(mistakes.contains("line 5: per_minute is a whole number"), "{mistakes}");
}
