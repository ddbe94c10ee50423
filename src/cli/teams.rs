//! `latchkey team`: who is in which team.

use clap::Subcommand;

use super::told::{PersonTold, TeamTold, json, say};
use super::{Stop, block_on, clock, database, people, settled};
use crate::config::Config;
use crate::domain::user::User;
use crate::manage::teams::Overview;

#[derive(Subcommand)]
pub enum Command {
    /// List the teams, what they may do, and how many are in each
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show who is in a team
    Show {
        /// The team's key
        team: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Put a person into a team of the file: it holds for their tokens at once
    Add(Membership),
    /// Take a person out of a team: it holds for their tokens at once
    Remove(Membership),
}

#[derive(clap::Args)]
pub struct Membership {
    /// The team's key
    team: String,
    /// Their username
    name: String,
    /// Print the person as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(config: &Config, command: Command) -> Result<(), Stop> {
    let manage = database::existing(config)?;
    match command {
        Command::List { json: as_json } => {
            let teams = block_on(manage.teams())?;
            if as_json {
                return json(&teams.iter().map(|team| told(team, None)).collect::<Vec<_>>());
            }
            list(config, &teams)
        }
        Command::Show { team, json: as_json } => {
            let (team, members) = block_on(manage.team(&team))?;
            if as_json {
                return json(&told(&team, Some(&members)));
            }
            say(&format!("{}\n", line(&team)))?;
            members.iter().try_for_each(|user| {
                let (name, called) = (user.name.as_str(), user.display_name.as_str());
                say(&format!("  {name:<20} {:<7} {called}\n", user.role.as_str()))
            })
        }
        Command::Add(Membership { team, name, json }) => {
            let joined = manage.join_team(&team, people::username(&name)?, clock().now());
            done(&block_on(joined)?, json, &format!("is in {team} now"))
        }
        Command::Remove(Membership { team, name, json }) => {
            let left = manage.leave_team(&team, people::username(&name)?, clock().now());
            done(&block_on(left)?, json, &format!("is not in {team} any more"))
        }
    }
}

fn done(user: &User, as_json: bool, words: &str) -> Result<(), Stop> {
    settled::everywhere();
    if as_json {
        return json(&PersonTold::of(user));
    }
    say(&format!("{} {words}.\n", user.name.as_str()))
}

fn told<'a>(team: &'a Overview, members: Option<&'a [User]>) -> TeamTold<'a> {
    let known = team.team.as_ref();
    let services = known.into_iter().flat_map(|team| &team.services);
    TeamTold {
        key: team.key.as_str(),
        name: known.map(|team| team.name.as_str()),
        known: known.is_some(),
        services: services.map(|(key, access)| (key.as_str(), access.as_str())).collect(),
        people: team.people,
        members: members.map(|all| all.iter().map(|user| user.name.as_str()).collect()),
    }
}

fn list(config: &Config, teams: &[Overview]) -> Result<(), Stop> {
    if teams.is_empty() {
        return say("The file has no teams: what people may do follows from their roles alone.\n");
    }
    teams.iter().try_for_each(|team| say(&format!("{}\n", line(team))))?;
    unlimited(config).map_or(Ok(()), |open| say(&format!("{open}\n")))
}

fn line(team: &Overview) -> String {
    let people = if team.people == 1 { "person" } else { "people" };
    let (key, count) = (team.key.as_str(), format!("{} {people}", team.people));
    let Some(known) = &team.team else {
        return format!("{key:<20} {count:<12} gone from the file: gives nothing");
    };
    let given = known.services.iter();
    let given = given.map(|(key, access)| format!("{}:{}", key.as_str(), access.as_str()));
    let given = given.collect::<Vec<_>>().join(" ");
    format!("{key:<20} {count:<12} {}  {given}", known.name).trim_end().to_owned()
}

/// The services that no team names, where there are teams: a line that says that they are open to all.
pub fn unlimited(config: &Config) -> Option<String> {
    let catalogue = &config.catalogue;
    let open: Vec<&str> = catalogue.unlimited().map(|service| service.key.as_str()).collect();
    let says = match open.as_slice() {
        [] => "Every service is limited by a team.".to_owned(),
        open => format!("Limited by no team, open by role alone: {}.", open.join(", ")),
    };
    (!catalogue.teams().is_empty()).then_some(says)
}
