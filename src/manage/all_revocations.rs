//! The end of many tokens of many people, by an administrator.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Manage;
use super::all_tokens::{Owned, fault, owned};
use super::people::check_admin;
use crate::domain::actor::{Actor, Confirmed};
use crate::domain::all_tokens::{Query, Usage};
use crate::domain::id::{TokenId, UserId};
use crate::domain::refusal::{Fault, Outcome, Refusal};
use crate::domain::time::Now;
use crate::domain::token::Token;
use crate::domain::user::User;
use crate::store::all_tokens;
use crate::store::conn::Conn;

/// How many tokens one transaction ends: others who change something wait no longer than for these.
const BATCH: usize = 100;
/// How many tokens, and how many people, a question names.
const NAMED: usize = 50;
const PEOPLE_NAMED: usize = 20;

/// Which tokens are meant.
#[derive(Clone, Debug)]
pub enum Meant {
    These(Vec<TokenId>),
    /// All that a query finds, as they were when it was asked: so many, none of them newer.
    Matching {
        query: Query,
        asked: DateTime<Utc>,
        count: Option<u64>,
    },
}

/// What would stop.
#[derive(Default)]
pub struct Toll {
    pub count: u64,
    pub usage: Usage,
    /// The first of them.
    pub named: Vec<Owned>,
    /// Whose most of them are: how many, and the last use.
    pub owners: Vec<OfOwner>,
    /// How many people they are of.
    pub people: usize,
}

pub struct OfOwner {
    pub user: User,
    pub count: u64,
    pub last_use: Option<DateTime<Utc>>,
}

/// What came of it.
pub struct Done {
    /// How many were revoked, and of how many.
    pub revoked: usize,
    pub meant: usize,
    /// The first of them, where it was one alone.
    pub only: Option<Owned>,
    /// What kept the rest from it.
    pub stopped: Option<Fault>,
}

impl Manage {
    /// What a revocation would end.
    pub async fn toll(&self, by: &Actor, meant: Meant, now: Now) -> Outcome<Toll> {
        let (by, manage) = (by.id().clone(), self.clone());
        self.db
            .read(move |c| {
                check_admin(c, &by)?;
                let mut sum = Sum::default();
                manage.each(c, &meant, now, |token| sum.add(token, now))?;
                Ok(sum.toll(c)?)
            })
            .await
    }

    /// Revokes tokens in batches, each of which is refused from the moment it is done, on to the end even where nobody
    /// waits for it any more. Revoking one again changes nothing.
    pub async fn revoke_all(&self, by: Confirmed, meant: Meant, now: Now) -> Outcome<Done> {
        let manage = self.clone();
        let job = tokio::spawn(async move { manage.end(Arc::new(by), meant, now).await });
        job.await.map_err(|e| Fault::new("revoking tokens", e))?
    }

    async fn end(&self, by: Arc<Confirmed>, meant: Meant, now: Now) -> Outcome<Done> {
        let (admin, manage) = (by.id().clone(), self.clone());
        let ids = self
            .db
            .read(move |c| {
                check_admin(c, &admin)?;
                let mut ids = Vec::new();
                manage.each(c, &meant, now, |token| ids.push(token.id))?;
                match meant {
                    Meant::Matching { count: Some(count), .. } if ids.len() as u64 > count => {
                        let sentence = format!(
                            "{} tokens match by now, more than the {count} you were asked about. Look at them again",
                            ids.len()
                        );
                        Err(Refusal::field("form", sentence).into())
                    }
                    _ => Ok(ids),
                }
            })
            .await?;
        let mut done = Done { revoked: 0, meant: ids.len(), only: None, stopped: None };
        for batch in ids.chunks(BATCH) {
            match self.end_batch(by.clone(), batch.to_vec(), now).await {
                Ok(ended) => {
                    done.revoked += ended.len();
                    done.only = ended.into_iter().next().filter(|_| done.revoked == 1);
                }
                Err(failure) => {
                    done.stopped = Some(fault(failure));
                    break;
                }
            }
        }
        Ok(done)
    }

    /// One transaction: all of these or none.
    async fn end_batch(
        &self,
        by: Arc<Confirmed>,
        ids: Vec<TokenId>,
        now: Now,
    ) -> Outcome<Vec<Owned>> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                check_admin(tx, by.id())?;
                let mut tokens = all_tokens::these(tx, &ids)?;
                tokens.retain(|token| token.revoked.is_none());
                for token in &tokens {
                    manage.end_token(tx, by.actor(), token, now)?;
                }
                Ok(owned(tx, tokens)?)
            })
            .await
    }

    /// Each unrevoked token that is meant. An id that is nobody's is not found.
    fn each(
        &self,
        c: &mut Conn,
        meant: &Meant,
        now: Now,
        mut look: impl FnMut(Token),
    ) -> Outcome<()> {
        let mut look_at_live = |token: Token| {
            if token.revoked.is_none() {
                look(token);
            }
        };
        match meant {
            Meant::These(ids) => {
                let found = all_tokens::these(c, ids)?;
                if found.len() < ids.len() {
                    return Err(Refusal::NotFound.into());
                }
                found.into_iter().for_each(look_at_live);
            }
            Meant::Matching { query, asked, .. } => {
                if let Some(wanted) = self.wanted(c, query.clone(), Some(*asked), now)? {
                    wanted.walk(c, &mut look_at_live)?;
                }
            }
        }
        Ok(())
    }
}

/// What is summed up of tokens as they go by.
#[derive(Default)]
struct Sum {
    usage: Usage,
    count: u64,
    first: Vec<Token>,
    owners: HashMap<UserId, (u64, Option<DateTime<Utc>>)>,
}

impl Sum {
    fn add(&mut self, token: Token, now: Now) {
        self.count += 1;
        self.usage.add(&token, now);
        let (count, last) = self.owners.entry(token.owner.clone()).or_default();
        *count += 1;
        *last = (*last).max(token.last_use.as_ref().map(|last| last.at));
        if self.first.len() < NAMED {
            self.first.push(token);
        }
    }

    fn toll(self, c: &mut Conn) -> Result<Toll, Fault> {
        let people = self.owners.len();
        let mut most: Vec<_> = self.owners.into_iter().collect();
        most.sort_by(|(a, one), (b, other)| other.0.cmp(&one.0).then_with(|| a.cmp(b)));
        most.truncate(PEOPLE_NAMED);
        let mut users = all_tokens::people(c, most.iter().map(|(id, _)| id))?;
        let of = |(id, (count, last_use)): (UserId, (u64, Option<DateTime<Utc>>))| {
            Some(OfOwner { user: users.remove(&id)?, count, last_use })
        };
        let owners = most.into_iter().filter_map(of).collect();
        let named = owned(c, self.first)?;
        Ok(Toll { count: self.count, usage: self.usage, named, owners, people })
    }
}
