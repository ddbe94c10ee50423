//! `/account/passkeys`: a passkey, which signs in and confirms changes without a password being typed.

use actix_web::web::Data;
use askama::Template;

use crate::domain::passkey::{Passkey, PasskeyName};
use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::manage::passkeys::Answer;
use crate::web::again::{Again, FORM};
use crate::web::ceremony::{ADD, Answered, Asked};
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::words::Moment;

/// A line of the list, under Password.
pub struct Line {
    pub id: String,
    pub name: String,
    pub added: Moment,
    pub used: Option<Moment>,
}

impl Line {
    pub fn of(passkey: Passkey, me: &SignedIn, now: Now) -> Self {
        let here = me.here(now);
        Self {
            id: passkey.id.as_str().to_owned(),
            name: passkey.name.as_str().to_owned(),
            added: Moment::past(passkey.added, here),
            used: passkey.used.map(|used| Moment::past(used, here)),
        }
    }
}

#[derive(Template)]
#[template(path = "passkeys/new.html")]
struct New {
    shell: Shell,
    name: String,
    longest: usize,
    asked: Asked,
    problems: Problems,
}

impl New {
    async fn of(
        me: &SignedIn,
        manage: &Manage,
        name: String,
        problems: Problems,
        now: Now,
    ) -> Result<Self, WebError> {
        let question = manage.ask_for_new_passkey(&me.actor, now).await?;
        let asked = me.seal().ask(ADD, question);
        let mut shell = me.shell(Tab::Password);
        // One answer of a device at a time; and whoever holds an unlocked one must not make themselves at home with it.
        shell.passkey = None;
        Ok(Self { shell, name, longest: PasskeyName::LONGEST, asked, problems })
    }
}

pub struct NewPasskeyForm {
    name: String,
    answered: Option<Answered>,
    password: String,
}

impl Typed for NewPasskeyForm {
    fn read(fields: &Fields) -> Self {
        Self {
            name: fields.text("name"),
            answered: Answered::read(fields, "new-ceremony", "new-answer"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        "/account/passkeys".to_owned()
    }
}

impl NewPasskeyForm {
    /// Name and answer, or every problem at once.
    fn parse(&self, me: &SignedIn) -> Result<(PasskeyName, Answer), Problems> {
        let mut problems = Problems::default();
        let name = problems.keep("name", PasskeyName::parse(&self.name));
        if let Some(sentence) = me.missing().filter(|_| self.password.is_empty()) {
            problems.add("password", sentence);
        }
        let opened = self.answered.as_ref().map(|answered| answered.open(&me.seal(), ADD));
        let answer = match opened {
            Some(Ok(answer)) => Some(answer),
            Some(Err(_)) => {
                problems.add(FORM, "This form was made for another session. Try again");
                None
            }
            // The script asks the device only once the rest is typed, so the rest is what is said first.
            None if problems.is_empty() => {
                problems.add(FORM, "Your device wasn’t asked for a passkey. That needs script");
                None
            }
            None => None,
        };
        name.zip(answer).filter(|_| problems.is_empty()).ok_or(problems)
    }
}

pub async fn new(manage: Data<Manage>, me: SignedIn, now: Now) -> Result<Page, WebError> {
    let page = New::of(&me, &manage, String::new(), Problems::default(), now).await?;
    Ok(Page::show(&page))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<NewPasskeyForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    // The password, whatever else was sent.
    let me = me.answering(None);
    let answer = async {
        let (name, answer) = typed.parse(&me)?;
        let credential = manage.read_new_passkey(&answer, now)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.add_passkey(by, name.clone(), credential, answer.asked, now).await?;
        Ok(name)
    };
    match answer.await {
        Ok(name) => {
            me.tell(&format!("Your passkey “{}” is added.", name.as_str()))?;
            Ok(Page::see_other("/account/password"))
        }
        Err(Failure::Refused(Refusal::AlreadyDone)) => Ok(Page::see_other("/account/password")),
        Err(failure) => {
            let again = Again::of(failure)?;
            let problems = again.problems.clone();
            let page = New::of(&me, &manage, typed.name, problems, now).await?;
            Ok(again.mark(Page::show(&page)))
        }
    }
}
