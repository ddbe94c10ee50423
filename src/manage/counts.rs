//! How often people tried to sign in, and what came of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::refusal::{Failure, Outcome, Refusal};

/// What may come of a try to sign in.
const OUTCOMES: [&str; 4] = ["signed_in", "refused", "throttled", "fault"];

#[derive(Clone, Default)]
pub struct SignIns(Arc<[AtomicU64; OUTCOMES.len()]>);

impl SignIns {
    pub fn count<T>(&self, outcome: &Outcome<T>) {
        let place = match outcome {
            Ok(_) => 0,
            Err(Failure::Refused(Refusal::TooManyTries { .. })) => 2,
            Err(Failure::Refused(_)) => 1,
            Err(Failure::Broke(_)) => 3,
        };
        self.0[place].fetch_add(1, Ordering::Relaxed);
    }

    /// By outcome.
    pub fn read(&self) -> [(&'static str, u64); OUTCOMES.len()] {
        let mut counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        OUTCOMES.map(|outcome| (outcome, counts.next().unwrap_or_default()))
    }
}
