//! Floor 3, for machines: what may be asked. A verification reads, and never waits for a write.

pub mod usage;

use std::sync::Arc;

use crate::domain::catalogue::Catalogue;
use crate::domain::client::Client;
use crate::domain::refusal::Fault;
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::domain::verdict::{Denial, Holder, Need, alive, covers};
use crate::store::Db;
use crate::store::lookup::Lookup;
use usage::Usage;

/// Decides for one worker thread.
pub struct Verifier {
    lookup: Lookup,
    catalogue: Arc<Catalogue>,
    usage: Usage,
}

impl Verifier {
    pub fn new(db: &Db, catalogue: Arc<Catalogue>, usage: Usage) -> Result<Self, Fault> {
        Ok(Self { lookup: Lookup::new(db)?, catalogue, usage })
    }

    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Who holds a presented value that works now.
    pub async fn identify(
        &self,
        digest: Digest,
        client: &Client,
        now: Now,
    ) -> Result<Result<Holder, Denial>, Fault> {
        Ok(alive(self.lookup.find(digest).await?, client.address, now))
    }

    /// May the holder of this value do that? An allowed use is noted, to be written later.
    pub async fn decide(
        &self,
        digest: Digest,
        need: &Need,
        client: Client,
        now: Now,
    ) -> Result<Result<Holder, Denial>, Fault> {
        let verdict = self.identify(digest, &client, now).await?.and_then(|holder| {
            covers(&holder, need, &self.catalogue)?;
            Ok(holder)
        });
        if let Ok(holder) = &verdict {
            let former = holder.until.map(|_| digest);
            self.usage.note(&holder.token.id, former, client, now);
        }
        Ok(verdict)
    }
}
