//! `/setup`: the first person, an administrator, for whoever holds the link that the server printed.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::password::NewPassword;
use crate::domain::refusal::{Failure, Outcome, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::user::{DisplayName, Role, UserName};
use crate::manage::Manage;
use crate::manage::people::NewPerson;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Form, Typed};
use crate::web::local::encode;
use crate::web::page::Page;
use crate::web::session::{self, Visitor};
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "setup/new.html")]
struct New {
    shell: Shell,
    typed: SetupForm,
    problems: Problems,
    shortest: usize,
    /// Whether the link holds the right code, so that there is something to fill in.
    open: bool,
}

pub struct SetupForm {
    code: String,
    username: String,
    name: String,
    new: String,
}

impl Typed for SetupForm {
    fn read(fields: &Fields) -> Self {
        Self {
            code: fields.text("code"),
            username: fields.text("username"),
            name: fields.text("name"),
            new: fields.text("new"),
        }
    }

    fn resume(&self) -> String {
        let [code, username, name] = [&self.code, &self.username, &self.name].map(|v| encode(v));
        format!("/setup?code={code}&username={username}&name={name}")
    }
}

impl SetupForm {
    /// The person and their password, or every problem of the form at once.
    fn complete(&self, chosen: Outcome<NewPassword>) -> Outcome<(NewPerson, NewPassword)> {
        let mut problems = Problems::default();
        let name = problems.keep("username", UserName::parse(&self.username));
        let display_name = problems.keep("name", DisplayName::parse(&self.name));
        let chosen = match chosen {
            Err(Failure::Refused(Refusal::Invalid(new))) => {
                problems = problems.and(new);
                None
            }
            chosen => Some(chosen?),
        };
        match (name, display_name, chosen) {
            (Some(name), Some(display_name), Some(chosen)) => {
                Ok((NewPerson { name, display_name, email: None, role: Role::Admin }, chosen))
            }
            _ => Err(problems.into()),
        }
    }
}

#[derive(Deserialize)]
pub struct Link {
    #[serde(default)]
    code: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    name: String,
}

pub async fn new(
    manage: Data<Manage>,
    visitor: Visitor,
    link: Query<Link>,
) -> Result<Page, WebError> {
    let problems = match manage.check_setup(&link.code).await {
        Ok(()) => Problems::default(),
        Err(Failure::Refused(Refusal::Invalid(problems))) => problems,
        Err(Failure::Refused(Refusal::AlreadyDone)) => return Ok(Page::see_other("/sign-in")),
        Err(failure) => return Err(failure.into()),
    };
    let Link { code, username, name } = link.into_inner();
    let typed = SetupForm { code, username, name, new: String::new() };
    let open = problems.is_empty();
    let page = Page::show(&New {
        shell: visitor.shell(),
        typed,
        problems,
        shortest: NewPassword::SHORTEST,
        open,
    });
    Ok(page.cookie(visitor.cookie()))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    form: Form<SetupForm>,
) -> Result<Page, WebError> {
    let Form { visitor, typed, is_genuine } = form;
    if !is_genuine {
        return Err(WebError::Stale { again: typed.resume() });
    }
    let answer = async {
        manage.check_setup(&typed.code).await?;
        let chosen = manage.choose_password(&typed.username, &typed.name, &typed.new).await;
        let (person, chosen) = typed.complete(chosen)?;
        let client = visitor.client.clone();
        manage.set_up(&typed.code, person, chosen, client, now).await
    };
    match answer.await {
        Ok(user) => {
            session::begin(&visitor.session, &user.id, &visitor.client)?;
            Ok(Page::see_other("/account/tokens"))
        }
        Err(Failure::Refused(Refusal::AlreadyDone)) => Ok(Page::see_other("/sign-in")),
        Err(failure) => {
            let again = Again::of(failure)?;
            let (shell, problems) = (visitor.shell(), again.problems.clone());
            let open = problems.of("code").is_none();
            Ok(again.mark(Page::show(&New {
                shell,
                typed,
                problems,
                shortest: NewPassword::SHORTEST,
                open,
            })))
        }
    }
}
