//! `/account/tokens/revocation`: the question that names what stops, and the end of one token, several, or all.

use actix_web::web::Data;
use askama::Template;

use super::tokens::list::{List, TokenRow};
use super::tokens::query::ListQuery;
use crate::domain::all_tokens::Usage;
use crate::domain::id::TokenId;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::manage::Manage;
use crate::manage::revocations::Which;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Asked, Fields, Sent, Typed};
use crate::web::local;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::whose::OWN;

#[derive(Template)]
#[template(path = "revocations/new.html")]
struct New {
    shell: Shell,
    list: List,
    tokens: Vec<TokenRow>,
    which: &'static str,
    /// The question, and the deed on the button.
    question: String,
    deed: String,
    usage: Usage,
    back: String,
    problems: Problems,
}

impl New {
    /// The question about these tokens, of which there is one at least.
    async fn of(
        me: &SignedIn,
        manage: &Manage,
        form: &RevocationForm,
        tokens: &[Token],
        problems: Problems,
        now: Now,
    ) -> Result<Self, WebError> {
        let back = form.back(me.list());
        let (rules, owner) = (manage.rules(), me.actor.owner());
        let row = |token| TokenRow::new(token, &rules.catalogue, owner, me.here(now));
        let (question, deed) = form.words(tokens);
        Ok(Self {
            shell: me.shell(Tab::Tokens).modal(),
            list: List::asked(me, manage, &ListQuery::of_address(me.list(), back), now).await?,
            tokens: tokens.iter().map(row).collect(),
            which: form.which_field(),
            question,
            deed,
            usage: Usage::of(tokens, now),
            back: back.to_owned(),
            problems,
        })
    }
}

/// Which tokens are meant, in an address and in a form alike.
pub struct RevocationForm {
    ids: Vec<String>,
    all: bool,
    expired: bool,
    back: String,
    pub(super) password: String,
}

impl Typed for RevocationForm {
    const REPEATED: &'static [&'static str] = &["id"];

    fn read(fields: &Fields) -> Self {
        Self {
            ids: fields.each("id"),
            all: fields.text("all") == "yes",
            expired: fields.text("expired") == "yes",
            back: fields.text("back"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        let mut parts = vec![format!("back={}", local::encode(self.back(OWN)))];
        match self.which_field() {
            "id" => parts.extend(self.ids.iter().map(|id| format!("id={}", local::encode(id)))),
            other => parts.push(format!("{other}=yes")),
        }
        format!("{OWN}/revocation?{}", parts.join("&"))
    }
}

impl RevocationForm {
    /// The field that says which tokens are meant; of several the one that means the fewest.
    pub(super) fn which_field(&self) -> &'static str {
        match (self.ids.is_empty(), self.expired, self.all) {
            (true, true, _) => "expired",
            (true, false, true) => "all",
            _ => "id",
        }
    }

    /// The tokens meant; `None` where nothing says which.
    pub(super) fn which(&self) -> Result<Option<Which>, WebError> {
        match self.which_field() {
            "expired" => Ok(Some(Which::Expired)),
            "all" => Ok(Some(Which::All)),
            _ if self.ids.is_empty() => Ok(None),
            _ => {
                let mut ids = Vec::new();
                for id in &self.ids {
                    let id = TokenId::parse(id).ok_or(WebError::NotFound)?;
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                }
                Ok(Some(Which::These(ids)))
            }
        }
    }

    /// The page of the list that the person came from.
    fn back<'a>(&'a self, list: &'a str) -> &'a str {
        local::path(&self.back).unwrap_or(list)
    }

    pub(super) fn words(&self, tokens: &[Token]) -> (String, String) {
        let count = tokens.len();
        if let [token] = tokens {
            return (format!("Revoke “{}”?", token.name.as_str()), "Revoke token".to_owned());
        }
        let deed = match self.which_field() {
            "expired" => format!("Revoke all {count} expired tokens"),
            "all" => format!("Revoke all {count} tokens"),
            _ => format!("Revoke {count} tokens"),
        };
        (format!("{deed}?"), deed)
    }
}

pub async fn new(
    manage: Data<Manage>,
    me: SignedIn,
    now: Now,
    asked: Asked<RevocationForm>,
) -> Result<Page, WebError> {
    let Asked(form) = asked;
    let Some(which) = form.which()? else {
        return turn_back(&me, &form, "Tick the tokens to revoke first.");
    };
    let tokens = manage.revocable(&me.actor, which.clone(), now).await?;
    match (tokens.is_empty(), which) {
        (false, _) => {
            let page = New::of(&me, &manage, &form, &tokens, Problems::default(), now);
            Ok(Page::show(&page.await?))
        }
        (true, Which::These(_)) => Err(WebError::NotFound),
        (true, Which::All) => turn_back(&me, &form, "You have no tokens to revoke."),
        (true, Which::Expired) => turn_back(&me, &form, "None of your tokens has expired."),
    }
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<RevocationForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed: form } = sent;
    let Some(which) = form.which()? else {
        return turn_back(&me, &form, "Tick the tokens to revoke first.");
    };
    let answer = async {
        me.want_password(&form.password)?;
        let by = me.confirm(&manage, &form.password, now).await?;
        manage.revoke(by, which.clone(), now).await
    };
    match answer.await {
        Ok(tokens) => tell(&me, &form, &tokens),
        Err(failure) => {
            let again = Again::of(failure)?;
            let tokens = manage.revocable(&me.actor, which, now).await?;
            if tokens.is_empty() {
                return turn_back(&me, &form, NOTHING);
            }
            let page = New::of(&me, &manage, &form, &tokens, again.problems.clone(), now).await?;
            Ok(again.mark(Page::show(&page)))
        }
    }
}

const NOTHING: &str = "Nothing was changed.";

fn turn_back(me: &SignedIn, form: &RevocationForm, note: &str) -> Result<Page, WebError> {
    me.note(note)?;
    Ok(Page::see_other(form.back(me.list())))
}

/// What was done, on the page of the list that the person came from.
fn tell(me: &SignedIn, form: &RevocationForm, tokens: &[Token]) -> Result<Page, WebError> {
    match tokens {
        [] => return turn_back(me, form, NOTHING),
        [token] => {
            let name = token.name.as_str();
            me.tell(&format!("“{name}” was revoked. Anything that used it has lost access."))?;
        }
        tokens => me.tell(&format!("{} tokens were revoked.", tokens.len()))?,
    }
    Ok(Page::see_other(form.back(me.list())))
}
