//! Callers: services that ask about tokens themselves, each with a secret of its own.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::catalogue::ServiceKey;
use super::secret::{Digest, Prefix, Secret};
use super::time::Now;

/// A service with the secret that it asks with, and, for a while after a change, the one before.
#[derive(Clone, Debug)]
pub struct Caller {
    pub service: ServiceKey,
    pub digest: Digest,
    pub hint: String,
    pub added: DateTime<Utc>,
    /// Since when it has its present secret.
    pub renewed: DateTime<Utc>,
    pub former: Option<Former>,
}

/// The secret before the present one, while it still works.
#[derive(Clone, Debug)]
pub struct Former {
    pub digest: Digest,
    pub hint: String,
    pub ends: DateTime<Utc>,
}

/// A caller with its secret: the only moment at which both exist.
pub struct Enrolled {
    pub caller: Caller,
    pub secret: Secret,
}

impl Enrolled {
    pub fn mint(service: ServiceKey, prefix: &Prefix, now: Now) -> Self {
        let secret = Secret::random_for_caller(prefix);
        let caller = Caller {
            service,
            digest: secret.digest(),
            hint: secret.hint(),
            added: now.at(),
            renewed: now.at(),
            former: None,
        };
        Self { caller, secret }
    }
}

impl Caller {
    /// The longest that a former secret may go on, as with tokens.
    pub const LONGEST_OVERLAP: Duration = Duration::from_secs(720 * 3_600);

    /// A new secret. The present one goes on for `overlap`; one before that ends now.
    pub fn anew(self, prefix: &Prefix, overlap: Duration, now: Now) -> Enrolled {
        let overlap = TimeDelta::from_std(overlap.min(Self::LONGEST_OVERLAP)).unwrap_or_default();
        let former = Former { digest: self.digest, hint: self.hint, ends: now.at() + overlap };
        let fresh = Enrolled::mint(self.service, prefix, now);
        let former = (overlap > TimeDelta::zero()).then_some(former);
        Enrolled { caller: Caller { added: self.added, former, ..fresh.caller }, ..fresh }
    }

    /// The former secret, where it works now.
    pub fn former(&self, now: Now) -> Option<&Former> {
        self.former.as_ref().filter(|former| now.at() < former.ends)
    }

    /// Whether this is the digest of a secret that works now.
    pub fn accepts(&self, presented: &Digest, now: Now) -> bool {
        let former = self.former(now).is_some_and(|former| former.digest.matches(presented));
        self.digest.matches(presented) || former
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_former_secret_works_as_long_as_was_said_and_one_before_it_no_more() {
        let prefix = Prefix::parse("lk").expect("a prefix");
        let at = |text: &str| Now::new(text.parse().expect("a time"));
        let (noon, two) = (at("2026-11-22T12:00:00Z"), at("2026-11-22T14:00:00Z"));
        let hour = Duration::from_secs(3_600);
        let service = ServiceKey::parse("builds").expect("a key");
        let Enrolled { caller, secret: first } = Enrolled::mint(service, &prefix, noon);
        let Enrolled { caller, secret: second } = caller.anew(&prefix, hour, noon);
        assert_eq!(caller.added, noon.at());
        let end = at("2026-11-22T13:00:00Z");
        assert!(caller.accepts(&first.digest(), at("2026-11-22T12:59:59Z")));
        assert!(!caller.accepts(&first.digest(), end));
        assert!(caller.accepts(&second.digest(), end));
        let Enrolled { caller, secret: third } = caller.anew(&prefix, hour, noon);
        assert!(!caller.accepts(&first.digest(), noon) && caller.accepts(&second.digest(), noon));
        let Enrolled { caller, secret: fourth } = caller.anew(&prefix, Duration::ZERO, two);
        assert!(caller.former.is_none() && !caller.accepts(&third.digest(), two));
        assert!(caller.accepts(&fourth.digest(), two));
        let month = caller.anew(&prefix, Duration::MAX, two).caller.former.expect("a former one");
        assert_eq!(month.ends - two.at(), TimeDelta::hours(720));
    }
}
