//! What the pages about one person are made of: who it is, their tokens, where they are signed in.

use crate::domain::catalogue::Catalogue;
use crate::domain::id::UserId;
use crate::domain::team::{Team, TeamKey};
use crate::domain::token::Token;
use crate::domain::user::{Email, User};
use crate::manage::Manage;
use crate::manage::people::Overview;
use crate::web::error::WebError;
use crate::web::local;
use crate::web::page::Page;
use crate::web::pages::people::LIST;
use crate::web::pages::sessions;
use crate::web::pages::tokens::list::{Pager, TokenRow};
use crate::web::session::SignedIn;
use crate::web::words::{Here, Moment};

/// A person's page, or the list where nothing says whose.
pub fn page_of(id: &str) -> String {
    UserId::parse(id).map_or(LIST.to_owned(), |id| format!("{LIST}/{}", id.as_str()))
}

/// One's own account has pages of its own, and these are for others.
pub fn own(me: &SignedIn, id: &UserId, place: &str) -> Option<Page> {
    (me.actor.id() == id).then(|| Page::see_other(place))
}

/// The person that an address names.
pub fn id(text: &str) -> Result<UserId, WebError> {
    UserId::parse(text).ok_or(WebError::NotFound)
}

/// Teams that the file has by name, others by the key that it had.
pub fn teams(user: &User, catalogue: &Catalogue) -> Vec<String> {
    let named = |key: &TeamKey| match catalogue.team(key.as_str()) {
        Some(team) => team.name.clone(),
        None => format!("{} (gone)", key.as_str()),
    };
    user.teams.iter().map(named).collect()
}

/// Who a page is about.
pub struct Whom {
    pub id: String,
    pub name: String,
    pub username: String,
    /// The username as links hold it.
    pub asked: String,
    pub email: Option<String>,
    pub created: Moment,
    pub signed_in: Option<Moment>,
    pub second_factor: Option<Moment>,
    pub passkeys: usize,
    pub disabled: Option<Moment>,
    pub joined: bool,
    /// They have no password, and sign in with their company account.
    pub vouched: bool,
    pub is_me: bool,
}

impl Whom {
    pub fn of(seen: &Overview, me: &SignedIn, here: Here) -> Self {
        let user = &seen.entry.user;
        Self {
            id: user.id.as_str().to_owned(),
            name: user.display_name.as_str().to_owned(),
            username: user.name.as_str().to_owned(),
            asked: local::encode(user.name.as_str()),
            email: user.email.as_ref().map(Email::as_str).map(str::to_owned),
            created: Moment::past(user.created, here),
            signed_in: seen.signed_in.map(|at| Moment::past(at, here)),
            second_factor: seen.second_factor.map(|at| Moment::past(at, here)),
            passkeys: seen.passkeys,
            disabled: user.disabled.map(|at| Moment::past(at, here)),
            joined: seen.entry.joined,
            vouched: seen.entry.vouched,
            is_me: user.id == *me.actor.id(),
        }
    }
}

/// One team that somebody may be put into.
pub struct TeamChoice {
    pub key: String,
    pub name: String,
    /// The most that it gives of each service, in words.
    pub gives: String,
    pub ticked: bool,
}

impl TeamChoice {
    /// The teams of the file, then those that only the person is left of; `ticked` are keys.
    pub fn all(user: &User, ticked: &[String], catalogue: &Catalogue) -> Vec<Self> {
        let is_ticked = |key: &TeamKey| ticked.iter().any(|ticked| ticked == key.as_str());
        let known = catalogue.teams().iter().map(|team| Self {
            key: team.key.as_str().to_owned(),
            name: team.name.clone(),
            gives: gives(team, catalogue),
            ticked: is_ticked(&team.key),
        });
        let gone = user.teams.iter().filter(|key| catalogue.team(key.as_str()).is_none());
        let gone = gone.map(|key| Self {
            key: key.as_str().to_owned(),
            name: key.as_str().to_owned(),
            gives: "Gone from the file: gives nothing".to_owned(),
            ticked: is_ticked(key),
        });
        known.chain(gone).collect()
    }
}

fn gives(team: &Team, catalogue: &Catalogue) -> String {
    let given = team.services.iter().map(|(key, access)| {
        let name = catalogue.service(key.as_str()).map_or(key.as_str(), |service| &service.name);
        format!("{name}: {}", access.words())
    });
    let given: Vec<String> = given.collect();
    if given.is_empty() { "Gives nothing by itself".to_owned() } else { given.join(". ") }
}

/// How many tokens a page shows.
const PER_PAGE: usize = 50;

/// A page of somebody's tokens.
pub struct Tokens {
    /// Each with when it was generated.
    pub rows: Vec<(TokenRow, Moment)>,
    pub total: usize,
    pub has_expired: bool,
    pub pager: Option<Pager>,
}

impl Tokens {
    /// Counted from 1; where there is no such page, the nearest.
    pub fn of(seen: &Overview, page: usize, manage: &Manage, here: Here) -> Self {
        let (total, user) = (seen.tokens.len(), &seen.entry.user);
        let pages = total.div_ceil(PER_PAGE).max(1);
        let page = page.clamp(1, pages);
        let shown = seen.tokens.iter().skip((page - 1) * PER_PAGE).take(PER_PAGE);
        let place = page_of(user.id.as_str());
        let to = |page: usize| format!("{place}?page={page}#tokens");
        Self {
            rows: shown
                .map(|token| (row(token, user, manage, here), created(token, here)))
                .collect(),
            total,
            has_expired: seen.tokens.iter().any(|token| token.has_ended(here.now)),
            pager: (pages > 1).then(|| Pager {
                page,
                pages,
                found: total,
                previous: (page > 1).then(|| to(page - 1)),
                next: (page < pages).then(|| to(page + 1)),
            }),
        }
    }
}

fn created(token: &Token, here: Here) -> Moment {
    Moment::past(token.created, here)
}

/// A token of this person's.
pub fn row(token: &Token, owner: &User, manage: &Manage, here: Here) -> TokenRow {
    TokenRow::new(token, &manage.rules().catalogue, owner, here)
}

/// Where somebody is signed in.
pub fn rows(seen: &Overview, me: &SignedIn, here: Here) -> Vec<sessions::Row> {
    seen.sessions.iter().map(|session| sessions::Row::of(session, me, here)).collect()
}
