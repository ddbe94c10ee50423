//! `latchkey explain`: why a request with a token would pass, or not, as text or JSON.

use std::io::Write;
use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::{Stop, block_on, clock, database};
use crate::config::Config;
use crate::domain::explanation::{Asked, Mark, Step};
use crate::domain::id::TokenId;
use crate::domain::refusal::{Failure, Refusal};
use crate::manage::Rules;
use crate::manage::explanations::Explained;
use crate::web::answers::{self, Answer};

/// The code of a request that would not pass; 1 and 2 say that nothing could be told.
const WOULD_NOT_PASS: u8 = 3;

#[derive(Args)]
pub struct Explain {
    /// The token's id, as X-Token-Id and the address of its page have it; never its value
    token: String,
    /// The HTTP method of the request, such as GET
    method: String,
    /// Its address, or its path
    url: String,
    /// The client's address; left out, addresses are not looked at
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// The service that the gateway names; left out, the catalogue's paths say which it is
    #[arg(long, value_name = "KEY")]
    service: Option<String>,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// The names of these fields are documented, and stay.
#[derive(Serialize)]
struct Told<'a> {
    token: &'a str,
    name: &'a str,
    person: &'a str,
    method: &'a str,
    target: &'a str,
    service: Option<&'a str>,
    from: Option<IpAddr>,
    passes: bool,
    needs: Option<String>,
    steps: Vec<ToldStep<'a>>,
    answers: Vec<ToldAnswer<'a>>,
}

#[derive(Serialize)]
struct ToldStep<'a> {
    step: &'a str,
    /// `yes`, `no`, or `open` where it was not asked.
    holds: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct ToldAnswer<'a> {
    gateways: &'a [&'static str],
    status: u16,
    /// Pairs of name and value.
    headers: &'a [(String, String)],
    body: &'a str,
}

pub fn explain(config: &Config, typed: &Explain) -> Result<ExitCode, Stop> {
    let asked = asked(typed).map_err(Stop::Said)?;
    let (explained, rules) = look_up(config, typed, &asked)?;
    let Explained { known, explanation } = &explained;
    let answers = answers::of(explanation, known, &rules, clock().now());
    let written = if typed.json {
        json(&asked, &explained, &answers)?
    } else {
        text(&asked, &explained, &answers)
    };
    let said = |e| Stop::Said(format!("writing the answer: {e}"));
    std::io::stdout().lock().write_all(written.as_bytes()).map_err(said)?;
    let passes = explanation.verdict.is_ok();
    Ok(if passes { ExitCode::SUCCESS } else { ExitCode::from(WOULD_NOT_PASS) })
}

fn asked(typed: &Explain) -> Result<Asked, String> {
    let address = |text: &String| {
        text.parse::<IpAddr>().map_err(|_| format!("--from: “{text}” is no IP address"))
    };
    Ok(Asked {
        method: Asked::method(&typed.method)?,
        target: Asked::target(&typed.url)?,
        service: typed.service.clone(),
        address: typed.from.as_ref().map(address).transpose()?,
    })
}

fn look_up(
    config: &Config,
    typed: &Explain,
    asked: &Asked,
) -> Result<(Explained, Arc<Rules>), Stop> {
    let unknown = || Stop::Said("there is no token with this id".to_owned());
    let shape = "a token’s id is 16 letters and digits; its value is not asked for";
    let id = TokenId::parse(&typed.token).ok_or_else(|| Stop::Said(shape.to_owned()))?;
    let manage = database::existing(config)?;
    let explained = block_on(manage.explain_any(id, asked.clone(), clock().now()));
    let explained = explained.map_err(|failure| match failure {
        Failure::Refused(Refusal::NotFound) => unknown(),
        failure => failure.into(),
    });
    Ok((explained?, manage.rules()))
}

fn holds(mark: Mark) -> &'static str {
    match mark {
        Mark::Passes => "yes",
        Mark::Fails => "no",
        Mark::Open => "open",
    }
}

fn text(asked: &Asked, explained: &Explained, answers: &[Answer]) -> String {
    let Explained { known, explanation } = explained;
    let token = &known.token;
    let from = asked.address.map(|address| format!(" from {address}")).unwrap_or_default();
    let mut text = format!(
        "“{}” {}… {}, of {}\n{} {}{from}\n\n",
        token.name.as_str(),
        token.hint,
        token.id.as_str(),
        known.owner.name.as_str(),
        asked.method,
        asked.target,
    );
    for Step { mark, name, detail } in &explanation.steps {
        text += &format!("  {:<5}{name:<17}{detail}\n", holds(*mark));
    }
    text += &match explanation.reason() {
        None => "\nIt would pass.\n".to_owned(),
        Some(step) => format!("\nIt would be refused. {}\n", step.detail),
    };
    for answer in answers {
        text += &format!("\n{}:\n{}", answer.dialects.join(", "), answer.text());
    }
    text
}

fn json(asked: &Asked, explained: &Explained, answers: &[Answer]) -> Result<String, Stop> {
    let Explained { known, explanation } = explained;
    let told = Told {
        token: known.token.id.as_str(),
        name: known.token.name.as_str(),
        person: known.owner.name.as_str(),
        method: &asked.method,
        target: &asked.target,
        service: asked.service.as_deref(),
        from: asked.address,
        passes: explanation.verdict.is_ok(),
        needs: explanation.need.as_ref().map(|need| need.scope()),
        steps: explanation
            .steps
            .iter()
            .map(|step| ToldStep { step: step.name, holds: holds(step.mark), detail: &step.detail })
            .collect(),
        answers: answers
            .iter()
            .map(|answer| ToldAnswer {
                gateways: &answer.dialects,
                status: answer.status,
                headers: &answer.headers,
                body: &answer.body,
            })
            .collect(),
    };
    let json = serde_json::to_string_pretty(&told);
    json.map(|json| json + "\n").map_err(|e| Stop::Said(format!("writing JSON: {e}")))
}
