//! What the tokens start with that there are.

use super::Manage;
use crate::domain::refusal::Outcome;
use crate::domain::secret::Prefix;
use crate::store::{callers, tokens};

impl Manage {
    /// Today's prefix first, then those that unrevoked tokens and callers' secrets were made with before.
    pub async fn prefixes(&self) -> Outcome<Vec<Prefix>> {
        let read = |c: &mut _| Ok((tokens::prefixes(c)?, callers::all(c)?));
        let (tokens, callers) = self.db.read(read).await?;
        let tokens = tokens.iter().filter_map(|prefix| Prefix::parse(prefix).ok());
        let callers = callers.iter().filter_map(|caller| Prefix::of_caller(&caller.hint));
        let mut earlier: Vec<Prefix> = tokens.chain(callers).collect();
        earlier.sort();
        earlier.dedup();
        let today = self.rules().prefix.clone();
        earlier.retain(|prefix| *prefix != today);
        Ok([vec![today], earlier].concat())
    }
}
