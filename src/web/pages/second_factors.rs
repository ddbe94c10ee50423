//! `/account/second-factor`: codes of an authenticator app, asked for beside the password.

use actix_web::web::Data;
use askama::Template;
use data_encoding::BASE64;
use qrcode::render::svg::Color;
use qrcode::{EcLevel, QrCode};

use super::recovery_codes;
use crate::domain::refusal::{Failure, Fault, Problems, Refusal};
use crate::domain::second_factor::TotpKey;
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

#[derive(Template)]
#[template(path = "second_factors/new.html")]
struct New {
    shell: Shell,
    key: String,
    /// The key in groups of four, to be typed.
    groups: String,
    /// The same as an address that opens an app on this device.
    address: String,
    /// As a picture for an app's camera, in base64.
    picture: String,
    problems: Problems,
}

impl New {
    fn of(me: &SignedIn, key: &TotpKey, problems: Problems) -> Result<Self, WebError> {
        let text = key.text();
        let address = key.address(&me.site.instance, me.actor.user.name.as_str());
        let groups = text.as_bytes().chunks(4).map(String::from_utf8_lossy);
        Ok(Self {
            shell: me.shell(Tab::Password),
            groups: groups.collect::<Vec<_>>().join(" "),
            picture: picture(&address)?,
            key: text.to_string(),
            address: address.to_string(),
            problems,
        })
    }
}

/// Black on white whatever the theme: cameras don't read it otherwise.
fn picture(text: &str) -> Result<String, WebError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M);
    let code = code.map_err(|e| Fault::new("drawing a QR code", e))?;
    let svg = code.render::<Color<'_>>().min_dimensions(240, 240).build();
    Ok(BASE64.encode(svg.as_bytes()))
}

pub struct SecondFactorForm {
    key: String,
    code: String,
    password: String,
}

impl Typed for SecondFactorForm {
    fn read(fields: &Fields) -> Self {
        Self {
            key: fields.text("key"),
            code: fields.text("code"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        "/account/second-factor".to_owned()
    }
}

impl SecondFactorForm {
    /// The step of the typed code, or every problem at once.
    fn step(&self, key: &TotpKey, me: &SignedIn, now: Now) -> Result<i64, Problems> {
        let mut problems = Problems::default();
        let wrong = if self.code.trim().is_empty() {
            "Enter the code that your app shows"
        } else {
            "That code isn’t right. Enter the one that your app shows now, and check that this device’s clock is right"
        };
        let step = key.step_of(&self.code, now).ok_or_else(|| wrong.to_owned());
        let step = problems.keep("code", step);
        if let Err(missing) = me.want_password(&self.password) {
            problems = problems.and(missing);
        }
        step.filter(|_| problems.is_empty()).ok_or(problems)
    }
}

pub async fn new(manage: Data<Manage>, me: SignedIn) -> Result<Page, WebError> {
    if manage.second_factor(&me.actor).await?.is_some() {
        return Ok(Page::see_other("/account/password"));
    }
    Ok(Page::show(&New::of(&me, &TotpKey::random(), Problems::default())?))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<SecondFactorForm>,
) -> Result<Page, WebError> {
    let Sent { mut me, typed } = sent;
    let Some(key) = TotpKey::parse(&typed.key) else {
        return Err(WebError::Stale { again: typed.resume() });
    };
    let answer = async {
        let step = typed.step(&key, &me, now)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.add_second_factor(by, key.clone(), step, now).await
    };
    match answer.await {
        Ok(codes) => {
            me.begin_anew()?;
            Ok(recovery_codes::show(&me, &codes, true))
        }
        Err(Failure::Refused(Refusal::AlreadyDone)) => Ok(Page::see_other("/account/password")),
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = Page::show(&New::of(&me, &key, again.problems.clone())?);
            Ok(again.mark(page))
        }
    }
}
