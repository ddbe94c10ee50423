//! Manual pages and completions, and that no command is missing in the docs: all made from the commands themselves.

use std::process::Command;

use crate::cli::{Folder, out};

#[actix_web::test]
async fn every_command_has_a_manual_page_completions_and_its_place_in_the_docs() {
    let work = Folder::new();
    let folder = work.path.join("man");
    work.run(&["man", "--out", &folder.to_string_lossy()]);
    let docs: String = [
        "README.md",
        "docs/operating.md",
        "docs/events.md",
        "docs/performance.md",
        "docs/gateways.md",
    ]
    .map(|file| std::fs::read_to_string(file).expect(file))
    .concat();
    let docs = docs.replace(' ', "-");
    let mut pages = Vec::new();
    for page in std::fs::read_dir(&folder).expect("the pages") {
        let path = page.expect("a page").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a page");
        assert!(text.starts_with(".ie") && text.contains(".SH NAME"), "{name}");
        if text.contains("\\-\\-json") {
            let row = format!("`{}`", name.trim_start_matches("latchkey-"));
            assert!(docs.contains(&row), "docs/operating.md has no row for the JSON of {name}");
        }
        assert!(docs.contains(&name), "no docs of {name}");
        pages.push(name);
    }
    for page in ["latchkey", "latchkey-user-set-role", "latchkey-team-add", "latchkey-completions"]
    {
        assert!(pages.iter().any(|name| name == page), "{page}: {pages:?}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = out(&work.run(&["completions", shell]));
        assert!(script.contains("identify") && script.contains("unused-since"), "{shell}");
    }
    let script = work.path.join("completions");
    std::fs::write(&script, out(&work.run(&["completions", "bash"]))).expect("a script");
    let read = Command::new("bash").arg("-n").arg(script).status();
    assert!(read.expect("bash").success());
}
