//! Signing in, and confirming changes, with an identity of the company's own provider.

mod letting_in;

use url::Url;

use super::Manage;
use super::sessions::Entry;
use super::standing::{By, named};
use crate::domain::actor::{Actor, Fresh};
use crate::domain::authorization_request::{AuthorizationRequest, Purpose};
use crate::domain::client::Client;
use crate::domain::event::{Event, Kind};
use crate::domain::id::{Nonce, UserId};
use crate::domain::identity::Identity;
use crate::domain::refusal::{Failure, Outcome, Problems, Refusal};
use crate::domain::time::Now;
use crate::domain::token::FORM;
use crate::domain::user::{User, UserName};
pub use crate::provider::Answer;
use crate::provider::{Trouble, Vouched};
use crate::store::{events, identities, nonces, password_links, sessions};
use letting_in::Doorway;

/// The field of a problem that is the provider's, and soon over.
pub const AWAY: &str = "provider";

impl Manage {
    /// What people call the provider that they sign in with; `None` where there is none.
    pub fn provider(&self) -> Option<&str> {
        self.provider.name()
    }

    /// Where somebody goes to show who they are, and what has to come back with them.
    pub async fn send_to_provider(
        &self,
        purpose: Purpose,
        next: &str,
        now: Now,
    ) -> Outcome<(AuthorizationRequest, Url)> {
        let request = AuthorizationRequest::new(purpose, next, now);
        let address = self.provider.address(&request, now).await;
        Ok((request, address.map_err(|trouble| self.told(trouble))?))
    }

    /// Lets in whom the provider vouches for, if they may be here.
    pub async fn sign_in_with(
        &self,
        request: AuthorizationRequest,
        answer: Answer,
        client: &Client,
        now: Now,
    ) -> Outcome<Entry> {
        let outcome = self.let_in_with(request, answer, client, now).await;
        if !matches!(outcome, Ok(Entry::HalfWay(_))) {
            self.sign_ins.count(&outcome);
        }
        outcome
    }

    async fn let_in_with(
        &self,
        request: AuthorizationRequest,
        answer: Answer,
        client: &Client,
        now: Now,
    ) -> Outcome<Entry> {
        let failed = Event::at_the_door(Kind::SignInFailed, None, client, now);
        let vouched = self.vouched(request, answer, failed.clone(), now).await?;
        let doorway = self.doorway(failed, client, now);
        let answer = self.db.write(move |tx| doorway.let_in(tx, &vouched)).await?;
        Ok(answer.map_err(|sentence| Problems::one(FORM, sentence))?)
    }

    /// Takes a fresh sign-in for the next change of who is signed in already, with the groups that they have by now.
    pub async fn confirm_with(
        &self,
        me: &Actor,
        request: AuthorizationRequest,
        answer: Answer,
        now: Now,
    ) -> Outcome<Fresh> {
        let failed = Event::own(Kind::ConfirmationFailed, me, now);
        let vouched = self.vouched(request, answer, failed.clone(), now).await?;
        let doorway = self.doorway(failed, &me.client, now);
        let id = me.id().clone();
        let answer = self.db.write(move |tx| doorway.confirm(tx, &id, &vouched)).await?;
        answer.map_err(|sentence| Problems::one(FORM, sentence))?;
        Ok(Fresh { at: now.at(), once: Nonce::random() })
    }

    fn doorway(&self, failed: Event, client: &Client, now: Now) -> Doorway {
        Doorway {
            provider: self.provider_name(),
            admission: self.rules().admission.clone(),
            catalogue: self.rules().catalogue.clone(),
            client: client.clone(),
            failed,
            now,
        }
    }

    /// Who came back, if it was in time, for the first time and from whom we trust.
    async fn vouched(
        &self,
        request: AuthorizationRequest,
        answer: Answer,
        failed: Event,
        now: Now,
    ) -> Outcome<Vouched> {
        let once = request.once.clone();
        let in_time = !request.is_late(now);
        let is_first =
            self.db.write(move |tx| Ok(in_time && nonces::use_up(tx, &once, now)?)).await?;
        if !is_first {
            let late = "That took more than 10 minutes, or was done already";
            return Err(Problems::one(FORM, late).into());
        }
        let admission = self.rules().admission.clone();
        let claim = admission.as_ref().map(|admission| admission.claim.as_str());
        let vouched = self.provider.vouch(&request, &answer, claim, now).await;
        if let Err(Trouble::Refused(_)) = &vouched {
            let detail = format!("{} did not vouch for them.", self.provider_name());
            let event = Event { detail, ..failed };
            self.db.write(move |tx| Ok(events::record(tx, &event)?)).await?;
        }
        vouched.map_err(|trouble| self.told(trouble))
    }

    fn provider_name(&self) -> String {
        self.provider.name().unwrap_or_default().to_owned()
    }

    /// What went wrong is for the log; people are told what they can do.
    fn told(&self, trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Away(why) => {
                tracing::warn!("the identity provider could not be asked: {why}");
                let name = self.provider_name();
                let sentence = format!(
                    "{name} doesn’t answer right now. Nothing is lost: try again in a moment"
                );
                Problems::one(AWAY, sentence).into()
            }
            Trouble::Refused(why) => {
                tracing::warn!("the identity provider’s answer was not taken: {why}");
                let name = self.provider_name();
                let sentence = format!(
                    "What {name} answered can’t be taken. Begin again, and tell your operator if it stays so"
                );
                Problems::one(FORM, sentence).into()
            }
        }
    }

    /// Who a person is at providers.
    pub async fn identities(&self, id: UserId) -> Outcome<Vec<Identity>> {
        self.db.read(move |c| Ok(identities::of(c, &id)?)).await
    }

    /// Has an account that is here already signed in to with this identity, too, by the operator's word: nothing that a
    /// provider tells of a person does that.
    pub async fn link_identity(
        &self,
        name: UserName,
        identity: Identity,
        now: Now,
    ) -> Outcome<User> {
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                if let Some(owner) = identities::find(tx, &identity)? {
                    let whose =
                        if owner == user.id { "this account’s" } else { "another account’s" };
                    let sentence = format!("That identity is {whose} already");
                    return Err(Problems::one("subject", sentence).into());
                }
                let of = identities::of(tx, &user.id)?;
                if let Some(known) = of.iter().find(|known| known.issuer == identity.issuer) {
                    let (name, subject) = (name.as_str(), &known.subject);
                    let sentence =
                        format!("{name} is linked with {subject} there already: unlink that first");
                    return Err(Problems::one("username", sentence).into());
                }
                identities::insert(tx, &identity, &user.id, now)?;
                password_links::delete_of(tx, &user.id)?;
                let detail = format!("“{}” at {}.", identity.subject, identity.issuer);
                By::Operator.record(tx, Kind::IdentityLinked, &user, detail, now)?;
                Ok(user)
            })
            .await
    }

    /// Takes a person's identities away, and ends their sessions: they may be from there.
    pub async fn unlink_identities(&self, name: UserName, now: Now) -> Outcome<User> {
        self.db
            .write(move |tx| {
                let user = named(tx, &name)?;
                if identities::delete_of(tx, &user.id)? == 0 {
                    let sentence = format!("{} is linked with no company account", name.as_str());
                    return Err(Refusal::field("username", sentence).into());
                }
                sessions::delete_all_of(tx, &user.id)?;
                By::Operator.record(tx, Kind::IdentityUnlinked, &user, String::new(), now)?;
                Ok(user)
            })
            .await
    }
}
