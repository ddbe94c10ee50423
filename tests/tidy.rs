//! The building inspector: floors, sizes, names, and that nothing stands without its test and its line in the docs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Every file below a folder with this ending, as a path from the project's root.
fn files(folder: &str, ending: &str) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    let name =
        |path: PathBuf| path.strip_prefix(root()).expect("inside").to_string_lossy().into_owned();
    let mut names: Vec<String> =
        found.into_iter().map(name).filter(|name| name.ends_with(ending)).collect();
    names.sort();
    names
}

/// What is wrong, all at once.
fn no_complaints(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Room, and the rooms it may import from.
const FLOORS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("mail", &["domain"]),
    ("provider", &["domain"]),
    ("manage", &["domain", "store", "mail", "provider"]),
    ("verify", &["domain", "store"]),
    ("web/pages", &["domain", "manage", "web"]),
    ("web/api", &["domain", "verify", "store", "web"]),
    ("web", &["domain", "manage", "verify", "store", "web"]),
    ("config", &["domain"]),
];

/// A file that may import what its room may not, and the room that is. Each has a record in `docs/decisions/`.
const DEVIATIONS: [(&str, &str); 1] = [("src/web/api/revoke.rs", "manage")];

/// Crates that live in some rooms alone.
const CRATES: [(&str, &[&str]); 26] = [
    ("sha2", &["domain"]),
    ("argon2", &["domain"]),
    ("rand", &["domain"]),
    ("subtle", &["domain"]),
    ("hmac", &["domain"]),
    ("zxcvbn", &["domain"]),
    ("webauthn_rs", &["domain"]),
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("actix_web", &["web", "server", "cli"]),
    ("actix_session", &["web", "server"]),
    ("askama", &["web", "mail"]),
    ("lettre", &["mail"]),
    ("hyper", &["provider"]),
    ("hyper_rustls", &["provider"]),
    ("hyper_util", &["provider"]),
    ("jsonwebtoken", &["provider"]),
    ("ring", &["provider"]),
    ("rustls", &["provider"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("csv", &["web", "cli"]),
    ("prometheus_client", &["web", "metrics"]),
    ("toml", &["config"]),
    ("tokio", &["store", "provider", "manage", "verify", "server", "sinks", "cli"]),
];

fn room(file: &str) -> &str {
    let inside = file.strip_prefix("src/").expect("a source file");
    for room in ["web/pages", "web/api"] {
        if inside.starts_with(room) {
            return room;
        }
    }
    inside.split(['/', '.']).next().expect("a name")
}

#[test]
fn arrows_point_downward() {
    let mut complaints = Vec::new();
    for file in files("src", ".rs") {
        let Some((_, may)) = FLOORS.iter().find(|(name, _)| *name == room(&file)) else { continue };
        let own = room(&file).split('/').next().expect("a room");
        for (at, line) in read(&file).lines().enumerate() {
            for part in line.split("crate::").skip(1) {
                let other =
                    part.split(|c: char| !c.is_alphanumeric() && c != '_').next().expect("a word");
                let agreed = DEVIATIONS.contains(&(file.as_str(), other));
                if other != own
                    && !may.contains(&other)
                    && !agreed
                    && !line.trim_start().starts_with("//")
                {
                    complaints.push(format!("{file}:{}: {own} reaches for {other}", at + 1));
                }
            }
        }
    }
    no_complaints(complaints);
}

#[test]
fn crates_stay_in_their_rooms() {
    let mut complaints = Vec::new();
    for file in files("src", ".rs") {
        let text = read(&file);
        for (name, rooms) in CRATES {
            let used = text.lines().any(|line| {
                let line = line.trim_start();
                line.starts_with(&format!("use {name}::"))
                    || (!line.starts_with("//") && line.contains(&format!(" {name}::")))
            });
            let own = room(&file).split('/').next().expect("a room");
            if used && !rooms.contains(&own) {
                complaints.push(format!("{file} uses {name}"));
            }
        }
    }
    no_complaints(complaints);
}

#[test]
fn the_domain_knows_no_frameworks_derives() {
    for file in files("src/domain", ".rs") {
        let text = read(&file);
        for word in [
            "Serialize",
            "Queryable",
            "Insertable",
            "Template)",
            "tokio",
            "async fn",
            "std::fs",
            "std::env",
        ] {
            let found = text
                .lines()
                .any(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(!found, "{file}: {word}");
        }
    }
}

#[test]
fn rooms_are_small() {
    let mut complaints = Vec::new();
    for (folder, ending, most) in [
        ("src", ".rs", 300),
        ("tests", ".rs", 300),
        ("benches", ".rs", 300),
        ("templates", ".html", 120),
        ("static", ".js", 300),
    ] {
        for file in files(folder, ending) {
            let lines = read(&file).lines().count();
            if lines > most && !file.ends_with("schema.rs") && file != "tests/tidy.rs" {
                complaints.push(format!("{file} has {lines} lines, at most {most}"));
            }
        }
    }
    for file in ["src", "tests", "benches"].into_iter().flat_map(|folder| files(folder, ".rs")) {
        complaints.extend(long_functions(&file));
    }
    no_complaints(complaints);
}

/// rustfmt puts a function's last brace where its first word stands.
fn long_functions(file: &str) -> Vec<String> {
    const MOST: usize = 40;
    let text = read(file);
    let lines: Vec<&str> = text.lines().collect();
    let mut complaints = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = &line[..line.len() - code.len()];
        let starts = [
            "fn ",
            "pub fn ",
            "pub(super) fn ",
            "async fn ",
            "pub async fn ",
            "pub(super) async fn ",
        ];
        if !starts.iter().any(|start| code.starts_with(start)) {
            continue;
        }
        let end = format!("{indent}}}");
        let length = lines[at..].iter().position(|line| *line == end).unwrap_or(0) + 1;
        if length > MOST {
            complaints.push(format!("{file}:{}: {length} lines, at most {MOST}: {code}", at + 1));
        }
    }
    complaints
}

/// The routes as `src/web/routes.rs` has them: path, and the handlers behind it.
fn routes() -> Vec<(String, Vec<String>)> {
    let text = read("src/web/routes.rs");
    let mut routes = Vec::new();
    for part in text.split("resource(\"").skip(1) {
        let path = part.split('"').next().expect("a path").to_owned();
        let handlers = part.split(['(', ')']).filter(|word| {
            word.contains("::") && word.chars().all(|c| c.is_alphanumeric() || "_:".contains(c))
        });
        routes.push((path, handlers.map(str::to_owned).collect()));
    }
    assert!(routes.len() > 10, "{routes:?}");
    routes
}

#[test]
fn every_route_has_a_test_and_a_line_in_the_docs() {
    let tests: String = files("tests/all", ".rs").iter().map(|file| read(file)).collect();
    let docs = read("ARCHITECTURE.md") + &read("docs/api.md");
    let mut complaints = Vec::new();
    for (path, _) in routes() {
        let path = match path.as_str() {
            "/{name}" => "/static/",
            "/verify/{path:.*}" => "/verify/",
            path => path,
        };
        if !tests.contains(&format!("\"{path}")) && !tests.contains(&format!("`{path}")) {
            complaints.push(format!("{path} has no test"));
        }
        if !docs.contains(&format!("`{path}")) {
            complaints.push(format!("{path} has no line in ARCHITECTURE.md or docs/api.md"));
        }
    }
    no_complaints(complaints);
}

#[test]
fn every_form_is_in_the_list_that_the_forgery_tests_walk() {
    let listed = read("tests/all/forms.rs");
    for (path, handlers) in routes() {
        // Machines have no cookie that another site could borrow.
        let handlers = handlers.iter().filter(|handler| {
            let module = handler.split("::").next().expect("a module");
            !root().join(format!("src/web/api/{module}.rs")).exists()
        });
        let changes = handlers
            .into_iter()
            .any(|h| ["create", "update", "destroy"].iter().any(|verb| h.ends_with(verb)));
        assert!(!changes || listed.contains(&format!("\"{path}\",")), "{path} is missing in FORMS");
    }
}

#[test]
fn a_page_has_one_name_everywhere() {
    let verbs = ["index", "show", "new", "create", "edit", "update", "destroy"];
    for (path, handlers) in routes() {
        for handler in handlers {
            let (module, verb) = handler.split_once("::").expect("module::verb");
            if ["gateway", "health", "files"].contains(&module) {
                continue;
            }
            assert!(verbs.contains(&verb), "{path}: {handler} is none of the seven verbs");
            let folder = format!("src/web/pages/{module}.rs");
            let place = if root().join(&folder).exists() {
                folder
            } else {
                format!("src/web/api/{module}.rs")
            };
            assert!(root().join(&place).exists(), "{path}: {place}");
            let test = [
                format!("tests/all/{module}.rs"),
                format!("tests/all/{module}/mod.rs"),
                format!("tests/all/api/{module}.rs"),
            ];
            assert!(
                test.iter().any(|test| root().join(test).exists()),
                "{module} has no file of tests"
            );
        }
    }
}

#[test]
fn templates_escape_everything_and_macros_say_what_they_take() {
    for file in files("templates", ".html") {
        let text = read(&file);
        for word in ["|safe", "| safe", "|escape(", "escape=\"none\""] {
            assert!(!text.contains(word), "{file}: {word}");
        }
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            if let Some(name) = line.strip_prefix("{% macro ") {
                let call = &name[..=name.find(')').expect("its parameters")];
                let told = at.checked_sub(1).is_some_and(|before| lines[before].contains(call));
                assert!(told, "{file}:{}: say what {call} takes", at + 1);
            }
        }
    }
}

#[test]
fn whoever_is_asked_for_the_password_is_asked_for_a_passkey_too() {
    // Signing in has a form of its own for it, and a new password asks for the old one itself.
    let others = ["templates/sign_in/new.html", "templates/account/password.html"];
    for file in files("templates", ".html") {
        let text = read(&file);
        let asks = text.contains("autocomplete=\"current-password\"");
        let offers = text.contains("{% include \"_passkey.html\" %}");
        assert!(asks == offers || others.contains(&file.as_str()), "{file} has no passkey");
    }
}

#[test]
fn only_one_page_shows_a_tokens_value() {
    for file in files("src", ".rs") {
        let code = read(&file);
        let code = code.split("#[cfg(test)]").next().expect("code");
        let may =
            ["src/domain/secret.rs", "src/domain/secret_tests.rs", "src/web/pages/secrets.rs"];
        // A caller's secret, which is no token.
        let callers = ["src/cli/callers.rs", "src/web/pages/callers/show.rs"];
        let may = may.contains(&file.as_str()) || callers.contains(&file.as_str());
        // A database full of tokens to measure with is worth nothing without their values.
        let may = may || file == "src/cli/seed.rs";
        assert!(may || !code.contains(".expose()"), "{file} reads a secret");
    }
}

#[test]
fn nothing_is_left_half_done() {
    let marks = ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!(", "#[ignore", "dbg!("];
    for folder in
        ["src", "tests/all", "tests/support", "tests/browser", "templates", "static", "migrations"]
    {
        for file in files(folder, "") {
            let text = read(&file);
            for mark in marks {
                assert!(!text.contains(mark), "{file}: {mark}");
            }
        }
    }
}

#[test]
fn every_setting_is_documented_as_flag_variable_and_key() {
    let docs = read("docs/operating.md");
    for setting in &latchkey::config::SETTINGS {
        for name in [format!("--{}", setting.flag()), setting.variable(), setting.key.to_owned()] {
            assert!(docs.contains(&name), "docs/operating.md lacks {name}");
        }
    }
}

#[test]
fn every_test_that_the_security_page_names_exists() {
    let tests: String = ["src", "tests"]
        .into_iter()
        .flat_map(|folder| files(folder, ".rs"))
        .map(|file| read(&file))
        .collect();
    let page = read("docs/security.md");
    let named = page.split('`').skip(1).step_by(2).filter(|word| word.matches('_').count() >= 3);
    let named: BTreeSet<&str> = named
        .filter(|word| {
            word.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
        })
        .collect();
    assert!(named.len() > 40, "the table names its tests");
    let missing: Vec<&str> =
        named.into_iter().filter(|name| !tests.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "docs/security.md names tests that are not there: {missing:?}");
}

/// Licences that ask for no more than a notice.
const PERMISSIVE: [&str; 10] = [
    "MIT",
    "Apache-2.0",
    "0BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "PostgreSQL",
    "BSL-1.0",
];
/// Used by the tests alone, to read pages; MPL-2.0.
const TESTS_ALONE: [&str; 4] = ["cssparser", "cssparser-macros", "dtoa-short", "selectors"];
/// Only in a build with the feature `passkeys`; MPL-2.0.
const PASSKEYS_ALONE: [&str; 5] = [
    "crypto-glue",
    "webauthn-attestation-ca",
    "webauthn-rs",
    "webauthn-rs-core",
    "webauthn-rs-proto",
];

#[test]
fn every_dependency_has_a_permissive_licence() {
    licences_but_for(&[], &TESTS_ALONE);
    licences_but_for(&["--features=passkeys"], &[&TESTS_ALONE[..], &PASSKEYS_ALONE].concat());
}

fn licences_but_for(features: &[&str], others: &[&str]) {
    let words = [
        "metadata",
        "--format-version=1",
        "--locked",
        "--filter-platform=x86_64-unknown-linux-gnu",
    ];
    let words = [&words[..], features].concat();
    let output = std::process::Command::new(env!("CARGO"))
        .current_dir(root())
        .args(words)
        .output()
        .expect("cargo");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100);
    let any = |part: &str| {
        let mut choices = part.split(" OR ").flat_map(|choice| choice.split('/'));
        choices.any(|licence| PERMISSIVE.contains(&licence.trim_matches(['(', ')', ' '])))
    };
    let complaints = packages.iter().filter_map(|package| {
        let name = package["name"].as_str().expect("a name");
        let licence = package["license"].as_str().unwrap_or("none");
        let fine = licence.split(" AND ").all(any) || others.contains(&name);
        (!fine).then(|| format!("{name}: {licence}"))
    });
    no_complaints(complaints.collect());
}
