//! Floor 2, beside the database: the company's own identity provider, asked over OpenID Connect. Whoever waits for it waits
//! no longer than a few seconds, and nothing but signing in depends on it.

mod http;
mod id_token;
mod keys;
mod metadata;
mod tokens;
mod verifier;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::Url;

use crate::domain::authorization_request::{AuthorizationRequest, Purpose};
use crate::domain::id_token::{Expected, IdToken};
use crate::domain::identity::{Identity, Profile, Registration};
use crate::domain::refusal::Fault;
use crate::domain::time::Now;
use http::Http;
use keys::Keys;
use metadata::Metadata;
use tokens::Redeemed;

/// How long everything together may take that one person waits for.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many people may wait for the provider at a time. One more is told so.
const AT_ONCE: usize = 64;

/// Why the provider didn't let somebody on.
#[derive(Debug)]
pub enum Trouble {
    /// It didn't answer, or not in time, or with a failure of its own.
    Away(String),
    /// What it answered can't be believed, or was a no.
    Refused(String),
}

/// What came back with the person, in the address.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub code: String,
    /// Which provider says that it sent them (RFC 9207).
    pub issuer: Option<String>,
}

/// Who the provider says that somebody is.
#[derive(Clone, Debug)]
pub struct Vouched {
    pub identity: Identity,
    pub profile: Profile,
}

/// The way to the provider, if the operator has set one up.
#[derive(Clone, Default)]
pub struct Provider(Option<Arc<Desk>>);

struct Desk {
    registration: Registration,
    http: Http,
    waiting: Semaphore,
    metadata: RwLock<Option<(Now, Arc<Metadata>)>>,
    keys: RwLock<Option<(Now, Arc<Keys>)>>,
}

impl Provider {
    pub fn open(registration: Registration) -> Result<Self, Fault> {
        verifier::install();
        Ok(Self(Some(Arc::new(Desk {
            registration,
            http: Http::open()?,
            waiting: Semaphore::new(AT_ONCE),
            metadata: RwLock::default(),
            keys: RwLock::default(),
        }))))
    }

    /// What people call it; `None` where there is none.
    pub fn name(&self) -> Option<&str> {
        self.0.as_ref().map(|desk| desk.registration.name.as_str())
    }

    pub fn issuer(&self) -> Option<&str> {
        self.0.as_ref().map(|desk| desk.registration.issuer.as_str())
    }

    /// Where somebody goes to sign in.
    pub async fn address(&self, to: &AuthorizationRequest, now: Now) -> Result<Url, Trouble> {
        let desk = self.desk()?;
        let metadata = desk.patiently(desk.metadata(now)).await?;
        Ok(metadata.authorization(&desk.registration, to))
    }

    /// Who has come back. `claim` is the one that names their groups, where that matters.
    pub async fn vouch(
        &self,
        request: &AuthorizationRequest,
        answer: &Answer,
        claim: Option<&str>,
        now: Now,
    ) -> Result<Vouched, Trouble> {
        let desk = self.desk()?;
        desk.patiently(desk.vouch(request, answer, claim, now)).await
    }

    fn desk(&self) -> Result<&Desk, Trouble> {
        self.0.as_deref().ok_or_else(|| Trouble::Refused("there is no provider".to_owned()))
    }
}

impl Desk {
    /// Runs what asks the provider, unless too many wait already, and not for ever.
    async fn patiently<T>(
        &self,
        job: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let away = |why: &str| Trouble::Away(why.to_owned());
        let turn = self.waiting.try_acquire();
        let _turn = turn.map_err(|_| away("too many people wait for it already"))?;
        timeout(PATIENCE, job).await.map_err(|_| away("it took too long"))?
    }

    async fn vouch(
        &self,
        request: &AuthorizationRequest,
        answer: &Answer,
        claim: Option<&str>,
        now: Now,
    ) -> Result<Vouched, Trouble> {
        let metadata = self.metadata(now).await?;
        metadata.check_sender(&self.registration, answer.issuer.as_deref())?;
        let redeemed = self.redeem(&metadata, &answer.code, &request.verifier).await?;
        let token = self.read(&metadata, &redeemed.id_token, claim, now).await?;
        let expected = Expected {
            issuer: self.registration.issuer.as_str(),
            client_id: &self.registration.client_id,
            nonce: &request.nonce,
            access_token: &redeemed.access_token,
            fresh_since: match request.purpose {
                Purpose::SignIn => None,
                Purpose::Confirm(_) => Some(request.begun()),
            },
        };
        let held = token.check(&expected, now);
        held.map_err(|wrong| Trouble::Refused(wrong.to_owned()))?;
        let subject = Identity::parse_subject(&token.subject).map_err(Trouble::Refused)?;
        let comes_in = request.purpose == Purpose::SignIn;
        let profile = self.profile(&metadata, &token, &redeemed, claim, comes_in).await?;
        Ok(Vouched { identity: Identity { issuer: token.issuer, subject }, profile })
    }

    /// What the ID token tells of the person; what it leaves out is asked for. Of who is here already that is their
    /// groups alone.
    async fn profile(
        &self,
        metadata: &Metadata,
        token: &IdToken,
        redeemed: &Redeemed,
        claim: Option<&str>,
        comes_in: bool,
    ) -> Result<Profile, Trouble> {
        let told = token.profile.clone();
        let tells_all =
            !comes_in || (told.username.is_some() && told.name.is_some() && told.email.is_some());
        let lacks_groups = claim.is_some() && told.groups.is_none();
        match &metadata.userinfo_endpoint {
            Some(at) if !tells_all || lacks_groups => {
                let rest = self.ask_userinfo(at, &redeemed.access_token, &token.subject, claim);
                Ok(told.or(rest.await?))
            }
            _ => Ok(told),
        }
    }
}

/// Takes what is kept, be it that somebody panicked while keeping it.
fn kept<T: Clone>(place: &RwLock<Option<(Now, T)>>) -> Option<(Now, T)> {
    place.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn keep<T>(place: &RwLock<Option<(Now, T)>>, now: Now, value: T) {
    *place.write().unwrap_or_else(PoisonError::into_inner) = Some((now, value));
}
