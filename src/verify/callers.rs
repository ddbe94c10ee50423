//! Which service asks: its key and its secret, read anew at each question, so that what the operator changes holds
//! from the next one on.

use crate::domain::catalogue::ServiceKey;
use crate::domain::refusal::{Failure, Fault};
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::store::{Db, callers};

/// The services that may ask about tokens.
pub struct Callers(Db);

impl Callers {
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The service of this key, if the secret is one of its own that works now.
    pub async fn identify(
        &self,
        service: &str,
        secret: Digest,
        now: Now,
    ) -> Result<Option<ServiceKey>, Fault> {
        let Ok(key) = ServiceKey::parse(service) else { return Ok(None) };
        match self.0.read(move |c| Ok(callers::find(c, &key)?)).await {
            Ok(found) => {
                let accepted = found.filter(|caller| caller.accepts(&secret, now));
                Ok(accepted.map(|caller| caller.service))
            }
            Err(Failure::Broke(fault)) => Err(fault),
            Err(Failure::Refused(_)) => Err(Fault::busy("looking a caller up")),
        }
    }
}
