//! `latchkey token pattern`: what secret scanners need, for each prefix of this instance's.

use clap::ValueEnum;

use super::{Stop, block_on, database};
use crate::config::Config;
use crate::domain::address::Address;
use crate::domain::secret::Prefix;

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Text,
    Gitleaks,
    Trufflehog,
}

/// One kind of secret, as a rule names it.
struct Rule {
    id: String,
    title: String,
    pattern: String,
    keyword: String,
}

/// Of each prefix, today's first: what was made with an earlier one is still alive.
fn rules(prefixes: &[Prefix]) -> Vec<Rule> {
    let both = prefixes.iter().enumerate().flat_map(|(at, prefix)| {
        let rule = |id: &str, title: &str, pattern| {
            let (suffix, of) = match at {
                0 => (String::new(), String::new()),
                _ => (
                    format!("-{}", prefix.as_str()),
                    format!(", earlier prefix {}", prefix.as_str()),
                ),
            };
            let (id, title) = (format!("{id}{suffix}"), format!("{title}{of}"));
            Rule { id, title, pattern, keyword: prefix.keyword() }
        };
        let (token, caller) = (
            "A personal access token of Latchkey",
            "The secret of a service that asks Latchkey about tokens",
        );
        [
            rule("latchkey-token", token, prefix.token_pattern()),
            rule("latchkey-caller", caller, prefix.caller_pattern()),
        ]
    });
    both.collect()
}

pub fn show(config: &Config, format: Format) -> Result<(), Stop> {
    let prefixes = match &config.settings.database {
        // Nothing was made yet.
        Address::Sqlite(path) if !path.exists() => vec![config.prefix.clone()],
        _ => block_on(database::existing(config)?.prefixes())?,
    };
    let rules = rules(&prefixes);
    match format {
        Format::Text => print!("{}", text(&rules)),
        Format::Gitleaks => print!("{}", gitleaks(&rules)),
        Format::Trufflehog => print!("{}", trufflehog(&rules)),
    }
    Ok(())
}

fn text(rules: &[Rule]) -> String {
    let patterns = rules.iter().map(|rule| format!("{}:\n  {}\n\n", rule.title, rule.pattern));
    let patterns: String = patterns.collect();
    format!(
        "{patterns}\
These are regular expressions for any scanner, without look-around. GitHub (custom pattern) and GitLab take them as they
are; put \\b around them where the scanner adds no boundary of its own. The last six characters are a checksum, to be
tested before a find is reported. Whoever found a token can end it, without an account: POST /revoke with the form
token=…

  latchkey token pattern --format gitleaks > .gitleaks.toml
  latchkey token pattern --format trufflehog > trufflehog.yaml
"
    )
}

/// TOML. A pattern stands in a literal string: it has no quote.
fn gitleaks(rules: &[Rule]) -> String {
    let rules = rules.iter().map(|rule| {
        format!(
            "\n[[rules]]\nid = \"{}\"\ndescription = \"{}\"\nregex = '''\\b{}\\b'''\nkeywords = [\"{}\"]\n",
            rule.id, rule.title, rule.pattern, rule.keyword
        )
    });
    let rules: String = rules.collect();
    format!(
        "# gitleaks 8: gitleaks dir --config .gitleaks.toml\n[extend]\nuseDefault = true\n{rules}"
    )
}

/// YAML. A pattern stands in single quotes: it has none.
fn trufflehog(rules: &[Rule]) -> String {
    let rules = rules.iter().map(|rule| {
        format!(
            "  - name: {}\n    keywords:\n      - {}\n    regex:\n      secret: '\\b{}\\b'\n",
            rule.id, rule.keyword, rule.pattern
        )
    });
    let rules: String = rules.collect();
    format!("# TruffleHog 3: trufflehog filesystem --config trufflehog.yaml .\ndetectors:\n{rules}")
}
