//! What the operator's file says now, and what it makes of grants: worked out once for all tokens that have the same.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;

use crate::domain::catalogue::Catalogue;
use crate::domain::grants::Grants;
use crate::domain::team::TeamKey;
use crate::domain::time::Now;
use crate::domain::user::Role;
use crate::domain::verdict::Holder;

/// Texts for so many kinds of grants and teams are kept.
const MOST: usize = 10_000;

/// One state of the file, as one worker knows it. Another one replaces it as a whole.
pub struct Offer {
    pub catalogue: Arc<Catalogue>,
    /// From how many days before its end an allowed token says so.
    soon_days: u32,
    texts: RefCell<FxHashMap<(usize, usize, Role), Text>>,
}

/// Holds on to grants and teams, so that no others can come to lie where they are.
struct Text {
    _of: (Arc<Grants>, Arc<[TeamKey]>),
    told: Told,
}

/// What a gateway is told of a token and its owner.
#[derive(Clone)]
pub struct Told {
    /// What the token may do now, in its textual form.
    pub access: Arc<str>,
    /// The owner's teams, with commas between.
    pub groups: Arc<str>,
}

impl Offer {
    pub fn new(catalogue: Arc<Catalogue>, soon_days: u32) -> Self {
        Self { catalogue, soon_days, texts: RefCell::default() }
    }

    /// When the presented value stops, if that is soon.
    pub fn ends_soon(&self, holder: &Holder, now: Now) -> Option<DateTime<Utc>> {
        holder.ends_within(self.soon_days, now)
    }

    /// What a token may do now, as granted, cut down to what its owner's role and teams and the services give; and the
    /// teams.
    pub fn told(&self, holder: &Holder) -> Told {
        let (grants, owner) = (&holder.token.grants, &holder.owner);
        let place = |address: *const ()| address.addr();
        let of = (place(Arc::as_ptr(grants).cast()), place(Arc::as_ptr(&owner.teams).cast()));
        let key = (of.0, of.1, owner.role);
        let mut texts = self.texts.borrow_mut();
        if let Some(known) = texts.get(&key) {
            return known.told.clone();
        }
        let access = grants.within(&self.catalogue, owner.ceiling()).to_string().into();
        let told = Told { access, groups: self.catalogue.groups(&owner.teams).into() };
        if texts.len() >= MOST {
            texts.clear();
        }
        let _of = (grants.clone(), owner.teams.clone());
        texts.insert(key, Text { _of, told: told.clone() });
        told
    }
}

/// The state of the file that holds now, for all workers.
pub struct Offers {
    now: Mutex<Offer>,
    /// How often it was replaced.
    version: AtomicU64,
}

/// One worker's copy. What all workers wrote to at each request, if only to count who reads it, would cost more than
/// the rest of a decision.
pub struct Copy(RefCell<(u64, Rc<Offer>)>);

impl Offers {
    pub fn new(offer: Offer) -> Self {
        Self { now: Mutex::new(offer), version: AtomicU64::new(0) }
    }

    /// From when this returns nothing is decided by the one before.
    pub fn replace(&self, offer: Offer) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = offer;
        self.version.fetch_add(1, Ordering::SeqCst);
    }

    pub fn copy(&self) -> Copy {
        Copy(RefCell::new(self.read()))
    }

    /// The version is read first: a copy may be newer than it says, and is then made once more.
    fn read(&self) -> (u64, Rc<Offer>) {
        let version = self.version.load(Ordering::SeqCst);
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        (version, Rc::new(Offer::new(now.catalogue.clone(), now.soon_days)))
    }
}

impl Copy {
    /// What holds now.
    pub fn of(&self, offers: &Offers) -> Rc<Offer> {
        let mut copy = self.0.borrow_mut();
        if copy.0 != offers.version.load(Ordering::SeqCst) {
            *copy = offers.read();
        }
        copy.1.clone()
    }
}
