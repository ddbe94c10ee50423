//! Whether an account's tokens may do anything, and its end.

use super::{Hand, named};
use crate::domain::id::TokenId;
use crate::domain::refusal::Outcome;
use crate::domain::time::Now;
use crate::domain::token::{FORM, Token};
use crate::domain::user::{User, UserName};
use crate::manage::standing::{By, disable, enable, returning};
use crate::manage::{Manage, deletions};

impl Manage {
    /// Has an account's tokens refused from the moment this returns. `None` where they are already.
    pub async fn disable_account(
        &self,
        hand: Hand,
        name: UserName,
        now: Now,
    ) -> Outcome<Option<User>> {
        self.db
            .write(move |tx| {
                let by = hand.check(tx)?;
                let account = named(tx, &name)?;
                let done = disable(tx, by, &account, FORM, now)?;
                Ok(done.then_some(account))
            })
            .await
    }

    /// Has them work again. An administrator was told of the `named` ones and has `ended` revoked instead; with the
    /// operator all come back. `None` where the account isn't disabled, else those that are back.
    pub async fn enable_account(
        &self,
        hand: Hand,
        name: UserName,
        named_ones: Vec<TokenId>,
        ended: Vec<TokenId>,
        now: Now,
    ) -> Outcome<Option<(User, Vec<Token>)>> {
        let manage = self.clone();
        self.db
            .write(move |tx| {
                let by = hand.check(tx)?;
                let account = named(tx, &name)?;
                let back = match by {
                    By::Person(actor) => {
                        manage.enable_named(tx, actor, &account, &named_ones, &ended, now)?
                    }
                    By::Operator if account.disabled.is_none() => None,
                    By::Operator => Some(returning(tx, &account, now)?),
                };
                let Some(back) = back else { return Ok(None) };
                enable(tx, by, &account, &back, now)?;
                Ok(Some((account, back)))
            })
            .await
    }

    /// Ends an account, and with it its tokens. Answers with those that worked until then.
    pub async fn delete_service_account(
        &self,
        hand: Hand,
        name: UserName,
        now: Now,
    ) -> Outcome<(User, Vec<Token>)> {
        self.db
            .write(move |tx| {
                let by = hand.check(tx)?;
                let account = named(tx, &name)?;
                let ended = deletions::delete(tx, by, &account, FORM, now)?;
                Ok((account, ended))
            })
            .await
    }
}
