//! `/account/passkeys/{id}/removal`: the end of a passkey.

use actix_web::web::{Data, Path};
use askama::Template;

use crate::domain::id::PasskeyId;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "passkeys/removal.html")]
struct New {
    shell: Shell,
    id: String,
    name: String,
    /// Without it they generate no more tokens, as the operator asks for a second factor.
    is_last: bool,
    problems: Problems,
}

impl New {
    async fn of(
        me: &SignedIn,
        manage: &Manage,
        id: &PasskeyId,
        problems: Problems,
    ) -> Result<Self, WebError> {
        let name = manage.passkey(&me.actor, id).await?.name.as_str().to_owned();
        // One that can't be used here is none of them.
        let is_last = manage.offers_passkeys() && manage.has_last_factor(&me.actor).await?;
        let (shell, id) = (me.shell(Tab::Password), id.as_str().to_owned());
        Ok(Self { shell, id, name, is_last, problems })
    }
}

pub struct PasskeyRemovalForm {
    password: String,
}

impl Typed for PasskeyRemovalForm {
    fn read(fields: &Fields) -> Self {
        Self { password: fields.text("password") }
    }

    fn resume(&self) -> String {
        "/account/password".to_owned()
    }
}

pub async fn new(manage: Data<Manage>, me: SignedIn, id: Path<String>) -> Result<Page, WebError> {
    let id = PasskeyId::parse(&id).ok_or(WebError::NotFound)?;
    Ok(Page::show(&New::of(&me, &manage, &id, Problems::default()).await?))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    id: Path<String>,
    sent: Sent<PasskeyRemovalForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let id = PasskeyId::parse(&id).ok_or(WebError::NotFound)?;
    let answer = async {
        me.want_password(&typed.password)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.remove_passkey(by, id.clone(), now).await
    };
    match answer.await {
        Ok(passkey) => {
            let name = passkey.name.as_str();
            me.tell(&format!("Your passkey “{name}” no longer works here."))?;
            Ok(Page::see_other("/account/password"))
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = New::of(&me, &manage, &id, again.problems.clone()).await?;
            Ok(again.mark(Page::show(&page)))
        }
    }
}
