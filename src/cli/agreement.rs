//! Asking before what can't be taken back, or brings back what was refused.

use std::io::{BufRead, IsTerminal};

use super::Stop;
use crate::domain::token::Token;

/// A token that an answer to the question concerns.
pub fn line(token: &Token) -> String {
    let paused = if token.paused.is_some() { "  (stays paused)" } else { "" };
    format!("  {}  {}{paused}", token.hint, token.name.as_str())
}

/// Names what comes back with somebody, and asks.
pub fn to_enable(name: &str, back: &[Token], yes: bool) -> Result<(), Stop> {
    if back.is_empty() {
        return Ok(());
    }
    ask(&format!("These tokens come back with {name}:"), back, "Enable them all?", yes)
}

/// Names what ends with somebody, and asks.
pub fn to_delete(name: &str, ended: &[Token], yes: bool) -> Result<(), Stop> {
    let first = match ended {
        [] => format!("No live token ends with {name}."),
        _ => format!("These tokens end with {name}:"),
    };
    ask(&first, ended, &format!("Delete {name} for good?"), yes)
}

/// At a terminal; a script says `--yes`, else it is told what there was to decide.
fn ask(first: &str, tokens: &[Token], question: &str, yes: bool) -> Result<(), Stop> {
    if yes {
        return Ok(());
    }
    eprintln!("{first}");
    tokens.iter().for_each(|token| eprintln!("{}", line(token)));
    if !std::io::stdin().is_terminal() {
        let why = "there is no terminal to ask at, so nothing was changed: --yes answers yes";
        return Err(Stop::Said(why.to_owned()));
    }
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.map_err(|e| Stop::Said(format!("reading the answer: {e}")))?;
    let agrees = ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str());
    agrees.then_some(()).ok_or_else(|| Stop::Said("nothing was changed".to_owned()))
}
