//! `/account/password`: a new password, which signs every other device out.

use actix_web::web::Data;
use askama::Template;

use super::passkeys::Line;
use crate::domain::password::{NewPassword, Password};
use crate::domain::refusal::{Failure, Outcome, Problems, Refusal};
use crate::domain::relying_party;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::{self, SignedIn};
use crate::web::shell::{Shell, Tab};
use crate::web::words::Moment;

#[derive(Template)]
#[template(path = "account/password.html")]
struct Edit {
    shell: Shell,
    shortest: usize,
    factor: Option<Factor>,
    /// The operator asks for a second factor before one generates a token.
    is_wanted: bool,
    /// `None` in a build without passkeys.
    passkeys: Option<Passkeys>,
    problems: Problems,
}

struct Passkeys {
    /// The public URL allows them.
    are_offered: bool,
    lines: Vec<Line>,
}

impl Passkeys {
    async fn of(me: &SignedIn, manage: &Manage, now: Now) -> Result<Option<Self>, WebError> {
        if !relying_party::IS_BUILT_IN {
            return Ok(None);
        }
        let passkeys = manage.passkeys(me.actor.id()).await?;
        let lines = passkeys.into_iter().map(|passkey| Line::of(passkey, me, now)).collect();
        Ok(Some(Self { are_offered: manage.offers_passkeys(), lines }))
    }
}

/// The second factor as it stands.
struct Factor {
    since: Moment,
    codes_left: usize,
}

impl Edit {
    async fn of(
        me: &SignedIn,
        manage: &Manage,
        problems: Problems,
        now: Now,
    ) -> Result<Self, WebError> {
        let factor = manage.second_factor(&me.actor).await?.map(|factor| Factor {
            since: Moment::past(factor.added, me.here(now)),
            codes_left: factor.codes_left,
        });
        let is_wanted = manage.rules().policy.second_factor;
        let passkeys = Passkeys::of(me, manage, now).await?;
        let (shell, shortest) = (me.shell(Tab::Password), NewPassword::SHORTEST);
        Ok(Self { shell, shortest, factor, is_wanted, passkeys, problems })
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
        if let Some(present) = Password::typed(&self.password) {
            let same = "This is the same as your current one. Choose another one";
            return match chosen {
                Ok(new) if new.is(&present) => Err(Problems::one("new", same).into()),
                chosen => chosen,
            };
        }
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

pub async fn edit(manage: Data<Manage>, me: SignedIn, now: Now) -> Result<Page, WebError> {
    Ok(Page::show(&Edit::of(&me, &manage, Problems::default(), now).await?))
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
            session::begin(&me.session, me.actor.id(), &me.actor.client)?;
            me.tell("Your password was changed. Your other devices are signed out.")?;
            Ok(Page::see_other("/account/password"))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = Edit::of(&me, &manage, again.problems.clone(), now).await?;
            Ok(again.mark(Page::show(&page)))
        }
    }
}
