//! The command line. Every setting is a flag of every command.

mod agreement;
mod callers;
mod configuration;
mod database;
mod demo;
mod events;
mod explain;
mod flags;
mod gateway;
mod identities;
mod links;
mod manuals;
mod patterns;
mod people;
mod policy;
mod seed;
mod serve;
mod service_accounts;
mod sessions;
mod settled;
mod stop;
mod teams;
mod tokens;
mod told;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, FromArgMatches, Parser, Subcommand};

use crate::config::Config;
pub use stop::Stop;

/// Personal access tokens for any platform, self-hosted, in one binary.
#[derive(Parser)]
#[command(name = "latchkey", version)]
struct Cli {
    /// The file with settings, policy and services; latchkey.toml is read if it is there
    #[arg(long, global = true, value_name = "FILE", env = "LATCHKEY_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages and verifications (the default)
    Serve,
    /// Manage people
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Manage the services that ask about tokens themselves
    Caller {
        #[command(subcommand)]
        command: callers::Command,
    },
    /// The activity log, checked and handed on
    Events {
        #[command(subcommand)]
        command: events::Command,
    },
    /// Manage owners of tokens that are no people
    ServiceAccount {
        #[command(subcommand)]
        command: service_accounts::Command,
    },
    /// Who is signed in where, and ending that
    Session {
        #[command(subcommand)]
        command: sessions::Command,
    },
    /// Look at and revoke anybody's tokens
    Token {
        #[command(subcommand)]
        command: tokens::Command,
    },
    /// Manage who is in which team
    Team {
        #[command(subcommand)]
        command: teams::Command,
    },
    /// Show or check settings and catalogue
    Config {
        #[command(subcommand)]
        command: configuration::Command,
    },
    /// Ask what a policy would mean for the tokens that there are
    Policy {
        #[command(subcommand)]
        command: policy::Command,
    },
    /// Say step by step why a request with a token would pass; the code is 3 if it would not
    Explain(explain::Explain),
    /// Print a complete configuration for a gateway in front of a service
    Gateway(gateway::Gateway),
    /// Fill an empty database with people and tokens in every state
    Demo,
    /// Fill an empty database with as many people and tokens as one wants to measure with
    Seed(seed::Seed),
    /// Write a manual page for each command
    Man {
        /// The folder that they are written to
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Print what a shell needs to complete these commands
    Completions { shell: clap_complete::Shell },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a person
    Add(AddUser),
    /// List people by name
    List(people::List),
    /// Show one person
    Show(people::Named),
    /// Give a person another role: it holds for their tokens at once
    SetRole {
        #[command(flatten)]
        of: people::Named,
        /// viewer, member or admin
        role: String,
    },
    /// End a person's sessions and have their tokens refused
    Disable(people::Named),
    /// Let a disabled person in again; their tokens work again with that
    Enable(people::Asked),
    /// Take the second factor, passkeys too, from somebody who has lost it, and end their sessions
    ResetSecondFactor(people::Named),
    /// Print a link for a person to set a new password with, once, within 72 hours
    ResetPassword(links::Reset),
    /// Have a person sign in with their account at the identity provider, too
    Link(identities::Link),
    /// Take that away again, and end their sessions
    Unlink(people::Named),
    /// End a person's account, and their tokens with it
    Delete(people::Asked),
}

#[derive(Args)]
struct AddUser {
    /// What they sign in with
    name: String,
    /// viewer, member or admin
    #[arg(long, default_value = "member")]
    role: String,
    /// What pages call them; the username when left out
    #[arg(long)]
    display_name: Option<String>,
    /// Their mail address, sent to services as an identity header
    #[arg(long)]
    email: Option<String>,
    /// Read the password from standard input, one line
    #[arg(long, conflicts_with = "password_file")]
    password_stdin: bool,
    /// Read the password from the first line of a file
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Print the person as JSON
    #[arg(long)]
    json: bool,
}

/// Runs what the command line asks for. Mistakes go to standard error and end in a code that isn't zero.
pub fn run() -> ExitCode {
    let matches = flags::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let file = cli.config;
    let command = cli.command.unwrap_or(Command::Serve);
    let serves = matches!(command, Command::Serve);
    let done = match command {
        Command::Config { command: configuration::Command::Sample } => {
            configuration::sample();
            Ok(ExitCode::SUCCESS)
        }
        Command::Man { out } => manuals::write(flags::command(), &out).map(|()| ExitCode::SUCCESS),
        Command::Completions { shell } => {
            manuals::complete(flags::command(), shell);
            Ok(ExitCode::SUCCESS)
        }
        command => {
            let read = |file: Option<&Path>| flags::load(file, &matches);
            read(file.as_deref()).and_then(|config| carry_out(command, &config, read))
        }
    };
    match done {
        Ok(code) => code,
        Err(Stop::Mistakes(mistakes)) => {
            let started = if serves { "nothing was started; " } else { "" };
            eprintln!("{mistakes}\nlatchkey: {started}mend this first");
            ExitCode::FAILURE
        }
        Err(Stop::Said(sentence)) => {
            eprintln!("latchkey: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// `read` reads the configuration again, from a file that has to be there if one is named.
fn carry_out(
    command: Command,
    config: &Config,
    read: impl Fn(Option<&Path>) -> Result<Config, Stop>,
) -> Result<ExitCode, Stop> {
    match command {
        Command::Serve => serve::run(config, read)?,
        Command::User { command } => people::run(config, command)?,
        Command::Caller { command } => callers::run(config, command)?,
        Command::Events { command } => return events::run(config, command),
        Command::ServiceAccount { command } => service_accounts::run(config, command)?,
        Command::Session { command } => sessions::run(config, command)?,
        Command::Token { command } => return tokens::run(config, command),
        Command::Team { command } => teams::run(config, command)?,
        Command::Config { command } => configuration::run(config, &command)?,
        Command::Policy { command } => return policy::run(config, &command),
        Command::Explain(asked) => return explain::explain(config, &asked),
        Command::Gateway(asked) => gateway::print(config, &asked)?,
        Command::Demo => demo::run(config)?,
        Command::Seed(seed) => seed::run(config, &seed)?,
        // Done before anything is read.
        Command::Man { .. } | Command::Completions { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// The system's clock, the one place where it is read.
#[expect(clippy::disallowed_methods, reason = "everything else is handed its time")]
fn clock() -> crate::domain::time::Clock {
    crate::domain::time::Clock::new(chrono::Utc::now)
}

/// Runs a command's work to its end.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(work)
}
