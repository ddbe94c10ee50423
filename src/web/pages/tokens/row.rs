//! A token as a row of the list and as a line of a question.

use crate::domain::catalogue::Catalogue;
use crate::domain::time::Now;
use crate::domain::token::{FormerSecret, Token};
use crate::domain::user::User;
use crate::manage::Rules;
use crate::manage::all_tokens::Owned;
use crate::manage::tokens::Listed;
use crate::web::session::SignedIn;
use crate::web::whose;
use crate::web::words::{AccessLine, Here, Moment, access};

/// Of how many services a row says why they give less.
const NAMED: usize = 2;

pub struct TokenRow {
    pub id: String,
    pub name: String,
    pub hint: String,
    pub access: Vec<AccessLine>,
    /// What it was granted and can't do now, and why.
    pub losses: Vec<String>,
    /// How often it may be used, in words.
    pub often: Option<String>,
    pub last_used: Option<Moment>,
    pub from: Option<String>,
    pub agent: String,
    pub is_in_use: bool,
    pub ends: Option<Moment>,
    pub is_expired: bool,
    pub expires_soon: bool,
    pub is_paused: bool,
    pub former: Option<Former>,
    /// What today's policy would not give it any more, as a sentence.
    pub outside: Option<String>,
    pub created: Moment,
    /// In the list of everybody's tokens: since when it is revoked, and whose it is.
    pub revoked: Option<Moment>,
    pub owner: Option<Owner>,
}

/// Whose a token is.
pub struct Owner {
    /// Where an administrator looks after them.
    pub place: String,
    /// What the team is called that owns a service account.
    pub team: Option<String>,
    pub name: String,
    pub username: String,
    pub is_disabled: bool,
}

/// The former value that still works beside the present one.
pub struct Former {
    pub until: Moment,
    pub last_used: Option<Moment>,
}

impl TokenRow {
    pub fn new(token: &Token, catalogue: &Catalogue, owner: &User, here: Here) -> Self {
        let now = here.now;
        let last_use = token.last_use.as_ref();
        let address = last_use.and_then(|last| last.address);
        let ceiling = owner.ceiling();
        let left = token.grants.within(catalogue, ceiling);
        Self {
            id: token.id.as_str().to_owned(),
            name: token.name.as_str().to_owned(),
            hint: token.hint.clone(),
            access: access(&left.summary(catalogue)),
            losses: token.grants.losses(catalogue, ceiling),
            often: token.per_minute.map(|limit| limit.to_string()),
            last_used: last_use.map(|last| Moment::past(last.at, here)),
            agent: last_use.map(|last| last.agent.clone()).unwrap_or_default(),
            from: address.map(|address| address.to_string()),
            is_in_use: token.is_in_use(now),
            ends: token.end().map(|end| Moment::end(end, here)),
            is_expired: token.has_ended(now),
            expires_soon: token.expires_soon(now),
            is_paused: token.paused.is_some(),
            former: None,
            outside: None,
            created: Moment::past(token.created, here),
            revoked: None,
            owner: None,
        }
    }

    /// What it was granted and can't do now: the first few services, and why.
    pub fn why_less(&self) -> String {
        let named = self.losses.len().min(NAMED);
        let words = self.losses[..named].join(". ");
        match self.losses.len() - named {
            0 => format!("{words}."),
            1 => format!("{words}. And 1 more."),
            more => format!("{words}. And {more} more."),
        }
    }

    /// In the list of everybody's tokens: with its owner.
    pub fn owned(owned: &Owned, rules: &Rules, here: Here) -> Self {
        let Owned { token, owner } = owned;
        let revoked = token.revoked.map(|at| Moment::past(at, here));
        Self {
            outside: outside(token, rules, here.now).filter(|_| revoked.is_none()),
            revoked,
            owner: Some(Owner::of(owner, &rules.catalogue)),
            ..Self::new(token, &rules.catalogue, owner, here)
        }
    }

    /// With what only the list tells: the former value, and what the policy says today.
    pub fn listed(listed: &Listed, rules: &Rules, me: &SignedIn, now: Now) -> Self {
        let token = &listed.token;
        let row = Self::new(token, &rules.catalogue, me.actor.owner(), me.here(now));
        let former = listed.former.as_ref().filter(|_| !row.is_expired);
        let former = former.map(|former| Former::new(former, me.here(now)));
        Self { former, outside: outside(token, rules, now), ..row }
    }
}

impl Owner {
    fn of(owner: &User, catalogue: &Catalogue) -> Self {
        let called = |key: &str| catalogue.team(key).map_or(key, |team| &team.name).to_owned();
        Self {
            place: whose::place(owner),
            team: owner.owned_by.as_ref().map(|team| called(team.as_str())),
            name: owner.display_name.as_str().to_owned(),
            username: owner.name.as_str().to_owned(),
            is_disabled: owner.disabled.is_some(),
        }
    }
}

/// What today's policy would not give a token any more, while it hasn't ended.
fn outside(token: &Token, rules: &Rules, now: Now) -> Option<String> {
    let breaches = rules.policy.breaches(token, now);
    let is_outside = !breaches.is_empty() && !token.has_ended(now);
    is_outside.then(|| format!("It {}.", breaches.join(" and ")))
}

impl Former {
    fn new(former: &FormerSecret, here: Here) -> Self {
        let last_use = former.last_use.as_ref();
        Self {
            until: Moment::end(former.ends, here),
            last_used: last_use.map(|last| Moment::past(last.at, here)),
        }
    }
}
