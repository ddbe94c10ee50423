//! `/account/tokens/{id}/pause`: a token is refused for a while, and goes on.

use actix_web::web::Data;

use super::question::{Question, ask, ask_again, resume};
use super::tokens::form::stamp;
use crate::domain::id::TokenId;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::manage::Manage;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::whose::Id;

pub struct PauseForm {
    id: String,
    /// Whether the page that was answered asked to pause, so that an answer sent twice does nothing twice; `None` for
    /// an answer to no question of ours.
    pause: Option<bool>,
    password: String,
}

impl Typed for PauseForm {
    fn read(fields: &Fields) -> Self {
        Self {
            id: fields.text("id"),
            pause: deed(&fields.text("deed")),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        resume(&self.id, "pause")
    }
}

fn deed(text: &str) -> Option<bool> {
    match text {
        "pause" => Some(true),
        "resume" => Some(false),
        _ => None,
    }
}

fn question(token: &Token, pause: bool) -> Question {
    let (name, id, noun) = (token.name.as_str(), token.id.as_str().to_owned(), "pause");
    if pause {
        let sentence = "Anything that uses this token is refused at once, until you resume it. Nothing else changes.";
        Question {
            title: format!("Pause “{name}”?"),
            sentence: sentence.to_owned(),
            icon: "idle",
            button: "Pause token",
            keep: "Let it work",
            id,
            noun,
            deed: "pause",
            changed: stamp(token),
        }
    } else {
        Question {
            title: format!("Resume “{name}”?"),
            sentence: "The token works again at once, with the access and the end it has."
                .to_owned(),
            icon: "check",
            button: "Resume token",
            keep: "Leave it paused",
            id,
            noun,
            deed: "resume",
            changed: stamp(token),
        }
    }
}

pub async fn new(manage: Data<Manage>, me: SignedIn, now: Now, id: Id) -> Result<Page, WebError> {
    let id = TokenId::parse(&id).ok_or(WebError::NotFound)?;
    let token = manage.token(&me.actor, id).await?;
    let asked = question(&token, token.paused.is_none());
    ask(&me, &manage, asked, Problems::default(), now).await
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    id: Id,
    sent: Sent<PauseForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let id = TokenId::parse(&id).ok_or(WebError::NotFound)?;
    let unasked = || WebError::bad_request("It is not said whether to pause or to resume.");
    let pause = typed.pause.ok_or_else(unasked)?;
    let answer = async {
        me.want_password(&typed.password)?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.pause(by, id.clone(), pause, now).await
    };
    match answer.await {
        Ok(token) => {
            let name = token.name.as_str();
            me.tell(&if pause {
                format!("“{name}” is paused. Anything that uses it is refused until you resume it.")
            } else {
                format!("“{name}” works again.")
            })?;
            Ok(Page::see_other(&format!("{}/{}", me.list(), id.as_str())))
        }
        Err(failure) => {
            let asked = |token: &Token| question(token, pause);
            ask_again(&me, &manage, id, asked, failure, now).await
        }
    }
}
