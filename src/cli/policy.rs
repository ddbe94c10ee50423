//! `latchkey policy check`: what another file would not give any more, as text, JSON or CSV.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::{Stop, block_on, clock, database};
use crate::config::{Config, Values};
use crate::domain::review::{Breach, Marked};
use crate::domain::text::inert;

/// The code of a check that has found something; 1 and 2 say that there was none.
const BREACHED: u8 = 3;

#[derive(Subcommand)]
pub enum Command {
    /// List what FILE would not give any more, without applying it; the code is 3 if there is anything
    Check {
        /// A file with settings, policy and services, as --config takes it
        file: PathBuf,
        /// How the list is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Text,
    Json,
    Csv,
}

/// One line of the answer. The names of its fields are documented, and stay.
#[derive(Serialize)]
struct Row<'a> {
    person: &'a str,
    token: Option<&'a str>,
    name: Option<&'a str>,
    hint: Option<&'a str>,
    breach: &'a str,
}

impl<'a> Row<'a> {
    fn of(breach: &'a Breach) -> Self {
        let token = breach.token.as_ref();
        Self {
            person: breach.person.as_str(),
            token: token.map(|token| token.id.as_str()),
            name: token.map(|token| token.name.as_str()),
            hint: token.map(|token| token.hint.as_str()),
            breach: &breach.sentence,
        }
    }
}

pub fn run(config: &Config, command: &Command) -> Result<ExitCode, Stop> {
    let Command::Check { file, format } = command;
    check(config, file, *format)
}

fn check(config: &Config, file: &Path, format: Format) -> Result<ExitCode, Stop> {
    // Of the other file alone: flags and environment belong to the present one.
    let other = Config::load(Some(file), Values::new())?;
    let breaches = breaches(config, &other)?;
    let answer = match format {
        Format::Text => text(&file.display().to_string(), &breaches),
        Format::Json => json(&breaches)?,
        Format::Csv => csv(&breaches)?,
    };
    let said = |e| Stop::Said(format!("writing the answer: {e}"));
    std::io::stdout().lock().write_all(answer.as_bytes()).map_err(said)?;
    Ok(if breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(BREACHED) })
}

fn breaches(config: &Config, other: &Config) -> Result<Vec<Breach>, Stop> {
    let manage = database::existing(config)?;
    let (policy, catalogue) = (other.policy.clone(), other.catalogue.clone());
    Ok(block_on(manage.review(policy, catalogue, clock().now()))?)
}

fn text(file: &str, breaches: &[Breach]) -> String {
    let mut lines = vec![format!(
        "Existing tokens keep working until their own end, with access cut down to what {file} offers."
    )];
    let mut before: Option<&Breach> = None;
    for breach in breaches {
        if before.is_none_or(|before| before.person != breach.person) {
            lines.push(format!("\n{}", breach.person.as_str()));
        }
        let subject = |breach: &Breach| breach.token.as_ref().map(|token| token.id.clone());
        if before.is_none_or(|before| subject(before) != subject(breach))
            && let Some(Marked { id, name, hint }) = &breach.token
        {
            lines.push(format!("  “{}” {hint}… {}", name.as_str(), id.as_str()));
        }
        let indent = if breach.token.is_some() { "    " } else { "  " };
        lines.push(format!("{indent}{}", breach.sentence));
        before = Some(breach);
    }
    lines.push(format!("\n{}\n", count(breaches)));
    lines.join("\n")
}

fn count(breaches: &[Breach]) -> String {
    if breaches.is_empty() {
        return "Nothing breaks.".to_owned();
    }
    let some = |count: usize, one: &str, more: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {more}"),
    };
    let mut tokens: Vec<&str> =
        breaches.iter().filter_map(|b| Some(b.token.as_ref()?.id.as_str())).collect();
    tokens.dedup();
    let mut people: Vec<&str> = breaches.iter().map(|breach| breach.person.as_str()).collect();
    people.dedup();
    format!(
        "{}: {}, {}.",
        some(breaches.len(), "breach", "breaches"),
        some(tokens.len(), "token", "tokens"),
        some(people.len(), "person", "people"),
    )
}

fn json(breaches: &[Breach]) -> Result<String, Stop> {
    let rows: Vec<Row<'_>> = breaches.iter().map(Row::of).collect();
    let json = serde_json::to_string_pretty(&rows);
    json.map(|json| json + "\n").map_err(|e| Stop::Said(format!("writing JSON: {e}")))
}

/// RFC 4180, with a header.
fn csv(breaches: &[Breach]) -> Result<String, Stop> {
    let said = |e: String| Stop::Said(format!("writing CSV: {e}"));
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut write =
        |cells: [&str; 5]| writer.write_record(cells.map(inert)).map_err(|e| said(e.to_string()));
    write(["person", "token", "name", "hint", "breach"])?;
    for row in breaches.iter().map(Row::of) {
        let [token, name, hint] = [row.token, row.name, row.hint].map(Option::unwrap_or_default);
        write([row.person, token, name, hint, row.breach])?;
    }
    let bytes = writer.into_inner().map_err(|e| said(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| said(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::TokenId;
    use crate::domain::token::TokenName;
    use crate::domain::user::UserName;

    fn breach(person: &str, token: Option<&str>, sentence: &str) -> Breach {
        let marked = |name: &str| Marked {
            id: TokenId::parse("OmLSUepXEZEWZAYV").expect("an id"),
            name: TokenName::from_stored(name.to_owned()),
            hint: "lk_FZHZ".to_owned(),
        };
        Breach {
            person: UserName::from_stored(person.to_owned()),
            token: token.map(marked),
            sentence: sentence.to_owned(),
        }
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_made_text() {
        for start in ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"] {
            assert_eq!(inert(&format!("{start}cmd")), format!("'{start}cmd"));
        }
        assert_eq!([inert("CI"), inert(""), inert("a=b")], ["CI", "", "a=b"]);
        let breaches =
            [breach("ada", Some("=a,\"b\"\nc"), "never expires"), breach("bo", None, "x")];
        let written = csv(&breaches).unwrap_or_default();
        assert_eq!(
            written,
            "person,token,name,hint,breach\r\nada,OmLSUepXEZEWZAYV,\"'=a,\"\"b\"\"\nc\",lk_FZHZ,never expires\r\nbo,,,,x\r\n"
        );
    }

    #[test]
    fn text_is_grouped_by_person_and_token() {
        let breaches = [
            breach("ada", None, "has 5 tokens"),
            breach("ada", Some("CI"), "never expires"),
            breach("ada", Some("CI"), "loses Git"),
            breach("bo", None, "has 6 tokens"),
        ];
        let written = text("new.toml", &breaches);
        let (_, rest) = written.split_once("\n\n").expect("a first line");
        let token = "  “CI” lk_FZHZ… OmLSUepXEZEWZAYV\n    never expires\n    loses Git\n";
        let people = format!("ada\n  has 5 tokens\n{token}\nbo\n  has 6 tokens\n");
        assert_eq!(rest, format!("{people}\n4 breaches: 1 token, 2 people.\n"));
        assert!(text("new.toml", &[]).ends_with("\n\nNothing breaks.\n"));
    }
}
