//! `/account/tokens/{id}/secret`: a new value for a token that keeps all else.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use super::{Shown, gone, show};
use crate::domain::id::{Nonce, TokenId};
use crate::domain::refusal::{Failure, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::manage::Manage;
use crate::manage::secrets::{Renewal, Renewed};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Fields, Sent, Typed};
use crate::web::local::encode;
use crate::web::page::Page;
use crate::web::pages::question::resume;
use crate::web::pages::tokens::form::{choice, read, stamp};
use crate::web::pages::tokens::list::List;
use crate::web::pages::tokens::parts::{ExpiryOption, expiry_options};
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::whose::Id;
use crate::web::words::Moment;

#[derive(Template)]
#[template(path = "secrets/new.html")]
struct New {
    shell: Shell,
    list: List,
    id: String,
    name: String,
    nonce: String,
    changed: String,
    /// The end of a former value that still works: it ends with this.
    former_ends: Option<String>,
    /// Hours and words of each choice, and whether it is made.
    overlaps: Vec<(u32, String, bool)>,
    /// A new end, where the present one has passed; empty otherwise.
    choices: Vec<ExpiryOption>,
    first_day: String,
    last_day: String,
    until: String,
    is_paused: bool,
    can_generate: bool,
    problems: Problems,
}

impl New {
    async fn of(
        me: &SignedIn,
        manage: &Manage,
        token: &Token,
        typed: SecretForm,
        problems: Problems,
        now: Now,
    ) -> Result<Self, WebError> {
        let policy = &manage.rules().policy;
        let (first, last) = policy.days(now);
        let needs_end = !policy.gives(token.expiry, now);
        let former = manage.story(&me.actor, token.id.clone(), now).await?.listed.former;
        let former_ends = former.map(|former| Moment::end(former.ends, me.here(now)).exact);
        Ok(Self {
            shell: me.shell(Tab::Tokens).modal(),
            list: List::of(me, manage, now).await?,
            id: token.id.as_str().to_owned(),
            name: token.name.as_str().to_owned(),
            nonce: Nonce::random().as_str().to_owned(),
            changed: stamp(token),
            former_ends,
            overlaps: overlaps(token, &policy.overlap_hours, &typed.overlap, now),
            choices: if needs_end {
                expiry_options(policy, &typed.expires, me.here(now))
            } else {
                Vec::new()
            },
            first_day: first.to_string(),
            last_day: last.to_string(),
            until: typed.until,
            is_paused: token.paused.is_some(),
            can_generate: policy.may_generate(me.actor.role()),
            problems,
        })
    }

    /// What has the focus when the dialog opens: what is wrong, or else the first thing to do.
    fn begins_at(&self) -> &'static str {
        let offered = [
            ("expires", !self.choices.is_empty()),
            ("until", self.problems.of("until").is_some()),
            ("overlap", self.overlaps.len() > 1),
            ("password", self.shell.asks_password),
        ];
        let mut fields = offered.into_iter().filter(|(_, there)| *there).map(|(field, _)| field);
        let wrong = fields.clone().find(|field| self.problems.of(field).is_some());
        wrong.or(fields.next()).unwrap_or("button")
    }
}

/// When a former value may stop: none of it where it has stopped already.
fn overlaps(token: &Token, hours: &[u32], chosen: &str, now: Now) -> Vec<(u32, String, bool)> {
    if token.has_ended(now) {
        return Vec::new();
    }
    let words = |hours| match hours {
        0 => "At once".to_owned(),
        1 => "In 1 hour".to_owned(),
        hours => format!("In {hours} hours"),
    };
    let all = [0].into_iter().chain(hours.iter().copied());
    all.map(|hours| (hours, words(hours), hours.to_string() == chosen)).collect()
}

/// The form as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SecretForm {
    #[serde(skip)]
    id: String,
    #[serde(skip)]
    changed: String,
    #[serde(skip)]
    nonce: String,
    overlap: String,
    expires: String,
    until: String,
    #[serde(skip)]
    password: String,
}

impl Typed for SecretForm {
    fn read(fields: &Fields) -> Self {
        Self {
            id: fields.text("id"),
            changed: fields.text("changed"),
            nonce: fields.text("nonce"),
            overlap: fields.text("overlap"),
            expires: fields.text("expires"),
            until: fields.text("until"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        let [overlap, expires, until] =
            [&self.overlap, &self.expires, &self.until].map(|typed| encode(typed));
        let dialog = resume(&self.id, "secret");
        format!("{dialog}?overlap={overlap}&expires={expires}&until={until}")
    }
}

impl SecretForm {
    /// What the form asks for; the password is looked at last.
    fn renewal(&self, me: &SignedIn) -> Result<(Renewal, Nonce), Problems> {
        let mut problems = Problems::default();
        let overlap = if self.overlap.is_empty() { "0" } else { &self.overlap };
        let wrong = |_| "Choose when the former value stops".to_owned();
        let hours = problems.keep("overlap", overlap.parse().map_err(wrong));
        let expires = match self.expires.as_str() {
            "" => Some(None),
            expires => {
                let field = if expires == "custom" { "until" } else { "expires" };
                problems.keep(field, choice(expires, &self.until)).map(Some)
            }
        };
        let missing = || "This form was incomplete. Check it and send it again".to_owned();
        let nonce = problems.keep("form", Nonce::parse(&self.nonce).ok_or_else(missing));
        if let Err(missing) = me.want_password(&self.password) {
            problems = problems.and(missing);
        }
        match (hours, expires, nonce) {
            (Some(overlap_hours), Some(expires), Some(nonce)) if problems.is_empty() => {
                Ok((Renewal { read: read(&self.changed), expires, overlap_hours }, nonce))
            }
            _ => Err(problems),
        }
    }
}

pub async fn new(
    manage: Data<Manage>,
    me: SignedIn,
    now: Now,
    id: Id,
    prefill: Query<SecretForm>,
) -> Result<Page, WebError> {
    let id = TokenId::parse(&id).ok_or(WebError::NotFound)?;
    let token = manage.token(&me.actor, id).await?;
    let policy = &manage.rules().policy;
    let mut typed = prefill.into_inner();
    // At once, unless the person says otherwise: a value that has leaked must not live on by oversight.
    for (field, proposed) in [(&mut typed.overlap, 0), (&mut typed.expires, policy.default_days)] {
        if field.is_empty() {
            *field = proposed.to_string();
        }
    }
    Ok(Page::show(&New::of(&me, &manage, &token, typed, Problems::default(), now).await?))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    id: Id,
    sent: Sent<SecretForm>,
) -> Result<Page, WebError> {
    let Sent { me, typed } = sent;
    let id = TokenId::parse(&id).ok_or(WebError::NotFound)?;
    let answer = async {
        let (renewal, nonce) = typed.renewal(&me)?;
        manage.check_renewal(&me.actor, id.clone(), renewal, &nonce, now).await?;
        let by = me.confirm(&manage, &typed.password, now).await?;
        manage.regenerate(by, id.clone(), renewal, nonce, now).await
    };
    match answer.await {
        Ok(Renewed { issued, former_ends }) => {
            show(&me, &manage, Shown { issued, renewed: true, former_ends }, now).await
        }
        Err(Failure::Refused(Refusal::AlreadyDone)) => gone(&me, &manage, &typed.nonce, now).await,
        Err(failure) => {
            let again = Again::of(failure)?;
            let token = manage.token(&me.actor, id).await?;
            let page = New::of(&me, &manage, &token, typed, again.problems.clone(), now).await?;
            Ok(again.mark(Page::show(&page)))
        }
    }
}
