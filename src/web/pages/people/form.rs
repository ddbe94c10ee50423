//! The form of a person's details, as typed.

use std::collections::BTreeSet;

use super::parts::page_of;
use crate::domain::details::{Details, Effect};
use crate::domain::refusal::Problems;
use crate::domain::team::TeamKey;
use crate::domain::user::{DisplayName, Email, Role, User};
use crate::web::again::FORM;
use crate::web::form::{Fields, Typed};
use crate::web::local::encode;
use crate::web::session::SignedIn;

/// The form as typed, and what it was filled in with.
pub struct DetailsForm {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: String,
    /// Keys.
    pub teams: Vec<String>,
    pub was: Was,
    /// The change whose effects have been shown.
    pub told: String,
    /// Whether they are only to be shown.
    pub look: bool,
    /// Of their tokens.
    pub page: usize,
    pub password: String,
}

/// The person as the form has shown them.
pub struct Was {
    pub name: String,
    pub email: String,
    pub role: String,
    /// Keys, with spaces between.
    pub teams: String,
}

impl Was {
    pub fn of(user: &User) -> Self {
        let teams: Vec<&str> = user.teams.iter().map(TeamKey::as_str).collect();
        Self {
            name: user.display_name.as_str().to_owned(),
            email: user.email.as_ref().map_or(String::new(), |email| email.as_str().to_owned()),
            role: user.role.as_str().to_owned(),
            teams: teams.join(" "),
        }
    }

    fn details(&self) -> Option<Details> {
        let email = Some(&self.email).filter(|email| !email.is_empty());
        let teams = self.teams.split_whitespace().map(|key| TeamKey::parse(key).ok());
        Some(Details {
            name: DisplayName::from_stored(self.name.clone()),
            email: email.cloned().map(Email::from_stored),
            role: Role::parse(&self.role)?,
            teams: teams.collect::<Option<_>>()?,
        })
    }
}

impl Typed for DetailsForm {
    const REPEATED: &'static [&'static str] = &["team"];

    fn read(fields: &Fields) -> Self {
        Self {
            id: fields.text("id"),
            name: fields.text("name"),
            email: fields.text("email"),
            role: fields.text("role"),
            teams: fields.each("team"),
            was: Was {
                name: fields.text("was_name"),
                email: fields.text("was_email"),
                role: fields.text("was_role"),
                teams: fields.text("was_teams"),
            },
            told: fields.text("told"),
            look: fields.text("look") == "yes",
            page: fields.text("page").parse().unwrap_or(1),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        let [name, email, role] = [&self.name, &self.email, &self.role].map(|typed| encode(typed));
        let teams: String = self.teams.iter().map(|key| format!("&team={}", encode(key))).collect();
        format!("{}?name={name}&email={email}&role={role}{teams}", page_of(&self.id))
    }
}

impl DetailsForm {
    pub fn of(user: &User, page: usize) -> Self {
        let was = Was::of(user);
        Self {
            id: user.id.as_str().to_owned(),
            name: was.name.clone(),
            email: was.email.clone(),
            role: was.role.clone(),
            teams: was.teams.split_whitespace().map(str::to_owned).collect(),
            was,
            told: String::new(),
            look: false,
            page,
            password: String::new(),
        }
    }

    /// What the form has shown and what is wanted now, or every problem at once.
    pub fn parse(&self, me: &SignedIn) -> Result<(Details, Details), Problems> {
        let mut problems = Problems::default();
        let name = problems.keep("name", DisplayName::parse(&self.name));
        let email = match self.email.trim() {
            "" => Some(None),
            typed => problems.keep("email", Email::parse(typed).map(Some)),
        };
        let role = Role::parse(&self.role).ok_or_else(|| "Choose a role of the list".to_owned());
        let role = problems.keep("role", role);
        let teams: Result<BTreeSet<_>, _> =
            self.teams.iter().map(|key| TeamKey::parse(key)).collect();
        let teams =
            problems.keep("teams", teams.map_err(|_| "Choose teams of the list".to_owned()));
        let incomplete = || "This form was incomplete. Check it and send it again".to_owned();
        let read = problems.keep(FORM, self.was.details().ok_or_else(incomplete));
        if let Err(missing) = me.want_password(&self.password)
            && !self.look
        {
            problems = problems.and(missing);
        }
        match (read, name, email, role, teams) {
            (Some(read), Some(name), Some(email), Some(role), Some(teams))
                if problems.is_empty() =>
            {
                Ok((read, Details { name, email, role, teams }))
            }
            _ => Err(problems),
        }
    }

    /// What of a change is told beforehand, so that nothing else is saved.
    pub fn stamp(&self, effects: &[Effect]) -> String {
        let effects = effects.iter().map(|effect| {
            format!(" {}{}{}", effect.id.as_str(), u8::from(effect.less), u8::from(effect.more))
        });
        let mut teams = self.teams.clone();
        teams.sort();
        format!("{} {}{}", self.role, teams.join(" "), effects.collect::<String>())
    }
}
