//! Which service asks: its key and its secret, read anew at each question, so that what the operator changes holds
//! from the next one on.

use crate::domain::catalogue::ServiceKey;
use crate::domain::refusal::Fault;
use crate::domain::secret::Digest;
use crate::domain::time::Now;
use crate::store::conn::Conn;
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
        let find = move |c: &mut Conn| Ok(callers::find(c, &key)?);
        let found = self.0.read_soon("looking a caller up", find).await?;
        let accepted = found.filter(|caller| caller.accepts(&secret, now));
        Ok(accepted.map(|caller| caller.service))
    }
}
