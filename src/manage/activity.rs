//! What happened to one's account and tokens.

use std::collections::{BTreeSet, HashMap};

use super::Manage;
use crate::domain::actor::Actor;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::Outcome;
use crate::domain::token::Called;
use crate::domain::user::DisplayName;
pub use crate::store::events::Place;
use crate::store::events::{self, Filter};
use crate::store::{people, tokens};

/// How many lines one page has.
const PAGE: usize = 50;
/// How many lines of an export are in memory at once.
const STEP: i64 = 500;
/// How many tokens there are to choose from; the rest is found from the lines about them.
const NAMED: i64 = 200;

/// What of it is asked for.
#[derive(Clone, Default)]
pub struct Asked {
    pub token: Option<TokenId>,
    pub kind: Option<Kind>,
}

/// What people are called.
pub type Names = HashMap<UserId, DisplayName>;

/// One page, the newest first.
pub struct Activity {
    pub lines: Vec<(i64, Event)>,
    /// What those are called who did it, beside the person.
    pub names: Names,
    /// Whether there is more to either side.
    pub is_newest: bool,
    pub is_oldest: bool,
}

/// Who did these things, where it was not the person themself.
pub(super) fn actors(lines: &[(i64, Event)]) -> BTreeSet<UserId> {
    let others = lines.iter().filter(|(_, event)| event.actor != event.person);
    others.filter_map(|(_, event)| event.actor.clone()).collect()
}

impl Manage {
    pub async fn activity(&self, me: &Actor, asked: Asked, place: Place) -> Outcome<Activity> {
        let mut found = self.page(me, asked, place).await?;
        let who = actors(&found.lines);
        found.names = self.db.read(move |c| Ok(people::called(c, &who)?)).await?;
        Ok(found)
    }

    async fn page(&self, me: &Actor, asked: Asked, place: Place) -> Outcome<Activity> {
        let names = Names::new();
        let mut lines = self.lines(me, asked.clone(), place, PAGE as i64 + 1).await?;
        let more = lines.len() > PAGE;
        match place {
            Place::After(_) if more => {
                lines.remove(0);
                Ok(Activity { lines, names, is_newest: false, is_oldest: false })
            }
            // The last step back is the first page, whole.
            Place::After(_) => Box::pin(self.page(me, asked, Place::Newest)).await,
            Place::Newest | Place::Before(_) => {
                lines.truncate(PAGE);
                let is_newest = place == Place::Newest;
                Ok(Activity { lines, names, is_newest, is_oldest: !more })
            }
        }
    }

    /// The next part of all that is asked for, before this number; empty at its end.
    pub async fn activity_before(
        &self,
        me: &Actor,
        asked: Asked,
        place: Place,
    ) -> Outcome<Vec<(i64, Event)>> {
        self.lines(me, asked, place, STEP).await
    }

    /// The tokens to choose from, the newest first, and the one that was asked for, if it is theirs.
    pub async fn activity_tokens(
        &self,
        me: &Actor,
        asked: Option<TokenId>,
    ) -> Outcome<(Vec<Called>, Option<Called>)> {
        let id = me.id().clone();
        self.db
            .read(move |c| {
                let one = |token: &TokenId| tokens::names_of_owner(c, &id, Some(token), 1);
                let one = asked.as_ref().map(one).transpose()?;
                Ok((tokens::names_of_owner(c, &id, None, NAMED)?, one.into_iter().flatten().next()))
            })
            .await
    }

    /// A token that isn't theirs has no lines.
    async fn lines(
        &self,
        me: &Actor,
        asked: Asked,
        place: Place,
        most: i64,
    ) -> Outcome<Vec<(i64, Event)>> {
        let id = me.id().clone();
        self.db
            .read(move |c| {
                let filter = match &asked.token {
                    Some(token) if tokens::names_of_owner(c, &id, Some(token), 1)?.is_empty() => {
                        return Ok(Vec::new());
                    }
                    Some(token) => Filter::Token(token),
                    None => Filter::Person(&id),
                };
                Ok(events::activity(c, &filter, asked.kind, place, most)?)
            })
            .await
    }
}
