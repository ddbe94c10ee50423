//! `/account/tokens/new`: the form that generates a token.

use actix_web::HttpRequest;
use actix_web::web::Data;
use askama::Template;

use super::form::{TokenForm, Under};
use super::link::{self, Prefill};
use super::parts::Parts;
use crate::domain::grants::Summary;
use crate::domain::id::Nonce;
use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::time::Now;
use crate::manage::Manage;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::pages::secrets::{self, Shown};
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::whose::OWN;

#[derive(Template)]
#[template(path = "tokens/new.html")]
struct New {
    shell: Shell,
    action: String,
    typed: TokenForm,
    nonce: String,
    parts: Parts,
    summary: Summary,
    works_until: Option<String>,
    problems: Problems,
    /// What of the link that led here means nothing.
    notes: Vec<String>,
    /// The link to this form as it stands, once it was asked for.
    link: Option<String>,
    can_generate: bool,
    /// The operator asks for a second factor first.
    lacks_factor: bool,
    offers_passkeys: bool,
    /// There is nothing here that could not be chosen, unlike in the form that edits a token.
    only_name: bool,
}

impl New {
    fn of(me: &SignedIn, under: Under<'_>, typed: TokenForm, problems: Problems) -> Self {
        Self {
            shell: me.shell(Tab::Tokens),
            action: me.list().to_owned(),
            nonce: Nonce::random().as_str().to_owned(),
            parts: Parts::of(&typed, None, under),
            summary: typed.summary(under),
            works_until: typed.works_until(under),
            problems,
            notes: Vec::new(),
            link: None,
            can_generate: under.policy.may_generate(under.role),
            lacks_factor: false,
            offers_passkeys: false,
            only_name: false,
            typed,
        }
    }
}

/// The form as a browser sends it.
pub struct NewToken(TokenForm);

impl Typed for NewToken {
    fn read(fields: &Fields) -> Self {
        Self(TokenForm::read(fields))
    }

    fn resume(&self) -> String {
        format!("{OWN}/new?{}", link::query(&self.0))
    }
}

pub async fn new(
    manage: Data<Manage>,
    me: SignedIn,
    now: Now,
    req: HttpRequest,
) -> Result<Page, WebError> {
    let rules = manage.rules();
    let missing = me.missing();
    let under = Under::new(&rules, &me, missing.as_deref(), now);
    let expires = under.policy.default_days.to_string();
    let mut typed = TokenForm { expires, ..TokenForm::default() };
    let mut prefill = Prefill::of(&req);
    if let Some(id) = prefill.from() {
        let token = manage.token(&me.actor, id).await?;
        typed.description = token.description.as_str().to_owned();
        typed.limit_as(&token);
        typed.fill(&token.grants.within(under.catalogue, under.ceiling));
    }
    let notes = prefill.apply(&mut typed, under);
    let lacks_factor = manage.lacks_second_factor(&me.actor).await?;
    let offers_passkeys = manage.offers_passkeys();
    let page = New::of(&me, under, typed, Problems::default());
    Ok(Page::show(&New { notes, lacks_factor, offers_passkeys, ..page }))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Sent<NewToken>,
) -> Result<Page, WebError> {
    let Sent { me, typed: NewToken(mut typed) } = sent;
    let rules = manage.rules();
    let missing = me.missing();
    let under = Under::new(&rules, &me, missing.as_deref(), now);
    if typed.is_unfinished() {
        typed.apply_set(under);
        let link = typed
            .link
            .then(|| format!("{}{}/new?{}", me.site.url(), me.list(), link::query(&typed)));
        return Ok(Page::show(&New { link, ..New::of(&me, under, typed, Problems::default()) }));
    }
    let answer = async {
        let draft = typed.draft(under)?;
        let nonce = typed.nonce()?;
        manage.check_draft(&me.actor, &draft, &nonce, now).await?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.generate(by, draft, nonce, now).await
    };
    match answer.await {
        Ok(issued) => {
            let shown = Shown { issued, renewed: false, former_ends: None };
            secrets::show(&me, &manage, shown, now).await
        }
        Err(Failure::Refused(Refusal::AlreadyDone)) => {
            secrets::gone(&me, &manage, &typed.nonce, now).await
        }
        Err(failure) => {
            let again = Again::of(failure)?;
            let page = Page::show(&New::of(&me, under, typed, again.problems.clone()));
            Ok(again.mark(page))
        }
    }
}
