//! `/sign-in/code`: the second half of signing in, where a second factor is set up.

use actix_web::web::Data;
use askama::Template;

use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::second_factor::{Code, HalfWay};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::{WebError, too_many_tries};
use crate::web::form::{Fields, Form, Typed};
use crate::web::local;
use crate::web::page::Page;
use crate::web::session::{self, Visitor};
use crate::web::shell::{Shell, theme_cookie};

/// What the hidden half of the form is signed for.
const PURPOSE: &str = "half-way in";

#[derive(Template)]
#[template(path = "sign_in/code.html")]
struct Show {
    shell: Shell,
    /// Whose password was right, for this browser alone.
    half: String,
    signature: String,
    next: String,
    /// What was typed as a recovery code: its place is open then.
    recovery: bool,
    problems: Problems,
}

pub struct CodeForm {
    half: String,
    signature: String,
    next: String,
    code: String,
    recovery: String,
}

impl Typed for CodeForm {
    fn read(fields: &Fields) -> Self {
        Self {
            half: fields.text("half"),
            signature: fields.text("signature"),
            next: fields.text("next"),
            code: fields.text("code"),
            recovery: fields.text("recovery"),
        }
    }

    fn resume(&self) -> String {
        format!("/sign-in?next={}", local::encode(&self.next))
    }
}

impl CodeForm {
    fn code(&self) -> Result<Code, Problems> {
        let typed = match (self.code.trim(), self.recovery.trim()) {
            ("", "") => return Err(Problems::one("code", "Enter the code that your app shows")),
            ("", recovery) => recovery,
            (code, _) => code,
        };
        let neither = "The app’s code has six digits, a recovery code 24 letters and digits. Check what you typed";
        Code::of_typed(typed).ok_or_else(|| Problems::one("code", neither))
    }

    /// Who has to wait hears what they needn't wait for.
    fn too_many(&self, failure: &Failure) -> Option<Problems> {
        let Failure::Refused(Refusal::TooManyTries { wait }) = failure else { return None };
        let mut sentence = too_many_tries(*wait);
        if let Ok(Code::OfApp(_)) = self.code() {
            sentence.push_str(" A recovery code counts at once.");
        }
        Some(Problems::one("code", sentence))
    }

    fn again(self, visitor: &Visitor, problems: Problems) -> Page {
        Page::show(&Show {
            shell: visitor.shell(),
            recovery: self.code.is_empty() && !self.recovery.is_empty(),
            half: self.half,
            signature: self.signature,
            next: self.next,
            problems,
        })
    }
}

/// Asks for the code, as the answer to a right password.
pub fn ask(visitor: &Visitor, half: &HalfWay, next: String) -> Page {
    let half = half.text();
    let signature = visitor.sign(PURPOSE, &half);
    let shell = visitor.shell();
    let problems = Problems::default();
    Page::show(&Show { shell, half, signature, next, recovery: false, problems })
}

/// The address alone leads to the beginning.
pub async fn show() -> Page {
    Page::see_other("/sign-in")
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    form: Form<CodeForm>,
) -> Result<Page, WebError> {
    let Form { visitor, typed, is_genuine } = form;
    let signed = visitor.verifies(PURPOSE, &typed.half, &typed.signature);
    let half = HalfWay::parse(&typed.half).filter(|_| signed && is_genuine);
    let Some(half) = half else {
        return Err(WebError::Stale { again: typed.resume() });
    };
    let answer = async {
        let code = typed.code()?;
        manage.finish_sign_in(half, code, &visitor.client, now).await
    };
    match answer.await {
        Ok(entered) => {
            session::begin(&visitor.session, &entered.user.id, &visitor.client)?;
            if let Some(left) = entered.codes_left {
                session::note(&visitor.session, &words(left))?;
            }
            let page = Page::see_other(local::path(&typed.next).unwrap_or("/account/tokens"));
            Ok(page.cookie(entered.user.theme.map(theme_cookie)))
        }
        Err(failure) => {
            let too_many = typed.too_many(&failure);
            let again = Again::of(failure)?;
            let page = typed.again(&visitor, too_many.unwrap_or_else(|| again.problems.clone()));
            Ok(again.mark(page))
        }
    }
}

fn words(left: usize) -> String {
    match left {
        0 => "That was your last recovery code. Make new ones under Password.".to_owned(),
        1 => "One recovery code is left. You can make new ones under Password.".to_owned(),
        left => format!("{left} recovery codes are left."),
    }
}
