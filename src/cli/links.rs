//! `latchkey user reset-password`.

use std::io::Write;

use chrono::SecondsFormat;
use clap::Args;
use serde::Serialize;

use super::people::username;
use super::{Stop, block_on, clock};
use crate::config::Config;
use crate::domain::time::text_time;
use crate::server;

#[derive(Args)]
pub struct Reset {
    name: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A link. The names of its fields are documented, and stay.
#[derive(Serialize)]
struct Link<'a> {
    username: &'a str,
    link: &'a str,
    ends: String,
}

/// The link alone goes to standard output, so that it can be sent on from there; what there is to say, beside it.
pub fn reset(config: &Config, asked: &Reset) -> Result<(), Stop> {
    let name = username(&asked.name)?;
    let manage = server::manage(config, server::open_database(config)?)?;
    let handed = block_on(manage.reset_password(name, clock().now()))?;
    let (name, link) = (handed.user.name.as_str(), handed.link(&config.settings.own_url()));
    let ends = handed.ends.to_rfc3339_opts(SecondsFormat::Secs, true);
    let text = if asked.json {
        let json = serde_json::to_string_pretty(&Link { username: name, link: &link, ends });
        json.map_err(|e| Stop::Said(format!("writing JSON: {e}")))?
    } else {
        link
    };
    let shown = writeln!(std::io::stdout().lock(), "{text}");
    shown.map_err(|e| {
        Stop::Said(format!("the link could not be shown: {e}. Ask for another one"))
    })?;
    if !asked.json {
        eprintln!(
            "{name} sets a password with this link, once, until {}. Give it to nobody else.",
            text_time(handed.ends)
        );
    }
    Ok(())
}
