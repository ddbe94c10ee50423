//! When, from where and by what a token was last used: gathered in memory, written in batches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::client::Client;
use crate::domain::id::TokenId;
use crate::domain::refusal::Outcome;
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::token::LastUse;
use crate::store::{Db, former_secrets, tokens};

/// Uses not yet written, the last one of each token. Shared by all workers.
#[derive(Clone)]
pub struct Usage {
    db: Db,
    noted: Arc<Mutex<HashMap<TokenId, Noted>>>,
}

/// The last use of a token, and of its former value, if that was used.
#[derive(Clone)]
struct Noted {
    last: LastUse,
    former: Option<(Digest, LastUse)>,
}

impl Usage {
    /// Beyond this many tokens between two writes further ones go unnoted: memory stays bounded.
    const MOST: usize = 100_000;
    /// How many uses one transaction writes, so that it is short.
    const BATCH: usize = 500;

    pub fn new(db: Db) -> Self {
        Self { db, noted: Arc::default() }
    }

    /// `former` is the digest of the presented value where it is not the token's present one.
    pub fn note(&self, token: &TokenId, former: Option<Digest>, client: Client, now: Now) {
        let last =
            LastUse { at: now.at(), address: client.address, agent: client.agent().to_owned() };
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = noted.get_mut(token) {
            known.former = former.map(|digest| (digest, last.clone())).or(known.former.take());
            known.last = last;
        } else if noted.len() < Self::MOST {
            let former = former.map(|digest| (digest, last.clone()));
            noted.insert(token.clone(), Noted { last, former });
        }
    }

    /// Writes what was noted. What could not be written is kept for the next time, unless a newer use is known.
    pub async fn write(&self) -> Outcome<()> {
        let noted = std::mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner));
        let mut left: Vec<(TokenId, Noted)> = noted.into_iter().collect();
        left.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        while !left.is_empty() {
            let rest = left.split_off(left.len().min(Self::BATCH));
            let batch = Arc::new(std::mem::replace(&mut left, rest));
            let uses = Arc::clone(&batch);
            let done = self.db.write(move |tx| {
                uses.iter().try_for_each(|(id, noted)| {
                    if let Some((former, last)) = &noted.former {
                        former_secrets::mark_used(tx, former, last)?;
                    }
                    Ok(tokens::mark_used(tx, id, &noted.last)?)
                })
            });
            if let Err(failure) = done.await {
                self.keep(batch.iter().chain(&left));
                return Err(failure);
            }
        }
        Ok(())
    }

    fn keep<'a>(&self, uses: impl Iterator<Item = &'a (TokenId, Noted)>) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        for (token, use_of_it) in uses {
            if noted.len() < Self::MOST {
                noted.entry(token.clone()).or_insert_with(|| use_of_it.clone());
            }
        }
    }
}
