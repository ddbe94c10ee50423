//! A token as a row of the list and as a line of a question.

use crate::domain::catalogue::Catalogue;
use crate::domain::ceiling::Ceiling;
use crate::domain::time::Now;
use crate::domain::token::{FormerSecret, Token};
use crate::manage::Rules;
use crate::manage::tokens::Listed;
use crate::web::session::SignedIn;
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
}

/// The former value that still works beside the present one.
pub struct Former {
    pub until: Moment,
    pub last_used: Option<Moment>,
}

impl TokenRow {
    pub fn new(token: &Token, catalogue: &Catalogue, me: &SignedIn, now: Now) -> Self {
        Self::of_owner(token, catalogue, me.actor.user.ceiling(), me.here(now))
    }

    /// The token of somebody who may have this much; why it does less is said in words for them.
    pub fn of_owner(
        token: &Token,
        catalogue: &Catalogue,
        ceiling: Ceiling<'_>,
        here: Here,
    ) -> Self {
        let now = here.now;
        let last_use = token.last_use.as_ref();
        let address = last_use.and_then(|last| last.address);
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

    /// With what only the list tells: the former value, and what the policy says today.
    pub fn listed(listed: &Listed, rules: &Rules, me: &SignedIn, now: Now) -> Self {
        let token = &listed.token;
        let row = Self::new(token, &rules.catalogue, me, now);
        let former = listed.former.as_ref().filter(|_| !row.is_expired);
        let breaches = rules.policy.breaches(token, now);
        let is_outside = !breaches.is_empty() && !row.is_expired;
        let outside = is_outside.then(|| format!("It {}.", breaches.join(" and ")));
        Self { former: former.map(|former| Former::new(former, me.here(now))), outside, ..row }
    }
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
