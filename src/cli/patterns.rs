//! `latchkey token pattern`: what secret scanners need, for this instance's prefix.

use clap::ValueEnum;

use crate::config::Config;
use crate::domain::secret::Prefix;

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Text,
    Gitleaks,
    Trufflehog,
}

/// One kind of secret, as a rule names it.
struct Rule {
    id: &'static str,
    title: &'static str,
    pattern: String,
}

fn rules(prefix: &Prefix) -> [Rule; 2] {
    [
        Rule {
            id: "latchkey-token",
            title: "A personal access token of Latchkey",
            pattern: prefix.token_pattern(),
        },
        Rule {
            id: "latchkey-caller",
            title: "The secret of a service that asks Latchkey about tokens",
            pattern: prefix.caller_pattern(),
        },
    ]
}

pub fn show(config: &Config, format: Format) {
    let (rules, keyword) = (rules(&config.prefix), config.prefix.keyword());
    match format {
        Format::Text => print!("{}", text(&rules)),
        Format::Gitleaks => print!("{}", gitleaks(&rules, &keyword)),
        Format::Trufflehog => print!("{}", trufflehog(&rules, &keyword)),
    }
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
fn gitleaks(rules: &[Rule], keyword: &str) -> String {
    let rules = rules.iter().map(|rule| {
        format!(
            "\n[[rules]]\nid = \"{}\"\ndescription = \"{}\"\nregex = '''\\b{}\\b'''\nkeywords = [\"{keyword}\"]\n",
            rule.id, rule.title, rule.pattern
        )
    });
    let rules: String = rules.collect();
    format!(
        "# gitleaks 8: gitleaks dir --config .gitleaks.toml\n[extend]\nuseDefault = true\n{rules}"
    )
}

/// YAML. A pattern stands in single quotes: it has none.
fn trufflehog(rules: &[Rule], keyword: &str) -> String {
    let rules = rules.iter().map(|rule| {
        format!(
            "  - name: {}\n    keywords:\n      - {keyword}\n    regex:\n      secret: '\\b{}\\b'\n",
            rule.id, rule.pattern
        )
    });
    let rules: String = rules.collect();
    format!("# TruffleHog 3: trufflehog filesystem --config trufflehog.yaml .\ndetectors:\n{rules}")
}
