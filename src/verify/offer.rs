//! What the operator's file says now, and what it makes of grants: worked out once for all tokens that have the same.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};

use crate::domain::catalogue::Catalogue;
use crate::domain::grants::Grants;
use crate::domain::time::Now;
use crate::domain::user::Role;
use crate::domain::verdict::Holder;

/// Texts for so many kinds of grants are kept.
const MOST: usize = 10_000;

/// One state of the file. Another one replaces it as a whole.
pub struct Offer {
    pub catalogue: Arc<Catalogue>,
    /// From how many days before its end an allowed token says so.
    soon_days: u32,
    texts: RwLock<HashMap<(usize, Role), Text>>,
}

/// Holds on to the grants, so that no others can come to lie where they are.
struct Text {
    _of: Arc<Grants>,
    text: Arc<str>,
}

impl Offer {
    pub fn new(catalogue: Arc<Catalogue>, soon_days: u32) -> Self {
        Self { catalogue, soon_days, texts: RwLock::default() }
    }

    /// When the presented value stops, if that is soon.
    pub fn ends_soon(&self, holder: &Holder, now: Now) -> Option<DateTime<Utc>> {
        holder.ends_within(self.soon_days, now)
    }

    /// What a token may do now, in its textual form: as granted, cut down to what its owner's role and the services
    /// give.
    pub fn access(&self, holder: &Holder) -> Arc<str> {
        let (grants, role) = (&holder.token.grants, holder.owner.role);
        let key = (Arc::as_ptr(grants).addr(), role);
        let known = self.texts.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&key) {
            return known.text.clone();
        }
        drop(known);
        let text: Arc<str> = grants.within(&self.catalogue, role).to_string().into();
        let mut texts = self.texts.write().unwrap_or_else(PoisonError::into_inner);
        if texts.len() >= MOST {
            texts.clear();
        }
        texts.insert(key, Text { _of: grants.clone(), text: text.clone() });
        text
    }
}
