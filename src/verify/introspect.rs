//! What one service may know of a token that was presented to it.

use chrono::{DateTime, Utc};

use super::Verifier;
use crate::domain::catalogue::ServiceKey;
use crate::domain::client::Client;
use crate::domain::refusal::Fault;
use crate::domain::scope;
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::verdict::Known;

/// A working token, as far as it concerns the service that asks.
pub struct Introspected {
    pub known: Known,
    /// What it may do there, never empty.
    pub scopes: Vec<String>,
    /// When the presented value stops working by itself.
    pub end: Option<DateTime<Utc>>,
}

impl Verifier {
    /// What the holder of this value may do at the service that asks; `None` for a value that doesn't work, and for
    /// one that opens nothing there. `client` is whoever presented it to the service. A find is noted as a use.
    pub async fn introspect(
        &self,
        digest: Digest,
        caller: &ServiceKey,
        client: Client,
        now: Now,
    ) -> Result<Option<Introspected>, Fault> {
        let Ok(known) = self.identify(digest, &client, now).await? else { return Ok(None) };
        let offer = self.offer();
        let Some(service) = offer.catalogue.service(caller.as_str()) else { return Ok(None) };
        let granted = known.token.grants.of(caller);
        let Some(grant) = granted.and_then(|grant| grant.within(service, known.owner.ceiling()))
        else {
            return Ok(None);
        };
        self.uses.note(&known.holder(digest), &client, now);
        let end = [known.token.end(), known.until].into_iter().flatten().min();
        Ok(Some(Introspected { scopes: scope::of(service, &grant), end, known }))
    }
}
