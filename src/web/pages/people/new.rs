//! `/admin/people/new`: an invitation.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::id::Nonce;
use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::user::{DisplayName, Email, Role, UserName};
use crate::manage::Manage;
use crate::manage::people::NewPerson;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::{Again, FORM};
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
    nonce: String,
    problems: Problems,
}

impl New {
    fn of(me: &SignedIn, typed: InviteForm, problems: Problems) -> Self {
        let (shell, nonce) = (me.shell(Tab::People), Nonce::random().as_str().to_owned());
        Self { shell, roles: roles(&typed.role), typed, nonce, problems }
    }
}

/// The form was sent again: whom it invited, and the way to another link for them.
#[derive(Template)]
#[template(path = "people/gone.html")]
struct Gone {
    shell: Shell,
    id: String,
    name: String,
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
    nonce: String,
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
            nonce: fields.text("nonce"),
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
    fn parse(&self, me: &SignedIn) -> Result<(NewPerson, Nonce), Problems> {
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
        let incomplete = || "This form was incomplete. Check it and send it again".to_owned();
        let nonce = problems.keep(FORM, Nonce::parse(&self.nonce).ok_or_else(incomplete));
        match (name, display_name, email, role, nonce) {
            (Some(name), Some(display_name), Some(email), Some(role), Some(nonce))
                if problems.is_empty() =>
            {
                Ok((NewPerson { name, display_name, email, role }, nonce))
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
        let (person, nonce) = typed.parse(&me)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.invite(by, person, nonce, now).await
    };
    match answer.await {
        Ok(handed) => Ok(password_links::show(&me, &handed)),
        Err(Failure::Refused(Refusal::AlreadyDone)) => gone(&me, &manage, typed).await,
        Err(failure) => {
            let again = Again::of(failure)?;
            let problems = again.problems.clone();
            Ok(again.mark(Page::show(&New::of(&me, typed, problems))))
        }
    }
}

/// Whom the form invited when it was sent before; or the form anew, where somebody else stands in it by now.
async fn gone(me: &SignedIn, manage: &Manage, typed: InviteForm) -> Result<Page, WebError> {
    let page = match manage.invited(&me.actor, &typed.username).await? {
        Some(user) => {
            let (shell, id) = (me.shell(Tab::People), user.id.as_str().to_owned());
            Page::show(&Gone { shell, id, name: user.display_name.as_str().to_owned() })
        }
        None => {
            let sentence = "This form was sent before, and did its work then. Send it once more for this person";
            Page::show(&New::of(me, typed, Problems::one(FORM, sentence)))
        }
    };
    Ok(page.status(StatusCode::CONFLICT))
}
