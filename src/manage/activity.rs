//! What happened to one's account and tokens, and for administrators, to everybody's.

use std::collections::{BTreeSet, HashMap};

use super::Manage;
use super::people::check_admin;
use super::service_accounts::owner;
use crate::domain::actor::Actor;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::Outcome;
use crate::domain::token::Called;
use crate::domain::user::UserName;
use crate::store::conn::Conn;
pub use crate::store::events::Place;
use crate::store::events::{self, Filter};
pub use crate::store::people::Names;
use crate::store::{people, tokens, users};

/// How many lines one page has.
const PAGE: usize = 50;
/// How many lines of an export are in memory at once.
const STEP: i64 = 500;
/// How many tokens there are to choose from; the rest is found from the lines about them.
const NAMED: i64 = 200;

/// What of it is asked for.
#[derive(Clone, Default)]
pub struct Asked {
    /// Of everybody's activity, that of one person.
    pub person: Option<UserId>,
    pub token: Option<TokenId>,
    pub kind: Option<Kind>,
}

/// Whom and what an administrator asks for.
pub struct Sought {
    pub person: Option<UserId>,
    /// The ends of the accounts of that name where nobody has it now, the newest first: the person is of that one.
    pub deleted: Vec<Event>,
    /// What the token is called.
    pub called: Option<String>,
}

/// What people are called, as far as they are still there.
pub type People = HashMap<UserId, Names>;

/// One page, the newest first.
pub struct Activity {
    pub lines: Vec<(i64, Event)>,
    /// Who the people in it are.
    pub people: People,
    /// Whether there is more to either side.
    pub is_newest: bool,
    pub is_oldest: bool,
}

/// Whose these things are, and who did them.
pub(super) fn involved(lines: &[(i64, Event)]) -> BTreeSet<UserId> {
    lines.iter().flat_map(|(_, event)| [&event.person, &event.actor]).flatten().cloned().collect()
}

/// Whose activity is read.
#[derive(Clone)]
enum Whose {
    /// Of the person, or of the service account that the request is about.
    Own(Box<Actor>),
    /// Everybody's, by this administrator.
    All(UserId),
}

impl Manage {
    pub async fn activity(&self, me: &Actor, asked: Asked, place: Place) -> Outcome<Activity> {
        self.page(Whose::Own(Box::new(me.clone())), asked, place).await
    }

    /// The next part of all that is asked for, before this number; empty at its end.
    pub async fn activity_before(
        &self,
        me: &Actor,
        asked: Asked,
        place: Place,
    ) -> Outcome<Vec<(i64, Event)>> {
        self.lines(Whose::Own(Box::new(me.clone())), asked, place, STEP).await
    }

    /// A page of what happened to everybody, for an administrator.
    pub async fn all_activity(&self, by: &Actor, asked: Asked, place: Place) -> Outcome<Activity> {
        self.page(Whose::All(by.id().clone()), asked, place).await
    }

    /// The same, the next part of all of it, and who the people in it are.
    pub async fn all_activity_before(
        &self,
        by: &Actor,
        asked: Asked,
        place: Place,
    ) -> Outcome<(Vec<(i64, Event)>, People)> {
        let lines = self.lines(Whose::All(by.id().clone()), asked, place, STEP).await?;
        let people = self.people_of(&lines).await?;
        Ok((lines, people))
    }

    /// Who signs in with this name, or did before the account was deleted, and what a token of anybody's is called, for
    /// the filters of an administrator.
    pub async fn activity_filters(
        &self,
        by: &Actor,
        name: String,
        token: Option<TokenId>,
    ) -> Outcome<Sought> {
        let by = by.id().clone();
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                let token = token.map(|id| tokens::find(c, &id)).transpose()?.flatten();
                let called = token.map(|token| token.name.as_str().to_owned());
                let known = UserName::parse(&name).ok();
                let known = known.map(|name| users::find_by_name(c, &name)).transpose()?.flatten();
                if let Some((user, _)) = known {
                    return Ok(Sought { person: Some(user.id), deleted: Vec::new(), called });
                }
                let deleted = events::deletions(c, &name)?;
                let person = deleted.first().and_then(|event| event.person.clone());
                Ok(Sought { person, deleted, called })
            })
            .await
    }

    async fn people_of(&self, lines: &[(i64, Event)]) -> Outcome<People> {
        let ids = involved(lines);
        self.db.read(move |c| Ok(people::called(c, &ids)?)).await
    }

    async fn page(&self, whose: Whose, asked: Asked, place: Place) -> Outcome<Activity> {
        let most = PAGE as i64 + 1;
        let mut lines = self.lines(whose.clone(), asked.clone(), place, most).await?;
        let more = lines.len() > PAGE;
        let (is_newest, is_oldest) = match place {
            Place::After(_) if more => {
                lines.remove(0);
                (false, false)
            }
            // The last step back is the first page, whole.
            Place::After(_) => return Box::pin(self.page(whose, asked, Place::Newest)).await,
            Place::Newest | Place::Before(_) => {
                lines.truncate(PAGE);
                (place == Place::Newest, !more)
            }
        };
        let people = self.people_of(&lines).await?;
        Ok(Activity { lines, people, is_newest, is_oldest })
    }

    /// The tokens to choose from, the newest first, and the one that was asked for, if it is theirs.
    pub async fn activity_tokens(
        &self,
        me: &Actor,
        asked: Option<TokenId>,
    ) -> Outcome<(Vec<Called>, Option<Called>)> {
        let me = me.clone();
        self.db
            .read(move |c| {
                let id = owner(c, &me)?;
                let one = |token: &TokenId| tokens::names_of_owner(c, &id, Some(token), 1);
                let one = asked.as_ref().map(one).transpose()?;
                Ok((tokens::names_of_owner(c, &id, None, NAMED)?, one.into_iter().flatten().next()))
            })
            .await
    }

    async fn lines(
        &self,
        whose: Whose,
        asked: Asked,
        place: Place,
        most: i64,
    ) -> Outcome<Vec<(i64, Event)>> {
        self.db
            .read(move |c| {
                let Some(filter) = filter(c, &whose, &asked)? else { return Ok(Vec::new()) };
                Ok(events::activity(c, &filter, asked.kind, place, most)?)
            })
            .await
    }
}

/// A token that isn't theirs has no lines; nor has one, for an administrator, that isn't that person's.
fn filter<'a>(c: &mut Conn, whose: &'a Whose, asked: &'a Asked) -> Outcome<Option<Filter<'a>>> {
    let person = match whose {
        Whose::Own(me) => {
            owner(c, me)?;
            Some(&me.owner().id)
        }
        Whose::All(by) => {
            check_admin(c, by)?;
            asked.person.as_ref()
        }
    };
    Ok(match (person, &asked.token) {
        (Some(id), Some(token)) if tokens::names_of_owner(c, id, Some(token), 1)?.is_empty() => {
            None
        }
        (_, Some(token)) => Some(Filter::Token(token)),
        (Some(id), None) => Some(Filter::Person(id)),
        (None, None) => Some(Filter::Everybody),
    })
}
