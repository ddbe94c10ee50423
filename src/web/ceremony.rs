//! Questions to a passkey, signed for one browser or one session and for one purpose, and the answers to them.

use super::form::Fields;
use crate::domain::passkey::{Ceremony, Question};
use crate::domain::refusal::{Problems, Refusal};
use crate::domain::signing::SigningKey;
use crate::manage::passkeys::Answer;

/// What a question is signed for: an answer to one is worth nothing for another.
pub const ADD: &str = "passkey to add";
pub const ENTER: &str = "passkey to sign in";
pub const CONFIRM: &str = "passkey for a change";

/// A question as it stands in a page.
#[derive(Clone)]
pub struct Asked {
    /// For the script, as JSON.
    pub options: String,
    /// For the form: what has to be known again to check the answer, signed.
    pub ceremony: String,
}

/// What signs for one browser or session: the instance's key, and what its forms are bound to.
pub struct Seal<'a> {
    pub key: &'a SigningKey,
    pub binding: &'a str,
}

impl Seal<'_> {
    pub fn ask(&self, purpose: &str, question: Question) -> Asked {
        let text = question.ceremony.text();
        let signature = self.key.sign(purpose, &self.bound(&text));
        Asked { options: question.options, ceremony: format!("{text}.{signature}") }
    }

    fn bound(&self, text: &str) -> String {
        format!("{}.{text}", self.binding)
    }
}

/// What a form brought back.
pub struct Answered {
    ceremony: String,
    answer: String,
}

impl Answered {
    /// `None` where no passkey was used.
    pub fn read(fields: &Fields, ceremony: &str, answer: &str) -> Option<Self> {
        let (ceremony, answer) = (fields.text(ceremony), fields.text(answer));
        (!answer.is_empty()).then_some(Self { ceremony, answer })
    }

    /// The answer, if it is one to a question of ours for this browser and this purpose.
    pub fn open(&self, seal: &Seal<'_>, purpose: &str) -> Result<Answer, Refusal> {
        let genuine = self.ceremony.rsplit_once('.').and_then(|(text, signature)| {
            let is_ours = seal.key.verifies(purpose, &seal.bound(text), signature);
            is_ours.then(|| Ceremony::parse(text)).flatten()
        });
        let sentence = "That passkey was asked for elsewhere. Nothing was changed. Try again";
        let asked = genuine.ok_or_else(|| Problems::one("password", sentence));
        Ok(Answer { asked: asked.map_err(Refusal::Invalid)?, text: self.answer.clone() })
    }
}
