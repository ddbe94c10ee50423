//! `/account/tokens/search`: words to look for, or a value whose token is wanted. Sent as a form, so that a value
//! never comes into an address, a history or a log; it is neither kept nor shown again.

use actix_web::web::Data;

use super::tokens::query::{ListQuery, address};
use crate::domain::listing::Query;
use crate::domain::secret::{Digest, Pasted};
use crate::domain::time::Now;
use crate::domain::token::{FormerSecret, Token};
use crate::manage::Manage;
use crate::manage::tokens::Found;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::whose::OWN;
use crate::web::words::{Here, Moment};

pub struct SearchForm(ListQuery);

impl Typed for SearchForm {
    fn read(fields: &Fields) -> Self {
        Self(ListQuery::read(fields))
    }

    /// The list, without what was typed: it may have been a value.
    fn resume(&self) -> String {
        let (query, _) = self.0.parse();
        address(OWN, &Query { words: String::new(), ..query })
    }
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<SearchForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed: SearchForm(asked) } = sent;
    match identified(&me, &manage, &asked, now).await? {
        Some(page) => Ok(page),
        None => Ok(Page::see_other(&address(me.list(), &asked.parse().0))),
    }
}

/// The way to the token whose value was typed instead of words; `None` for words.
pub async fn identified(
    me: &SignedIn,
    manage: &Manage,
    asked: &ListQuery,
    now: Now,
) -> Result<Option<Page>, WebError> {
    let (token, note) = match Pasted::read(&asked.words, &manage.rules().prefix) {
        Pasted::Words => return Ok(None),
        Pasted::Mistyped => (None, MISTYPED.to_owned()),
        Pasted::Value(digest) => whose(me, manage, digest, now).await?,
    };
    me.note(&note)?;
    let only = token.filter(|token| token.revoked.is_none()).map(|token| token.id);
    Ok(Some(Page::see_other(&address(me.list(), &Query { only, ..Query::default() }))))
}

pub const MISTYPED: &str = "That looks like a token’s value with a character missing or mistaken. Paste all of it, or only the first characters that the list shows.";

/// The token that has, or had, a value, and what there is to say of it.
async fn whose(
    me: &SignedIn,
    manage: &Manage,
    digest: Digest,
    now: Now,
) -> Result<(Option<Token>, String), WebError> {
    let here = me.here(now);
    Ok(match manage.identify(&me.actor, digest).await? {
        Found::Nothing if me.actor.entrusted.is_some() => {
            (None, "No token of this account has that value.".to_owned())
        }
        Found::Nothing => (None, "No token of yours has that value.".to_owned()),
        Found::Present(token) => {
            let note = of_present(&token, here);
            (Some(token), note)
        }
        Found::Former(token, former) => {
            let note = of_former(&token, &former, here);
            (Some(token), note)
        }
    })
}

fn of_present(token: &Token, here: Here) -> String {
    let name = token.name.as_str();
    match token.revoked {
        None => format!("That value is “{name}”."),
        Some(at) => {
            let day = Moment::past(at, here).exact;
            format!("That value was “{name}”, revoked on {day}. It no longer works.")
        }
    }
}

fn of_former(token: &Token, former: &FormerSecret, here: Here) -> String {
    let name = token.name.as_str();
    // It ends with its token at the latest.
    let ends =
        [token.revoked, token.end()].into_iter().flatten().fold(former.ends, |a, b| a.min(b));
    let end = Moment::end(ends, here).exact;
    match (ends <= here.now.at(), token.paused.is_some()) {
        (true, _) if token.revoked.is_some() => {
            format!("That is a former value of “{name}”, which is revoked. It stopped on {end}.")
        }
        (true, _) => format!("That is a former value of “{name}”. It stopped on {end}."),
        (false, true) => format!(
            "That is a former value of “{name}”, which is paused. It would work until {end}."
        ),
        (false, false) => format!("That is a former value of “{name}”. It works until {end}."),
    }
}
