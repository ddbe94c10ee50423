//! `latchkey config`.

use clap::Subcommand;

use super::Stop;
use crate::config::{Config, SETTINGS, Source};

#[derive(Subcommand)]
pub enum Command {
    /// Print every setting, its value and where it comes from
    Show,
    /// Report every mistake in settings and catalogue
    Check,
    /// Print the commented sample file, to start one's own from
    Sample,
}

pub fn run(config: &Config, command: &Command) -> Result<(), Stop> {
    match command {
        Command::Show => show(config),
        Command::Check => check(config),
        Command::Sample => {
            sample();
            Ok(())
        }
    }
}

pub fn sample() {
    print!("{}", crate::config::SAMPLE);
}

fn show(config: &Config) -> Result<(), Stop> {
    for setting in &SETTINGS {
        let given = config.values.get(setting.key);
        let value = given.map_or(setting.default, |given| given.value.as_str());
        let value = match (setting.secret, given) {
            (true, Some(_)) => "(not shown)",
            _ => value,
        };
        let source = match given.map(|given| &given.source) {
            Some(Source::Flag) => format!("--{}", setting.flag()),
            Some(Source::Environment) => setting.variable(),
            Some(Source::Line(line)) => line.clone(),
            None => "default".to_owned(),
        };
        println!("{:<20} {:<28} {source}", setting.key, format!("{value:?}"));
    }
    Ok(())
}

/// Loading has found every mistake there is but those of this machine.
fn check(config: &Config) -> Result<(), Stop> {
    config.look_around().map_err(Stop::Mistakes)?;
    let services = config.catalogue.services().len();
    let plural = if services == 1 { "" } else { "s" };
    println!("No mistakes. {} knows {services} service{plural}.", config.instance);
    if let Some(open) = super::teams::unlimited(config) {
        println!("{open}");
    }
    match &config.settings.mailing {
        Some(mailing) => {
            let (relay, from) = (&mailing.relay, mailing.from.as_str());
            println!("Mails go out through {relay}, from {from}. None was sent now.");
        }
        None => println!(
            "No mails are sent: links to set a password are shown to administrators alone."
        ),
    }
    Ok(())
}
