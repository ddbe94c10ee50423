//! `/admin/tokens/revocation`: the question that names what stops, and the end of anybody's tokens.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use super::all_tokens::list::{List, matching};
use super::all_tokens::query::{self, LIST, ListQuery};
use super::tokens::row::TokenRow;
use crate::domain::all_tokens::{Query, Usage};
use crate::domain::id::TokenId;
use crate::domain::refusal::{Fault, Problems};
use crate::domain::time::{Now, from_micros};
use crate::manage::Manage;
use crate::manage::all_revocations::{Done, Meant, OfOwner, Toll};
use crate::manage::all_tokens::Owned;
use crate::web::administrator::{Administrator, Ordered};
use crate::web::again::Again;
use crate::web::error::WebError;
use crate::web::form::{Asked, Fields, Typed};
use crate::web::local;
use crate::web::page::Page;
use crate::web::session::SignedIn;
use crate::web::shell::{Shell, Tab};
use crate::web::words::{Here, Moment, number, plural};

#[derive(Template)]
#[template(path = "all_revocations/new.html")]
struct New {
    shell: Shell,
    list: List,
    /// The question, and the deed on the button.
    question: String,
    deed: String,
    count: u64,
    usage: Usage,
    tokens: Vec<TokenRow>,
    owners: Vec<OwnerLine>,
    people: usize,
    /// The fields that say which tokens are meant.
    meant: Vec<(&'static str, String)>,
    back: String,
    problems: Problems,
}

/// One of the people whose tokens stop.
struct OwnerLine {
    name: String,
    username: String,
    count: String,
    last_used: Option<Moment>,
}

impl OwnerLine {
    fn of(owner: &OfOwner, here: Here) -> Self {
        Self {
            name: owner.user.display_name.as_str().to_owned(),
            username: owner.user.name.as_str().to_owned(),
            count: plural(owner.count, "token"),
            last_used: owner.last_use.map(|at| Moment::past(at, here)),
        }
    }
}

impl New {
    /// The question about what would stop, of which there is one token at least.
    async fn of(
        me: &SignedIn,
        manage: &Manage,
        form: &RevocationForm,
        toll: Toll,
        problems: Problems,
        now: Now,
    ) -> Result<Self, WebError> {
        let (back, rules, here) = (form.back(), manage.rules(), me.here(now));
        let row = |owned: &Owned| TokenRow::owned(owned, &rules, here);
        let deed = match (toll.count, form.is_matching) {
            (1, _) => "Revoke token".to_owned(),
            (count, false) => format!("Revoke {} tokens", number(count)),
            (count, true) => format!("Revoke all {} tokens", number(count)),
        };
        let question = match (&*toll.named, toll.count) {
            ([one], 1) => {
                let (name, owner) = (one.token.name.as_str(), one.owner.name.as_str());
                format!("Revoke “{name}” of {owner}?")
            }
            _ => format!("{deed}?"),
        };
        Ok(Self {
            shell: me.shell(Tab::AllTokens).modal(),
            list: List::asked(me, manage, &ListQuery::of_address(&back), now).await?,
            question,
            deed,
            count: toll.count,
            tokens: toll.named.iter().map(row).collect(),
            owners: toll.owners.iter().map(|owner| OwnerLine::of(owner, here)).collect(),
            people: toll.people,
            usage: toll.usage,
            meant: form.fields(toll.count, now),
            back,
            problems,
        })
    }
}

/// Which tokens are meant, in an address and in a form alike.
pub struct RevocationForm {
    ids: Vec<String>,
    is_matching: bool,
    query: Query,
    is_clear: bool,
    asked: String,
    count: String,
    back: String,
    password: String,
}

impl Typed for RevocationForm {
    const REPEATED: &'static [&'static str] = &["id"];

    fn read(fields: &Fields) -> Self {
        let list = ListQuery::read(fields);
        let (query, notes) = list.parse();
        Self {
            ids: fields.each("id"),
            is_matching: fields.text("match") == "yes",
            query,
            // One token alone is said by its id, and never by what else there is.
            is_clear: notes.is_empty() && list.token().is_none(),
            asked: fields.text("asked"),
            count: fields.text("count"),
            back: fields.text("back"),
            password: fields.text("password"),
        }
    }

    fn resume(&self) -> String {
        let mut parts = vec![format!("back={}", local::encode(&self.back()))];
        let pair = |(name, value): (&str, String)| format!("{name}={}", local::encode(&value));
        parts.extend(self.named().into_iter().map(pair));
        format!("/admin/tokens/revocation?{}", parts.join("&"))
    }
}

