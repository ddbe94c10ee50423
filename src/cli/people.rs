//! `latchkey user`.

use std::io::{BufRead, IsTerminal};

use zeroize::Zeroizing;

use super::{AddUser, Stop, block_on, clock};
use crate::config::Config;
use crate::domain::refusal::{Failure, Problems};
use crate::domain::user::{DisplayName, Email, Role, UserName};
use crate::manage::people::NewPerson;
use crate::server;

pub fn add(config: &Config, add: AddUser) -> Result<(), Stop> {
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
