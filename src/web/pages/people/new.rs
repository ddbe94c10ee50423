//! `/admin/people/new`: an invitation.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::domain::user::{DisplayName, Email, Role, UserName};
use crate::manage::Manage;
use crate::manage::people::NewPerson;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Typed};
use crate::web::local::encode;
use crate::web::page::Page;
use crate::web::pages::password_links;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "people/new.html")]
struct New {
    shell: Shell,
    typed: InviteForm,
    /// Value and words of each role, and whether it is chosen.
    roles: Vec<(&'static str, &'static str, bool)>,
    problems: Problems,
}

impl New {
    fn of(me: &SignedIn, typed: InviteForm, problems: Problems) -> Self {
        Self { shell: me.shell(Tab::People), roles: roles(&typed.role), typed, problems }
    }
}

/// Value and words of each role, and whether it is this one.
pub(super) fn roles(chosen: &str) -> Vec<(&'static str, &'static str, bool)> {
    let words = |role: Role| match role {
        Role::Viewer => "Viewer: uses and revokes tokens",
        Role::Member => "Member: generates tokens, too",
        Role::Admin => "Admin: looks after people, too",
    };
    let role = |role: Role| (role.as_str(), words(role), role.as_str() == chosen);
    Role::ALL.into_iter().map(role).collect()
}

/// The form as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    name: String,
    username: String,
    email: String,
    role: String,
    #[serde(skip)]
    password: String,
}

impl Typed for InviteForm {
    fn read(fields: &Fields) -> Self {
        Self {
            name: fields.text("name"),
            username: fields.text("username"),
            email: fields.text("email"),
            role: fields.text("role"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        let [name, username, email, role] =
            [&self.name, &self.username, &self.email, &self.role].map(|typed| encode(typed));
        format!("/admin/people/new?name={name}&username={username}&email={email}&role={role}")
    }
}

impl InviteForm {
    /// The person to be, or every problem of the form at once.
    fn parse(&self, me: &SignedIn) -> Result<NewPerson, Problems> {
        let mut problems = Problems::default();
        let display_name = problems.keep("name", DisplayName::parse(&self.name));
        let name = problems.keep("username", UserName::parse(&self.username));
        let email = match self.email.trim() {
            "" => Some(None),
            typed => problems.keep("email", Email::parse(typed).map(Some)),
        };
        let role = Role::parse(&self.role).ok_or_else(|| "Choose a role of the list".to_owned());
        let role = problems.keep("role", role);
        if let Err(missing) = me.want_password(&self.password) {
            problems = problems.and(missing);
        }
        match (name, display_name, email, role) {
            (Some(name), Some(display_name), Some(email), Some(role)) if problems.is_empty() => {
                Ok(NewPerson { name, display_name, email, role })
            }
            _ => Err(problems),
        }
    }
}

pub async fn new(admin: Administrator, prefill: Query<InviteForm>) -> Page {
    let Administrator(me) = admin;
    let mut typed = prefill.into_inner();
    if typed.role.is_empty() {
        typed.role = Role::Member.as_str().to_owned();
    }
    Page::show(&New::of(&me, typed, Problems::default()))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Ordered<InviteForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed } = sent;
    let answer = async {
        let person = typed.parse(&me)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.invite(by, person, now).await
    };
    match answer.await {
        Ok(handed) => Ok(password_links::show(&me, &handed)),
        Err(failure) => {
            let again = Again::of(failure)?;
            let problems = again.problems.clone();
            Ok(again.mark(Page::show(&New::of(&me, typed, problems))))
        }
    }
}