impl RevocationForm {
    /// The tokens meant; `None` where nothing says which. A query of which a part isn't understood means nothing: the
    /// rest of it would find more.
    fn meant(&self, now: Now) -> Result<Option<Meant>, WebError> {
        if self.is_matching {
            let asked = self.asked.parse().ok().map_or(now.at(), from_micros);
            let (query, count) = (self.query.clone(), self.count.parse().ok());
            if !self.is_clear {
                return Err(WebError::bad_request("It is not said which tokens are meant."));
            }
            return Ok(Some(Meant::Matching { query, asked: asked.min(now.at()), count }));
        }
        let mut ids = Vec::new();
        for id in &self.ids {
            let id = TokenId::parse(id).ok_or(WebError::NotFound)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok((!ids.is_empty()).then_some(Meant::These(ids)))
    }

    fn named(&self) -> Vec<(&'static str, String)> {
        if self.is_matching {
            let mut fields = query::fields(&self.query);
            fields.push(("match", "yes".to_owned()));
            return fields;
        }
        self.ids.iter().map(|id| ("id", id.clone())).collect()
    }

    /// The fields of the question's own form: all that match are those that match now.
    fn fields(&self, count: u64, now: Now) -> Vec<(&'static str, String)> {
        if self.is_matching { matching(&self.query, now, count) } else { self.named() }
    }

    /// The page of the list that the administrator came from, or what they asked it for.
    fn back(&self) -> String {
        match local::path(&self.back) {
            Some(path) => path.to_owned(),
            None if self.is_matching => query::address(&self.query),
            None => LIST.to_owned(),
        }
    }
}

pub async fn new(
    manage: Data<Manage>,
    admin: Administrator,
    now: Now,
    asked: Asked<RevocationForm>,
) -> Result<Page, WebError> {
    let (Administrator(me), Asked(form)) = (admin, asked);
    // Looked at anew: what the link said of number and time is of when the list was shown.
    let form = RevocationForm { asked: String::new(), count: String::new(), ..form };
    let Some(meant) = form.meant(now)? else { return turn_back(&me, &form, TICK) };
    let toll = manage.toll(&me.actor, meant, now).await?;
    if toll.count == 0 {
        return turn_back(&me, &form, "None of these tokens can be revoked any more.");
    }
    Ok(Page::show(&New::of(&me, &manage, &form, toll, Problems::default(), now).await?))
}

pub async fn create(
    manage: Data<Manage>,
    now: Now,
    sent: Ordered<RevocationForm>,
) -> Result<Page, WebError> {
    let Ordered { me, typed: form } = sent;
    let Some(meant) = form.meant(now)? else { return turn_back(&me, &form, TICK) };
    let answer = async {
        me.want_password(&form.password)?;
        let by = me.confirm(&manage, &form.password, now).await?;
        manage.revoke_all(by, meant.clone(), now).await
    };
    let again = match answer.await {
        Ok(Done { stopped: Some(fault), revoked, meant, .. }) => cut_short(fault, revoked, meant),
        Ok(done) => return tell(&me, &form, &done),
        Err(failure) => Again::of(failure)?,
    };
    // The question again, about what there is now.
    let meant = form.meant(now)?.map(|meant| match meant {
        Meant::Matching { query, .. } => Meant::Matching { query, asked: now.at(), count: None },
        these @ Meant::These(_) => these,
    });
    let toll = manage.toll(&me.actor, meant.unwrap_or(Meant::These(Vec::new())), now).await?;
    if toll.count == 0 {
        return turn_back(&me, &form, NOTHING);
    }
    let page = New::of(&me, &manage, &form, toll, again.problems.clone(), now).await?;
    Ok(again.mark(Page::show(&page)))
}

const TICK: &str = "Tick the tokens to revoke first.";
const NOTHING: &str = "Nothing was changed.";

/// Something broke on the way: what is done stays done.
fn cut_short(fault: Fault, revoked: usize, meant: usize) -> Again {
    let (revoked, meant, sign) =
        (number(revoked as u64), number(meant as u64), fault.number().to_owned());
    tracing::error!(number = sign, "{fault}");
    let sentence = format!(
        "Something went wrong on our side after {revoked} of {meant} tokens were revoked; those stay revoked, and the others still work. Try again, and tell your operator this number: {sign}"
    );
    Again::with(Problems::one("form", sentence), StatusCode::INTERNAL_SERVER_ERROR)
}

fn turn_back(me: &SignedIn, form: &RevocationForm, note: &str) -> Result<Page, WebError> {
    me.note(note)?;
    Ok(Page::see_other(&form.back()))
}

/// What was done, on the page of the list that the administrator came from.
fn tell(me: &SignedIn, form: &RevocationForm, done: &Done) -> Result<Page, WebError> {
    match (&done.only, done.revoked) {
        (_, 0) => return turn_back(me, form, NOTHING),
        (Some(one), 1) => {
            let (name, owner) = (one.token.name.as_str(), one.owner.name.as_str());
            me.tell(&format!(
                "“{name}” of {owner} was revoked. Anything that used it has lost access."
            ))?;
        }
        (_, revoked) => me.tell(&format!("{} tokens were revoked.", number(revoked as u64)))?,
    }
    Ok(Page::see_other(&form.back()))
}
