//! `/account/recovery-codes`: what signs in without the app, each code once. They are shown once, like a token.

use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use actix_web::web::Data;
use askama::Template;

use crate::domain::id::Nonce;
use crate::domain::refusal::Problems;
use crate::domain::second_factor::RecoveryCode;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::{Again, FORM};
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "recovery_codes/new.html")]
struct New {
    shell: Shell,
    left: usize,
    nonce: String,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "recovery_codes/show.html")]
struct Show {
    shell: Shell,
    codes: Vec<String>,
    /// The second factor was set up with this, too.
    is_first: bool,
}

pub struct RecoveryCodesForm {
    nonce: String,
    password: String,
}

impl Typed for RecoveryCodesForm {
    fn read(fields: &Fields) -> Self {
        Self { nonce: fields.text("nonce"), password: fields.text("password") }
    }

    fn resume(&self) -> String {
        "/account/recovery-codes".to_owned()
    }
}

impl RecoveryCodesForm {
    fn parse(&self, me: &SignedIn) -> Result<Nonce, Problems> {
        let incomplete =
            || Problems::one(FORM, "This form was incomplete. Check it and send it again");
        me.want_password(&self.password)?;
        Nonce::parse(&self.nonce).ok_or_else(incomplete)
    }
}

/// The one answer that holds the codes.
pub fn show(me: &SignedIn, codes: &[RecoveryCode], is_first: bool) -> Page {
    let codes = codes.iter().map(RecoveryCode::text).collect();
    let page = Page::show(&Show { shell: me.shell(Tab::Password), codes, is_first });
    page.header(REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
}

async fn ask(me: &SignedIn, manage: &Manage, problems: Problems) -> Result<Page, WebError> {
    let factor = manage.second_factor(&me.actor).await?.ok_or(WebError::NotFound)?;
    let (shell, left) = (me.shell(Tab::Password), factor.codes_left);
    let nonce = Nonce::random().as_str().to_owned();
    Ok(Page::show(&New { shell, left, nonce, problems }))
}

pub async fn new(manage: Data<Manage>, me: SignedIn) -> Result<Page, WebError> {
    ask(&me, &manage, Problems::default()).await
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<RecoveryCodesForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let answer = async {
        let nonce = typed.parse(&me)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.renew_recovery_codes(by, nonce, now).await
    };
    match answer.await {
        Ok(codes) => Ok(show(&me, &codes, false)),
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = ask(&me, &manage, again.problems.clone()).await?;
            Ok(again.mark(page))
        }
    }
}
