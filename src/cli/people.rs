//! `latchkey user`.

use std::io::{BufRead, IsTerminal};

use zeroize::Zeroizing;

use super::{AddUser, Stop, UserCommand, block_on, clock, existing};
use crate::config::Config;
use crate::domain::refusal::{Failure, Problems};
use crate::domain::user::{DisplayName, Email, Role, UserName};
use crate::manage::people::NewPerson;
use crate::server;
use crate::verify::BOUND;

pub fn run(config: &Config, command: UserCommand) -> Result<(), Stop> {
    match command {
        UserCommand::Add(new) => add(config, new),
        UserCommand::SetRole { name, role } => set_role(config, &name, &role),
        UserCommand::Disable { name } => disable(config, &name),
        UserCommand::Enable { name } => enable(config, &name),
        UserCommand::ResetSecondFactor { name } => reset_second_factor(config, &name),
    }
}

pub(super) fn username(name: &str) -> Result<UserName, Stop> {
    UserName::parse(name).map_err(|e| Failure::from(Problems::one("name", e)).into())
}

/// Waits until no running server decides by what was before. Each hears of a change in a moment; one that can't asks the
/// database once it has heard nothing for this long. So what is said to be done holds everywhere.
fn settle() {
    std::thread::sleep(BOUND);
}

fn set_role(config: &Config, name: &str, role: &str) -> Result<(), Stop> {
    let name = username(name)?;
    let role = Role::parse(role)
        .ok_or_else(|| Stop::Said("a role is viewer, member or admin".to_owned()))?;
    let manage = existing(config)?;
    let user = block_on(manage.change_role(name, role, clock().now()))?;
    settle();
    println!("{} is {} now.", user.name.as_str(), role.as_str());
    Ok(())
}

fn disable(config: &Config, name: &str) -> Result<(), Stop> {
    let name = username(name)?;
    let manage = existing(config)?;
    let user = block_on(manage.disable(name, clock().now()))?;
    settle();
    println!("{} is disabled. Sessions have ended, tokens are refused.", user.name.as_str());
    Ok(())
}

fn enable(config: &Config, name: &str) -> Result<(), Stop> {
    let name = username(name)?;
    let manage = existing(config)?;
    let back = block_on(manage.enable(name.clone(), clock().now()))?;
    settle();
    println!("{} is enabled.", name.as_str());
    if !back.is_empty() {
        println!("These tokens work again:");
    }
    for token in back {
        println!("  {}  {}", token.hint, token.name.as_str());
    }
    Ok(())
}

fn reset_second_factor(config: &Config, name: &str) -> Result<(), Stop> {
    let name = username(name)?;
    let manage = server::manage(config, server::open_database(config)?)?;
    let user = block_on(manage.reset_second_factor(name, clock().now()))?;
    println!("{} signs in with the password alone now. Sessions have ended.", user.name.as_str());
    Ok(())
}

fn add(config: &Config, add: AddUser) -> Result<(), Stop> {
    let person = person(&add).map_err(|problems| Stop::from(Failure::from(problems)))?;
    let password = password(&add)?;
    let manage = server::manage(config, server::open_database(config)?)?;
    let (name, role) = (person.name.as_str().to_owned(), person.role);
    block_on(async {
        let chosen = manage
            .choose_password(person.name.as_str(), person.display_name.as_str(), &password)
            .await?;
        manage.add_person(person, chosen, clock().now()).await
    })?;
    println!("Added {name} ({}). They can sign in now.", role.as_str());
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
