//! Floor 3, for people: what may be changed. A method is one change and one transaction: load, decide, store, record.

pub mod account;
pub mod activity;
pub mod all_revocations;
pub mod all_tokens;
mod assertions;
pub mod callers;
mod census;
mod confirm;
mod counts;
pub mod deletions;
mod edits;
pub mod events;
pub mod explanations;
pub mod forgotten;
mod hasher;
pub mod identities;
pub mod passkeys;
pub mod password_links;
pub mod people;
pub mod policy;
pub mod prefixes;
pub mod revocations;
pub mod second_factors;
pub mod secrets;
pub mod service_accounts;
pub mod sessions;
pub mod setup;
pub mod standing;
pub mod teams;
pub mod tokens;
mod tries;
mod upkeep;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::admission::Admission;
use crate::domain::catalogue::Catalogue;
use crate::domain::policy::Policy;
use crate::domain::refusal::{Fault, Outcome};
use crate::domain::relying_party::RelyingParty;
use crate::domain::secret::Prefix;
use crate::domain::session::Limits;
use crate::domain::sets::Sets;
use crate::domain::setup::SetupCode;
use crate::domain::signing::SigningKey;
use crate::mail::Post;
use crate::provider::Provider;
use crate::store::Db;
use counts::SignIns;
use forgotten::Desk;
use hasher::Hasher;
pub use hasher::Queue;
use tries::Lanes;

/// What the operator's file says, as far as changes depend on it.
#[derive(Clone)]
pub struct Rules {
    pub instance: String,
    pub prefix: Prefix,
    pub policy: Policy,
    pub catalogue: Arc<Catalogue>,
    pub sets: Arc<Sets>,
    /// Which groups of the identity provider let people in; `None` where it alone decides.
    pub admission: Option<Arc<Admission>>,
    pub sessions: Limits,
    /// When the file was read, where a server goes by it.
    pub loaded: Option<DateTime<Utc>>,
    /// How long after a confirmation the next change of the same session needs none; zero for never.
    pub confirm_window: Duration,
    /// What passkeys belong to, where the build and the public URL allow them.
    pub relying_party: Option<RelyingParty>,
}

/// Everything people can change.
#[derive(Clone)]
pub struct Manage {
    db: Db,
    rules: Arc<RwLock<Arc<Rules>>>,
    hasher: Hasher,
    lanes: Lanes,
    sign_ins: SignIns,
    setup: Arc<SetupCode>,
    post: Post,
    provider: Provider,
    desk: Desk,
}

impl Manage {
    /// `hashes_at_once` bounds processor and memory (19 MiB each) that password checks take.
    pub fn new(db: Db, rules: Rules, hashes_at_once: usize) -> Result<Self, Fault> {
        Ok(Self {
            db,
            rules: Arc::new(RwLock::new(Arc::new(rules))),
            hasher: Hasher::new(hashes_at_once)?,
            lanes: Lanes::new(),
            sign_ins: SignIns::default(),
            setup: Arc::new(SetupCode::random()),
            post: Post::default(),
            provider: Provider::default(),
            desk: Desk::default(),
        })
    }

    /// With a way out for mails.
    pub fn with_post(self, post: Post) -> Self {
        Self { post, ..self }
    }

    /// With a provider that people sign in with.
    pub fn with_provider(self, provider: Provider) -> Self {
        Self { provider, ..self }
    }

    /// What the operator's file says now.
    pub fn rules(&self) -> Arc<Rules> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has everything from now on go by other rules. Settings and the instance's name stay as they were at start.
    pub fn adopt(&self, rules: Rules) {
        let mut now = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        let (instance, sessions) = (now.instance.clone(), now.sessions);
        let (confirm_window, relying_party) = (now.confirm_window, now.relying_party.clone());
        *now = Arc::new(Rules { instance, sessions, confirm_window, relying_party, ..rules });
    }

    /// How many password checks run, and how many wait.
    pub fn hashing(&self) -> Queue {
        self.hasher.queue()
    }

    /// How often people tried to sign in since the start, by what came of it.
    pub fn sign_ins(&self) -> impl IntoIterator<Item = (&'static str, u64)> {
        self.sign_ins.read()
    }

    /// The key that cookies and forms are signed with, made at first start.
    pub async fn signing_key(&self) -> Outcome<SigningKey> {
        upkeep::signing_key(&self.db).await
    }
}
