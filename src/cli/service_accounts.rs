//! `latchkey service-account`: owners of tokens that are no people, and belong to a team.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::people::username;
use super::told::{AccountTold, TokenTold, json, say};
use super::{Stop, agreement, block_on, clock, database, settled};
use crate::config::Config;
use crate::domain::refusal::{Failure, Problems};
use crate::domain::token::Token;
use crate::domain::user::{DisplayName, UserName};
use crate::manage::Manage;
use crate::manage::service_accounts::{Hand, NewAccount, Overview};

#[derive(Subcommand)]
pub enum Command {
    /// Add a service account of a team of the file
    Add {
        #[command(flatten)]
        of: Named,
        /// The key of the team whose people look after it
        #[arg(long)]
        team: String,
        /// What pages call it; the username when left out
        #[arg(long = "name", value_name = "DISPLAY")]
        display_name: Option<String>,
    },
    /// List service accounts by name
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one with its tokens
    Show(Named),
    /// Put one into the hands of another team: it holds for its tokens at once
    HandOver {
        #[command(flatten)]
        of: Named,
        /// The key of the new team
        #[arg(long)]
        team: String,
    },
    /// Have its tokens refused
    Disable(Named),
    /// Let its tokens work again
    Enable(Asked),
    /// End one, and its tokens with it
    Delete(Asked),
}

#[derive(Args)]
pub struct Named {
    /// Its username
    #[arg(value_name = "NAME")]
    username: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Asked {
    #[command(flatten)]
    of: Named,
    /// Don't ask: a script has to say so
    #[arg(long)]
    yes: bool,
}

pub fn run(config: &Config, command: Command) -> Result<(), Stop> {
    let manage = database::existing(config)?;
    match command {
        Command::Add { of, team, display_name } => add(&manage, &of, team, display_name),
        Command::List { json: as_json } => {
            let all = block_on(manage.all_service_accounts())?;
            if as_json {
                return json(&all.iter().map(told).collect::<Vec<_>>());
            }
            all.iter().try_for_each(|seen| say(&line(seen)))
        }
        Command::Show(of) => show(config, &manage, &of),
        Command::HandOver { of, team } => {
            let name = username(&of.username)?;
            let now = clock().now();
            block_on(manage.hand_over(Hand::Operator, name, None, team.clone(), now))?;
            done(&manage, &of, &format!("is in the hands of {team} now"))
        }
        Command::Disable(of) => {
            let name = username(&of.username)?;
            block_on(manage.disable_account(Hand::Operator, name, clock().now()))?;
            done(&manage, &of, "is disabled: its tokens are refused")
        }
        Command::Enable(of) => enable(config, &manage, &of),
        Command::Delete(of) => delete(config, &manage, &of),
    }
}

fn add(
    manage: &Manage,
    of: &Named,
    team: String,
    display_name: Option<String>,
) -> Result<(), Stop> {
    let name = username(&of.username)?;
    let display_name = match display_name {
        Some(text) => {
            let wrong = |e| Stop::from(Failure::from(Problems::one("name", e)));
            DisplayName::parse(&text).map_err(wrong)?
        }
        None => DisplayName::from(&name),
    };
    let new = NewAccount { name, display_name, team: team.clone() };
    block_on(manage.add_service_account(Hand::Operator, new, clock().now()))?;
    done(manage, of, &format!("is there: the people of {team} generate its tokens"))
}

/// Says what was done, or prints the account as it is now.
fn done(manage: &Manage, of: &Named, words: &str) -> Result<(), Stop> {
    settled::everywhere();
    if of.json {
        let seen = block_on(manage.service_account(username(&of.username)?))?;
        return json(&told(&seen));
    }
    say(&format!("{} {words}.\n", username(&of.username)?.as_str()))
}

fn told(seen: &Overview) -> AccountTold<'_> {
    AccountTold::of(seen, clock().now())
}

fn line(seen: &Overview) -> String {
    let (account, live) = (&seen.account, seen.live(clock().now()));
    let tokens = if live == 1 { "1 live token".to_owned() } else { format!("{live} live tokens") };
    let gone = if seen.team.is_none() { "  team gone from the file" } else { "" };
    let disabled = if account.disabled.is_some() { "  disabled" } else { "" };
    let (name, team) = (account.name.as_str(), seen.owner.as_str());
    let called = account.display_name.as_str();
    format!("{name:<20} {team:<16} {tokens:<15} {called}{gone}{disabled}\n")
}

/// An account with its tokens.
#[derive(Serialize)]
struct WithTokens<'a> {
    service_account: AccountTold<'a>,
    tokens: Vec<TokenTold<'a>>,
}

fn with_tokens<'a>(config: &Config, seen: &'a Overview, tokens: &'a [Token]) -> WithTokens<'a> {
    let (now, account) = (clock().now(), &seen.account);
    let tokens = tokens.iter().map(|token| TokenTold::of(token, account, &config.catalogue, now));
    WithTokens { tokens: tokens.collect(), service_account: told(seen) }
}

fn show(config: &Config, manage: &Manage, of: &Named) -> Result<(), Stop> {
    let seen = block_on(manage.service_account(username(&of.username)?))?;
    if of.json {
        return json(&with_tokens(config, &seen, &seen.tokens));
    }
    say(&line(&seen))?;
    seen.tokens.iter().try_for_each(|token| say(&format!("{}\n", agreement::line(token))))
}

fn enable(config: &Config, manage: &Manage, asked: &Asked) -> Result<(), Stop> {
    let of = &asked.of;
    let (name, now) = (username(&of.username)?, clock().now());
    agreement::to_enable(name.as_str(), &back_with(manage, &name)?, asked.yes)?;
    let (hand, none) = (Hand::Operator, Vec::new);
    let enabled = block_on(manage.enable_account(hand, name.clone(), none(), none(), now))?;
    settled::everywhere();
    let back = enabled.map(|(_, back)| back).unwrap_or_default();
    if of.json {
        let seen = block_on(manage.service_account(name))?;
        return json(&with_tokens(config, &seen, &back));
    }
    say(&format!("{} is enabled.\n", name.as_str()))?;
    back.iter().try_for_each(|token| say(&format!("{}\n", agreement::line(token))))
}

/// The tokens that come back with an account that is disabled.
fn back_with(manage: &Manage, name: &UserName) -> Result<Vec<Token>, Stop> {
    let (seen, now) = (block_on(manage.service_account(name.clone()))?, clock().now());
    let mut back = seen.tokens;
    back.retain(|token| seen.account.disabled.is_some() && !token.has_ended(now));
    Ok(back)
}

fn delete(config: &Config, manage: &Manage, asked: &Asked) -> Result<(), Stop> {
    let of = &asked.of;
    let (name, now) = (username(&of.username)?, clock().now());
    let seen = block_on(manage.service_account(name.clone()))?;
    let live = seen
        .tokens
        .iter()
        .filter(|token| token.revoked.is_none() && !token.has_ended(now))
        .cloned();
    agreement::to_delete(name.as_str(), &live.collect::<Vec<_>>(), asked.yes)?;
    let (_, ended) = block_on(manage.delete_service_account(Hand::Operator, name.clone(), now))?;
    settled::everywhere();
    if of.json {
        return json(&with_tokens(config, &seen, &ended));
    }
    say(&format!("{} is deleted, its tokens are refused.\n", name.as_str()))?;
    ended.iter().try_for_each(|token| say(&format!("{}\n", agreement::line(token))))
}
