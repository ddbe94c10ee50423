//! `/admin/tokens/search`: what everybody's tokens are narrowed down by, or a value whose token is wanted. Sent as a
//! form, so that a value never comes into an address, a history or a log; it is neither kept nor shown again.

use actix_web::web::Data;

use super::all_tokens::query::{ListQuery, address, of_one};
use crate::domain::all_tokens::Query;
use crate::domain::secret::Pasted;
use crate::domain::time::Now;
use crate::domain::verdict::Known;
use crate::manage::Manage;
use crate::web::administrator::Ordered;
use crate::web::error::WebError;
use crate::web::form::{Fields, Typed};
use crate::web::page::Page;
use crate::web::pages::search::MISTYPED;
use crate::web::session::SignedIn;
use crate::web::words::{Here, Moment};

pub struct SearchForm(ListQuery);

impl Typed for SearchForm {
    fn read(fields: &Fields) -> Self {
        Self(ListQuery::read(fields))
    }

    /// The list, without what was typed: it may have been a value.
    fn resume(&self) -> String {
        let (query, _) = self.0.parse();
        address(&Query { words: String::new(), ..query })
    }
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Ordered<SearchForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed: SearchForm(asked) } = sent;
    match identified(&me, &manage, &asked, now).await? {
        Some(page) => Ok(page),
        None => Ok(Page::see_other(&Typed::resume(&asked))),
    }
}

/// The way to the token whose value was typed instead of words; `None` for words.
pub async fn identified(
    me: &SignedIn,
    manage: &Manage,
    asked: &ListQuery,
    now: Now,
) -> Result<Option<Page>, WebError> {
    let found = match Pasted::read(&asked.words, &manage.rules().prefix) {
        Pasted::Words => return Ok(None),
        Pasted::Mistyped => {
            me.note(MISTYPED)?;
            None
        }
        Pasted::Value(digest) => {
            let known = manage.identify_for(&me.actor, digest).await?;
            let nothing = || "No token here has that value.".to_owned();
            me.note(&known.as_ref().map_or_else(nothing, |known| told(known, me.here(now))))?;
            known
        }
    };
    let place = found.map(|known| of_one(&known.token.id));
    Ok(Some(Page::see_other(&place.unwrap_or_else(|| address(&Query::default())))))
}

/// Whose value it is, and whether it still works.
fn told(known: &Known, here: Here) -> String {
    let (name, owner) = (known.token.name.as_str(), known.owner.name.as_str());
    let value = if known.until.is_some() { "a former value of " } else { "" };
    let ended = known.until.filter(|end| *end <= here.now.at());
    match known.token.revoked.or(ended) {
        None => format!("That value is {value}“{name}” of {owner}."),
        Some(at) => {
            let at = Moment::past(at, here).exact;
            let gone =
                if known.token.revoked.is_some() { ", revoked on" } else { " that stopped on" };
            format!("That value was {value}“{name}” of {owner}{gone} {at}. It no longer works.")
        }
    }
}
