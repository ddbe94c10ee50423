//! `/account/tokens/{id}`: a token's own page, where it is looked at and changed.

use actix_web::HttpRequest;
use actix_web::web::Data;
use askama::Template;

use super::form::{TokenForm, Under, read, stamp};
use super::link::{self, Prefill};
use super::parts::Parts;
use crate::domain::expiry::Expiry;
use crate::domain::grants::Summary;
use crate::domain::id::TokenId;
use crate::domain::policy::Edits;
use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::manage::Manage;
use crate::manage::tokens::Story;
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::whose::{Id, OWN};

use super::refused;
use super::story::{Facts, Line};
use super::uses::Chart;

#[derive(Template)]
#[template(path = "tokens/edit.html")]
struct Edit {
    shell: Shell,
    id: String,
    action: String,
    typed: TokenForm,
    parts: Parts,
    facts: Facts,
    activity: Vec<Line>,
    summary: Summary,
    works_until: Option<String>,
    problems: Problems,
    notes: Vec<String>,
    /// What the link of a refused call has marked.
    marked: Option<String>,
    chart: Chart,
    refused: Vec<refused::Line>,
    /// What the operator lets people change, if that isn't everything.
    only_name: bool,
    only_narrow: bool,
    can_generate: bool,
}

impl Edit {
    fn of(me: &SignedIn, story: Story, under: Under<'_>, typed: TokenForm) -> Self {
        let here = under.here;
        let token = &story.listed.token;
        let kept = here.last_day(token.expiry).unwrap_or_else(|| "You revoke it".to_owned());
        let works_until = typed.works_until(under).or(Some(kept));
        let present: Option<Expiry> = Some(token.expiry);
        let refused = |call| refused::Line::of(call, token, under, here);
        Self {
            shell: me.shell(Tab::Tokens),
            id: token.id.as_str().to_owned(),
            action: format!("{}/{}", me.list(), token.id.as_str()),
            parts: Parts::of(&typed, present, under),
            activity: story
                .events
                .iter()
                .map(|event| Line::of(event, me, &story.people, here))
                .collect(),
            facts: Facts::of(&story, me, under, here),
            summary: typed.summary(under),
            works_until,
            problems: Problems::default(),
            notes: Vec::new(),
            marked: None,
            chart: Chart::of(&story.history, here),
            refused: story.refused.iter().map(refused).collect(),
            only_name: under.policy.edits_of(under.role) == Edits::Name,
            only_narrow: under.policy.edits_of(under.role) == Edits::Narrow,
            can_generate: under.policy.may_generate(under.role),
            typed,
        }
    }
}

/// The form as a browser sends it.
pub struct ChangedToken {
    id: String,
    form: TokenForm,
}

impl Typed for ChangedToken {
    fn read(fields: &Fields) -> Self {
        Self { id: fields.text("id"), form: TokenForm::read(fields) }
    }

    fn resume(&self) -> String {
        match TokenId::parse(&self.id) {
            Some(id) => {
                format!("{OWN}/{}?{}", id.as_str(), link::query(&self.form))
            }
            None => OWN.to_owned(),
        }
    }
}

pub async fn edit(
    manage: Data<Manage>,
    me: SignedIn,
    now: Now,
    id: Id,
    req: HttpRequest,
) -> Result<Page, WebError> {
    let story = story(&manage, &me, &id, now).await?;
    let rules = manage.rules();
    let missing = me.missing();
    let under = Under::new(&rules, &me, missing.as_deref(), now);
    let mut typed = TokenForm::of(&story.listed.token, under);
    let mut prefill = Prefill::of(&req);
    let marked = prefill.widen(&mut typed, &story.listed.token.grants, under);
    let notes = prefill.apply(&mut typed, under);
    Ok(Page::show(&Edit { notes, marked, ..Edit::of(&me, story, under, typed) }))
}

pub async fn update(
    manage: Data<Manage>,
    now: Now,
    id: Id,
    sent: Sent<ChangedToken>,
) -> Result<Page, WebError> {
    let Sent { me, typed: ChangedToken { form: mut typed, .. } } = sent;
    let rules = manage.rules();
    let missing = me.missing();
    let under = Under::new(&rules, &me, missing.as_deref(), now);
    let story = story(&manage, &me, &id, now).await?;
    let token = story.listed.token.clone();
    if typed.is_unfinished() {
        typed.apply_set(under);
        return Ok(Page::show(&Edit::of(&me, story, under, typed)));
    }
    let answer = async {
        let edit = typed.edit(&token, under)?;
        let read = read(&typed.changed);
        manage.check_edit(&me.actor, token.id.clone(), edit.clone(), read, now).await?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.edit(by, token.id.clone(), edit, read, now).await
    };
    match answer.await {
        Ok(saved) => {
            me.tell(&saved_words(saved.as_ref()))?;
            Ok(Page::see_other(&format!("{}/{}", me.list(), token.id.as_str())))
        }
        Err(failure) => {
            if let Failure::Refused(Refusal::Changed { .. }) = &failure {
                // Seen now, so that the same form sent again goes through.
                typed.changed = stamp(&token);
            }
            let again = Again::of(failure)?;
            let problems = again.problems.clone();
            let page = Page::show(&Edit { problems, ..Edit::of(&me, story, under, typed) });
            Ok(again.mark(page))
        }
    }
}

fn saved_words(saved: Option<&Token>) -> String {
    saved.map_or("Nothing was changed.".to_owned(), |token| {
        format!("Saved “{}”.", token.name.as_str())
    })
}

async fn story(manage: &Manage, me: &SignedIn, id: &str, now: Now) -> Result<Story, WebError> {
    let id = TokenId::parse(id).ok_or(WebError::NotFound)?;
    Ok(manage.story(&me.actor, id, now).await?)
}
