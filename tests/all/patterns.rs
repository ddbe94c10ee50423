//! `latchkey token pattern`: what secret scanners are told finds what this instance makes, and nothing like it.

use latchkey::domain::secret::{Prefix, Secret};
use regex::Regex;
use yaml_rust2::YamlLoader;

use crate::cli::{Folder, err, out};

fn printed(folder: &Folder, format: &str) -> String {
    let output = folder.run(&["token", "pattern", "--format", format]);
    assert!(output.status.success(), "{}", err(&output));
    out(&output)
}

/// The first pattern finds tokens and the second callers' secrets, wherever they stand.
fn find_each_kind_alone(patterns: &[Regex], prefix: &str) {
    let [tokens, callers] = patterns else { panic!("{patterns:?}") };
    let prefix = Prefix::parse(prefix).expect("a prefix");
    for _ in 0..50 {
        let (token, caller) = (Secret::random(&prefix), Secret::random_for_caller(&prefix));
        for (pattern, own, other) in [(tokens, &token, &caller), (callers, &caller, &token)] {
            for text in [
                own.expose().to_owned(),
                format!("TOKEN={}\n", own.expose()),
                format!("https://ada:{}@git.example/", own.expose()),
                format!("\"{}\",", own.expose()),
            ] {
                let found = pattern.find(&text).expect("a find");
                assert_eq!(found.as_str(), own.expose());
            }
            assert!(!pattern.is_match(other.expose()), "{pattern}");
        }
        let [near, far] = [&token.expose()[1..], &token.expose()[..20]];
        assert!(!tokens.is_match(near) && !tokens.is_match(far));
    }
}

fn compiled<'a>(patterns: impl Iterator<Item = &'a str>) -> Vec<Regex> {
    patterns.map(|pattern| Regex::new(pattern).expect("a regular expression")).collect()
}

#[actix_web::test]
async fn the_printed_patterns_find_this_instances_tokens_and_callers_secrets() {
    let folder = Folder::new();
    for prefix in ["lk", "acme_pat"] {
        let file = format!("prefix = \"{prefix}\"\n[[services]]\nkey = \"git\"\n");
        std::fs::write(folder.path.join("latchkey.toml"), file).expect("a file");
        let text = printed(&folder, "text");
        let lines = text.lines().filter_map(|line| line.strip_prefix("  "));
        let patterns = compiled(lines.filter(|line| line.starts_with(prefix)));
        find_each_kind_alone(&patterns, prefix);

        let gitleaks: toml::Table = printed(&folder, "gitleaks").parse().expect("TOML");
        assert_eq!(gitleaks["extend"]["useDefault"].as_bool(), Some(true));
        let rules = gitleaks["rules"].as_array().expect("rules");
        let patterns = compiled(rules.iter().map(|rule| rule["regex"].as_str().expect("text")));
        find_each_kind_alone(&patterns, prefix);
        for rule in rules {
            assert_eq!(rule["keywords"][0].as_str(), Some(format!("{prefix}_").as_str()));
            assert!(rule["id"].is_str() && rule["description"].is_str());
        }

        let trufflehog = YamlLoader::load_from_str(&printed(&folder, "trufflehog")).expect("YAML");
        let detectors = trufflehog[0]["detectors"].as_vec().expect("detectors");
        let secrets = detectors.iter().map(|one| one["regex"]["secret"].as_str().expect("text"));
        find_each_kind_alone(&compiled(secrets), prefix);
        for detector in detectors {
            let keyword = detector["keywords"][0].as_str();
            assert_eq!(keyword, Some(format!("{prefix}_").as_str()));
            assert!(detector["name"].as_str().is_some());
        }
    }
    assert!(!folder.path.join("data").exists(), "no database is needed for that");
}

#[actix_web::test]
async fn a_prefix_that_live_tokens_still_have_is_looked_for_too() {
    let folder = Folder::new();
    let file = |prefix: &str| {
        let text = format!("prefix = \"{prefix}\"\n[[services]]\nkey = \"git\"\n");
        std::fs::write(folder.path.join("latchkey.toml"), text).expect("a file");
    };
    file("lk");
    let seeded =
        folder.on_database(&["seed", "--people", "1", "--tokens", "2", "--secrets-to", "x"], "");
    assert!(seeded.status.success(), "{}", err(&seeded));
    file("old_one");
    let added = folder.on_database(&["caller", "add", "git"], "");
    assert!(added.status.success(), "{}", err(&added));
    file("acme_pat");
    for format in ["text", "gitleaks", "trufflehog"] {
        let printed = folder.on_database(&["token", "pattern", "--format", format], "");
        assert!(printed.status.success(), "{}", err(&printed));
        let printed = out(&printed);
        let place = |prefix: &str| printed.find(&format!("{prefix}_[0-9A-Za-z]{{36}}"));
        let places = ["acme_pat", "lk", "old_one"].map(|prefix| place(prefix).expect(prefix));
        assert!(places.is_sorted(), "today’s comes first: {printed}");
        assert!(printed.contains("lk_caller_[0-9A-Za-z]{46}"), "{printed}");
        if format == "gitleaks" {
            let rules: toml::Table = printed.parse().expect("TOML");
            let rules = rules["rules"].as_array().expect("rules");
            let ids: std::collections::BTreeSet<_> =
                rules.iter().map(|rule| rule["id"].as_str()).collect();
            assert_eq!((rules.len(), ids.len()), (6, 6), "each rule has a name of its own");
        }
    }
}
