//! How often tokens were used within the last minute: in memory, shared by all workers of this node. Tokens and
//! services without a limit cost nothing here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::catalogue::{Service, ServiceKey};
use crate::domain::id::TokenId;
use crate::domain::limit::{Meter, PerMinute, Quotas};
use crate::domain::time::Now;

/// So many workers hardly ever wait for one another.
const SHARDS: usize = 64;
/// With fewer tokens than this a shard is never swept.
const FEW: usize = 64;

/// The meters of every token that was used lately.
#[derive(Clone)]
pub struct Limits(Arc<[Mutex<Shard>]>);

#[derive(Default)]
struct Shard {
    used: HashMap<TokenId, Used>,
    /// How many tokens were left by the last sweep.
    swept: usize,
}

/// A token's meter over all services, and one for each limited service that it was used with.
#[derive(Default)]
struct Used {
    all: Meter,
    services: Vec<(ServiceKey, Meter)>,
}

impl Default for Limits {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }
}

impl Limits {
    /// Counts one request where all limits that hold for it have one left, and answers with what is left of them then;
    /// else counts nothing, and answers with what is left now.
    pub fn take(
        &self,
        token: &TokenId,
        own: Option<PerMinute>,
        service: &Service,
        now: Now,
    ) -> Result<Quotas, Quotas> {
        if own.is_none() && service.per_minute.is_none() {
            return Ok(Quotas::default());
        }
        let mut shard = self.shard(token);
        if let Some(used) = shard.used.get_mut(token) {
            return used.take(own, service, now);
        }
        shard.make_room(now);
        shard.used.entry(token.clone()).or_default().take(own, service, now)
    }

    fn shard(&self, token: &TokenId) -> MutexGuard<'_, Shard> {
        // Ids are random: any part of one spreads them evenly.
        let place = token.as_str().bytes().rev().take(4).map(usize::from).sum::<usize>() % SHARDS;
        self.0[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    /// Drops the tokens that were not used for a minute, whenever there are twice as many as were last left.
    fn make_room(&mut self, now: Now) {
        if self.used.len() < FEW.max(self.swept * 2) {
            return;
        }
        self.used.retain(|_, used| used.is_recent(now));
        self.used.shrink_to(FEW.max(self.used.len() * 2));
        self.swept = self.used.len();
    }
}

impl Used {
    fn take(
        &mut self,
        own: Option<PerMinute>,
        service: &Service,
        now: Now,
    ) -> Result<Quotas, Quotas> {
        let Self { all, services } = self;
        let mut here = service.per_minute.map(|limit| (limit, meter(services, &service.key)));
        all.settle(now);
        if let Some((_, meter)) = &mut here {
            meter.settle(now);
        }
        let left = |all: &Meter, here: &Option<(PerMinute, &mut Meter)>| Quotas {
            token: own.map(|limit| all.quota(limit, now)),
            service: here.as_ref().map(|(limit, meter)| meter.quota(*limit, now)),
        };
        let before = left(all, &here);
        if before.wait().is_some() {
            return Err(before);
        }
        if let Some(limit) = own {
            all.take(limit, now);
        }
        if let Some((limit, meter)) = &mut here {
            meter.take(*limit, now);
        }
        Ok(left(all, &here))
    }

    /// Whether one of the meters is not full again; those that are, are dropped.
    fn is_recent(&mut self, now: Now) -> bool {
        self.all.settle(now);
        self.services.retain_mut(|(_, meter)| {
            meter.settle(now);
            !meter.is_full(now)
        });
        !self.services.is_empty() || !self.all.is_full(now)
    }
}

fn meter<'a>(services: &'a mut Vec<(ServiceKey, Meter)>, key: &ServiceKey) -> &'a mut Meter {
    let place = services.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
        services.push((key.clone(), Meter::default()));
        services.len() - 1
    });
    &mut services[place].1
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
