//! `/account/password`: a new password, which signs every other device out.

use actix_web::web::Data;
use askama::Template;

use crate::domain::password::{NewPassword, Password};
use crate::domain::refusal::{Failure, Outcome, Problems, Refusal};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::{self, SignedIn};
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "account/password.html")]
struct Edit {
    shell: Shell,
    shortest: usize,
    problems: Problems,
}

impl Edit {
    fn of(me: &SignedIn, problems: Problems) -> Self {
        let shell = me.shell(Tab::Password);
        Self { shell, shortest: NewPassword::SHORTEST, problems }
    }
}

pub struct PasswordForm {
    password: String,
    new: String,
}

impl Typed for PasswordForm {
    fn read(fields: &Fields) -> Self {
        Self { password: fields.text("password"), new: fields.text("new") }
    }

    fn resume(&self) -> String {
        "/account/password".to_owned()
    }
}

impl PasswordForm {
    /// Every problem at once: with the current password, as far as it shows, and with the new one.
    fn with_current(&self, chosen: Outcome<NewPassword>) -> Outcome<NewPassword> {
        if !self.password.is_empty() {
            return chosen;
        }
        let current = Problems::one("password", "Enter your current password");
        match chosen {
            Ok(_) => Err(current.into()),
            Err(Failure::Refused(Refusal::Invalid(new))) => Err(current.and(new).into()),
            Err(failure) => Err(failure),
        }
    }
}

pub async fn edit(me: SignedIn) -> Page {
    Page::show(&Edit::of(&me, Problems::default()))
}

pub async fn update(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<PasswordForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let answer = async {
        let user = &me.actor.user;
        let chosen = manage
            .choose_password(user.name.as_str(), user.display_name.as_str(), &typed.new)
            .await;
        let chosen = typed.with_current(chosen)?;
        let by = manage.confirm(&me.actor, Password::typed(&typed.password), now).await?;
        manage.change_password(by, chosen, now).await
    };
    match answer.await {
        Ok(()) => {
            session::begin(&me.session, me.actor.id())?;
            me.tell("Your password was changed. Your other devices are signed out.")?;
            Ok(Page::see_other("/account/password"))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = Page::show(&Edit::of(&me, again.problems.clone()));
            Ok(again.mark(page))
        }
    }
}
