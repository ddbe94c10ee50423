//! `latchkey user`.

use std::io::{BufRead, IsTerminal};

use clap::Args;
use serde::Serialize;
use zeroize::Zeroizing;

use super::told::{Array, PersonTold, TokenTold, json, say};
use super::{AddUser, Stop, UserCommand, agreement, block_on, clock};
use super::{database, identities, links, settled};
use crate::config::Config;
use crate::domain::refusal::{Failure, Problems};
use crate::domain::token::Token;
use crate::domain::user::{DisplayName, Email, Role, User, UserName};
use crate::manage::Manage;
use crate::manage::people::NewPerson;
use crate::server;

pub fn run(config: &Config, command: UserCommand) -> Result<(), Stop> {
    match command {
        UserCommand::Add(new) => add(config, new),
        UserCommand::List(asked) => list(config, &asked),
        UserCommand::Show(of) => show(config, &of),
        UserCommand::SetRole { of, role } => set_role(config, &of, &role),
        UserCommand::Disable(of) => disable(config, &of),
        UserCommand::Enable(of) => enable(config, &of),
        UserCommand::ResetSecondFactor(of) => reset_second_factor(config, &of),
        UserCommand::ResetPassword(reset) => links::reset(config, &reset),
        UserCommand::Link(link) => identities::link(config, &link),
        UserCommand::Unlink(of) => identities::unlink(config, &of),
        UserCommand::Delete(of) => delete(config, &of),
    }
}

pub fn username(name: &str) -> Result<UserName, Stop> {
    UserName::parse(name).map_err(|e| Failure::from(Problems::one("name", e)).into())
}

fn set_role(config: &Config, of: &Named, role: &str) -> Result<(), Stop> {
    let name = username(&of.name)?;
    let role = Role::parse(role)
        .ok_or_else(|| Stop::Said("a role is viewer, member or admin".to_owned()))?;
    let manage = database::existing(config)?;
    let user = block_on(manage.change_role(name, role, clock().now()))?;
    settled::everywhere();
    if of.json {
        return json(&PersonTold::of(&user));
    }
    println!("{} is {} now.", user.name.as_str(), role.as_str());
    Ok(())
}

fn disable(config: &Config, of: &Named) -> Result<(), Stop> {
    let name = username(&of.name)?;
    let manage = database::existing(config)?;
    let user = block_on(manage.disable(name.clone(), clock().now()))?;
    settled::everywhere();
    if of.json {
        return json(&PersonTold::of(&block_on(manage.person_named(name))?.0));
    }
    println!("{} is disabled. Sessions have ended, tokens are refused.", user.name.as_str());
    Ok(())
}

/// A person who may do things again, and the tokens that come back with that.
#[derive(Serialize)]
struct Enabled<'a> {
    person: PersonTold<'a>,
    tokens: Vec<TokenTold<'a>>,
}

fn enable(config: &Config, asked: &Asked) -> Result<(), Stop> {
    let of = &asked.of;
    let (name, now) = (username(&of.name)?, clock().now());
    let manage = database::existing(config)?;
    let returning = block_on(manage.returning(name.clone(), now))?;
    agreement::to_enable(name.as_str(), &returning, asked.yes)?;
    let back = block_on(manage.enable(name.clone(), now))?;
    settled::everywhere();
    if of.json {
        let (user, _) = block_on(manage.person_named(name))?;
        let tokens = back.iter().map(|token| TokenTold::of(token, &user, &config.catalogue, now));
        return json(&Enabled { tokens: tokens.collect(), person: PersonTold::of(&user) });
    }
    println!("{} is enabled.", name.as_str());
    if !back.is_empty() {
        println!("These tokens are back:");
    }
    back.iter().for_each(|token| println!("{}", agreement::line(token)));
    Ok(())
}

fn reset_second_factor(config: &Config, of: &Named) -> Result<(), Stop> {
    let name = username(&of.name)?;
    let manage = database::existing(config)?;
    let user = block_on(manage.reset_second_factor(name, clock().now()))?;
    if of.json {
        return json(&PersonTold::of(&user));
    }
    println!("{} signs in with the password alone now. Sessions have ended.", user.name.as_str());
    Ok(())
}

/// A person who is gone, and the tokens that worked until then.
#[derive(Serialize)]
struct Deleted<'a> {
    person: PersonTold<'a>,
    tokens: Vec<TokenTold<'a>>,
}

fn delete(config: &Config, asked: &Asked) -> Result<(), Stop> {
    let of = &asked.of;
    let (name, now) = (username(&of.name)?, clock().now());
    let manage = database::existing(config)?;
    let (user, mut live) = block_on(manage.person_named(name.clone()))?;
    live.retain(|token| token.revoked.is_none() && !token.has_ended(now));
    agreement::to_delete(name.as_str(), &live, asked.yes)?;
    let ended = block_on(manage.delete_person(name.clone(), now))?;
    settled::everywhere();
    if of.json {
        let tokens = ended.iter().map(|token| TokenTold::of(token, &user, &config.catalogue, now));
        return json(&Deleted { tokens: tokens.collect(), person: PersonTold::of(&user) });
    }
    println!("{} is deleted. Sessions have ended, tokens are refused.", name.as_str());
    if !ended.is_empty() {
        println!("These tokens worked until now:");
    }
    for token in ended {
        println!("  {}  {}", token.hint, token.name.as_str());
    }
    Ok(())
}

