//! Every setting as a flag of every command.

use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory};

use super::{Cli, Stop};
use crate::config::{Config, Given, SETTINGS, Source, Values};

/// The command line with every setting as a flag. Commands beside the server take them all, and tell of the database's
/// alone: what they are for would be lost among the others. Those that are about settings tell of all.
pub fn command() -> clap::Command {
    let root = Cli::command();
    let names: Vec<String> = root.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let beside = names.into_iter().filter(|name| name != "serve" && name != "config");
    let quiet = || flags().map(|flag| flag.clone().hide(flag.get_id() != "database_url"));
    let tell = |c: clap::Command| c.args(quiet()).after_help(ELSEWHERE);
    beside.fold(root.args(flags()), |root, name| root.mut_subcommand(name, tell))
}

const ELSEWHERE: &str = "Every setting that `latchkey serve --help` lists can be given here, too.";

fn flags() -> impl Iterator<Item = Arg> {
    SETTINGS.iter().map(|setting| {
        Arg::new(setting.key)
            .long(setting.flag())
            .env(setting.variable())
            .hide_env_values(true)
            .global(true)
            .help_heading("Settings")
            .value_name("VALUE")
            .help(match setting.default {
                "" => setting.help.to_owned(),
                default => format!("{} [default: {default}]", setting.help),
            })
    })
}

pub fn load(path: Option<&Path>, matches: &ArgMatches) -> Result<Config, Stop> {
    let mut given = Values::new();
    for setting in &SETTINGS {
        let source = match innermost(matches).value_source(setting.key) {
            Some(ValueSource::CommandLine) => Source::Flag,
            Some(ValueSource::EnvVariable) => Source::Environment,
            _ => continue,
        };
        if let Some(value) = innermost(matches).get_one::<String>(setting.key) {
            given.insert(setting.key, Given { value: value.clone(), source });
        }
    }
    Ok(Config::load(path, given)?)
}

/// Global flags reach the innermost subcommand's matches, wherever they stood.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| innermost(inner))
}
