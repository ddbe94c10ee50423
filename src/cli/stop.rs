//! How a command says that it could not do its work.

use crate::config::Mistakes;
use crate::domain::refusal::{Failure, Fault, Problem, Refusal};

/// Why a command ended without doing its work, in words for whoever typed it.
pub enum Stop {
    Mistakes(Mistakes),
    Said(String),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mistakes(mistakes) => mistakes.fmt(f),
            Self::Said(sentence) => f.write_str(sentence),
        }
    }
}

impl From<Mistakes> for Stop {
    fn from(mistakes: Mistakes) -> Self {
        Self::Mistakes(mistakes)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Said(fault.to_string())
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Broke(fault) => fault.into(),
            Failure::Refused(Refusal::Invalid(problems)) => {
                let line = |p: &Problem| match argument(p.field) {
                    "" => p.sentence.clone(),
                    argument => format!("{argument}: {}", p.sentence),
                };
                let lines: Vec<String> = problems.iter().map(line).collect();
                Self::Said(lines.join("\n"))
            }
            Failure::Refused(refusal) => Self::Said(format!("{refusal:?}")),
        }
    }
}

/// What a form's field is called on the command line; what concerns all of a form has no name.
fn argument(field: &str) -> &str {
    match field {
        "name" | "username" => "NAME",
        "service" => "SERVICE",
        "team" => "TEAM",
        "role" => "ROLE",
        "token" => "ID",
        "new" => "the password",
        "email" => "--email",
        "subject" => "--subject",
        "form" => "",
        field => field,
    }
}
