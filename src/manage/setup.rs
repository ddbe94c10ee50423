//! The set-up link: good as long as nobody exists, and as this process runs.

use super::Manage;
use crate::domain::refusal::{Outcome, Refusal};

impl Manage {
    /// The code to print, while there is nobody.
    pub async fn setup_code(&self) -> Outcome<Option<String>> {
        let people = self.has_people().await?;
        Ok((!people).then(|| self.setup.as_str().to_owned()))
    }

    /// Whether this code would let the first person in.
    pub async fn check_setup(&self, code: &str) -> Outcome<()> {
        if self.has_people().await? {
            return Err(Refusal::AlreadyDone.into());
        }
        if self.setup.is(code) {
            return Ok(());
        }
        let sentence = "This set-up link isn’t right. Open the one that the server printed when it last started";
        Err(Refusal::field("code", sentence).into())
    }
}