#[derive(Args)]
pub struct Named {
    /// Their username
    pub name: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Asked {
    #[command(flatten)]
    of: Named,
    /// Don't ask: a script has to say so
    #[arg(long)]
    yes: bool,
}

#[derive(Args)]
pub struct List {
    /// Whose username, name or mail address has this in it
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Everybody by name, with their listed tokens, a page of people at a time.
pub fn each(
    manage: &Manage,
    mut show: impl FnMut(&User, &[Token]) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut last = None;
    loop {
        let page = block_on(manage.people_after(last))?;
        page.iter().try_for_each(|(user, tokens)| show(user, tokens))?;
        match page.last() {
            Some((user, _)) => last = Some(user.name.clone()),
            None => return Ok(()),
        }
    }
}

fn list(config: &Config, asked: &List) -> Result<(), Stop> {
    let manage = database::existing(config)?;
    let wanted = asked.search.as_deref().unwrap_or_default().to_lowercase();
    let mut array = asked.json.then(Array::default);
    each(&manage, |user, tokens| {
        let email = user.email.as_ref().map_or("", Email::as_str);
        let words = [user.name.as_str(), user.display_name.as_str(), email];
        let is_person = user.owned_by.is_none();
        if !is_person || !words.iter().any(|text| text.to_lowercase().contains(&wanted)) {
            return Ok(());
        }
        match &mut array {
            Some(array) => array.add(&PersonTold::of(user)),
            None => say(&line(user, tokens)),
        }
    })?;
    array.map_or(Ok(()), Array::end)
}

fn show(config: &Config, of: &Named) -> Result<(), Stop> {
    let manage = database::existing(config)?;
    let (user, tokens) = block_on(manage.person_named(username(&of.name)?))?;
    let known = block_on(manage.identities(user.id.clone()))?;
    if of.json {
        return json(&PersonTold::of(&user).with(&known));
    }
    say(&format!("{}{}", line(&user, &tokens), identities::lines(&known)))?;
    for key in user.teams.iter() {
        let team = config.catalogue.team(key.as_str());
        let called = team.map_or("gone from the file: gives nothing", |team| &team.name);
        say(&format!("  in {:<17} {called}\n", key.as_str()))?;
    }
    Ok(())
}

fn line(user: &User, tokens: &[Token]) -> String {
    let plural = if tokens.len() == 1 { "" } else { "s" };
    let tokens = format!("{} token{plural}", tokens.len());
    let disabled = if user.disabled.is_some() { "  disabled" } else { "" };
    let (name, called) = (user.name.as_str(), user.display_name.as_str());
    format!("{name:<20} {:<7} {tokens:<11} {called}{disabled}\n", user.role.as_str())
}

fn add(config: &Config, add: AddUser) -> Result<(), Stop> {
    let person = person(&add).map_err(|problems| Stop::from(Failure::from(problems)))?;
    let password = password(&add)?;
    let manage = server::manage(config, server::open_database(config)?)?;
    let user = block_on(async {
        let chosen = manage
            .choose_password(person.name.as_str(), person.display_name.as_str(), &password)
            .await?;
        manage.add_person(person, chosen, clock().now()).await
    })?;
    if add.json {
        return json(&PersonTold::of(&user));
    }
    println!("Added {} ({}). They can sign in now.", user.name.as_str(), user.role.as_str());
    Ok(())
}

fn person(add: &AddUser) -> Result<NewPerson, Problems> {
    let mut problems = Problems::default();
    let name = problems.keep("name", UserName::parse(&add.name));
    let role = Role::parse(&add.role).ok_or("viewer, member or admin".to_owned());
    let role = problems.keep("--role", role);
    let email = add.email.as_deref().map(Email::parse).transpose();
    let email = problems.keep("--email", email);
    let display_name = match (&add.display_name, &name) {
        (Some(typed), _) => problems.keep("--display-name", DisplayName::parse(typed)),
        (None, Some(name)) => Some(DisplayName::from(name)),
        (None, None) => None,
    };
    match (name, role, email, display_name) {
        (Some(name), Some(role), Some(email), Some(display_name)) => {
            Ok(NewPerson { name, display_name, email, role })
        }
        _ => Err(problems),
    }
}

fn password(add: &AddUser) -> Result<Zeroizing<String>, Stop> {
    let said = |sentence: String| Stop::Said(sentence);
    let text = match &add.password_file {
        Some(path) => {
            std::fs::read_to_string(path).map_err(|e| said(format!("{}: {e}", path.display())))?
        }
        None if add.password_stdin => {
            let mut line = String::new();
            let read = std::io::stdin().lock().read_line(&mut line);
            read.map_err(|e| said(format!("reading the password: {e}")))?;
            line
        }
        None if std::io::stdin().is_terminal() => ask()?,
        None => {
            return Err(said(
                "no terminal to ask for the password: use --password-stdin or --password-file"
                    .to_owned(),
            ));
        }
    };
    let line = Zeroizing::new(text);
    Ok(Zeroizing::new(line.lines().next().unwrap_or_default().to_owned()))
}

fn ask() -> Result<String, Stop> {
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt)
            .map_err(|e| Stop::Said(format!("reading the password: {e}")))
    };
    let first = ask("New password: ")?;
    let second = Zeroizing::new(ask("The same again: ")?);
    if first == *second {
        Ok(first)
    } else {
        Err(Stop::Said("the two passwords differ; nobody was added".to_owned()))
    }
}
