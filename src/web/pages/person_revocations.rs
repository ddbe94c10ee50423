//! `/admin/people/{id}/revocation`: the end of one token of somebody's, several, or all, by an administrator.

use actix_web::web::{Data, Path};
use askama::Template;

use super::people::parts::{self, Tokens, Whom, page_of};
use super::revocations::RevocationForm;
use super::tokens::list::TokenRow;
use crate::domain::all_tokens::Usage;
use crate::domain::refusal::Problems;
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::manage::Manage;
use crate::manage::people::Overview;
use crate::manage::revocations::Which;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Asked, Fields, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};

/// Where one's own tokens are revoked.
const OWN: &str = "/account/tokens";

#[derive(Template)]
#[template(path = "person_revocations/new.html")]
struct New {
    shell: Shell,
    whom: Whom,
    /// Behind the question.
    behind: Tokens,
    ids: Vec<String>,
    tokens: Vec<TokenRow>,
    which: &'static str,
    question: String,
    deed: String,
    usage: Usage,
    problems: Problems,
}

impl New {
    /// The question about these tokens, of which there is one at least.
    fn of(
        me: &SignedIn,
        manage: &Manage,
        seen: &Overview,
        form: &RevocationForm,
        tokens: &[Token],
        now: Now,
    ) -> Self {
        let (here, owner) = (me.here(now), &seen.entry.user);
        let (question, deed) = form.words(tokens);
        Self {
            shell: me.shell(Tab::People).modal(),
            whom: Whom::of(seen, me, here),
            behind: Tokens::of(seen, 1, manage, here),
            ids: tokens.iter().map(|token| token.id.as_str().to_owned()).collect(),
            tokens: tokens.iter().map(|token| parts::row(token, owner, manage, here)).collect(),
            which: form.which_field(),
            question,
            deed,
            usage: Usage::of(tokens, now),
            problems: Problems::default(),
        }
    }
}

/// The same fields as for one's own tokens, and whose they are.
pub struct OthersForm {
    person: String,
    form: RevocationForm,
}

impl Typed for OthersForm {
    const REPEATED: &'static [&'static str] = RevocationForm::REPEATED;

    fn read(fields: &Fields) -> Self {
        Self { person: fields.text("person"), form: RevocationForm::read(fields) }
    }

    fn resume(&self) -> String {
        page_of(&self.person)
    }
}

const UNSAID: &str = "Tick the tokens to revoke first.";
const NOTHING: &str = "Nothing was changed.";

pub async fn new(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    id: Path<String>,
    asked: Asked<OthersForm>,
) -> Result<Page, WebError> {
    let (Administrator(me), Asked(OthersForm { form, .. })) = (admin, asked);
    let id = parts::id(&id)?;
    if let Some(page) = parts::own(&me, &id, OWN) {
        return Ok(page);
    }
    let seen = manage.overview(&me.actor, id.clone(), now).await?;
    let place = page_of(id.as_str());
    let Some(which) = form.which()? else { return turn_back(&me, &place, UNSAID) };
    let tokens = manage.revocable_of(&me.actor, id, which.clone(), now).await?;
    match (tokens.is_empty(), which) {
        (false, _) => Ok(Page::show(&New::of(&me, &manage, &seen, &form, &tokens, now))),
        (true, Which::These(_)) => Err(WebError::NotFound),
        (true, Which::All) => turn_back(&me, &place, "They have no tokens to revoke."),
        (true, Which::Expired) => turn_back(&me, &place, "None of their tokens has expired."),
    }
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    id: Path<String>,
    sent: Ordered<OthersForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed: OthersForm { form, .. } } = sent;
    let id = parts::id(&id)?;
    if let Some(page) = parts::own(&me, &id, OWN) {
        return Ok(page);
    }
    let seen = manage.overview(&me.actor, id.clone(), now).await?;
    let place = page_of(id.as_str());
    let Some(which) = form.which()? else { return turn_back(&me, &place, UNSAID) };
    let answer = async {
        me.want_password(&form.password)?;
        let by = me.confirm(&manage, &form.password, now).await?;
        manage.revoke_of(by, id.clone(), which.clone(), now).await
    };
    match answer.await {
        Ok(tokens) => tell(&me, &place, &tokens),
        Err(failure) => {
            let again = Again::of(failure)?;
            let tokens = manage.revocable_of(&me.actor, id, which, now).await?;
            if tokens.is_empty() {
                return turn_back(&me, &place, NOTHING);
            }
            let page = New::of(&me, &manage, &seen, &form, &tokens, now);
            let problems = again.problems.clone();
            Ok(again.mark(Page::show(&New { problems, ..page })))
        }
    }
}

fn turn_back(me: &SignedIn, place: &str, note: &str) -> Result<Page, WebError> {
    me.note(note)?;
    Ok(Page::see_other(place))
}

fn tell(me: &SignedIn, place: &str, tokens: &[Token]) -> Result<Page, WebError> {
    match tokens {
        [] => return turn_back(me, place, NOTHING),
        [token] => {
            let name = token.name.as_str();
            me.tell(&format!("“{name}” was revoked. Anything that used it has lost access."))?;
        }
        tokens => me.tell(&format!("{} tokens were revoked.", tokens.len()))?,
    }
    Ok(Page::see_other(place))
}
