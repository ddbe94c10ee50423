//! How verifications ended and how long they took. Each worker counts on a sheet of its own, so that counting is a few
//! additions that no other worker waits for; whoever reads adds the sheets up.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::dialect::Dialect;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Fault;
use crate::domain::verdict::Denial;
use crate::verify::Allowed;

/// What is counted for a question about no service that the catalogue has, so that strangers make up no labels.
const UNKNOWN: &str = "unknown";
const DIALECTS: usize = Dialect::ALL.len();

/// How a verification may end.
pub const VERDICTS: [&str; 11] = [
    "allowed",
    "no_credentials",
    "malformed",
    "invalid",
    "too_narrow",
    "elsewhere",
    "unknown_service",
    "unknown_method",
    "unknown_path",
    "limited",
    "fault",
];

/// Upper bounds of the histogram's buckets, in microseconds.
const BOUNDS: [u32; 13] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000];

/// What came of a verification.
pub type Outcome = Result<Result<Allowed, Denial>, Fault>;

fn verdict(outcome: &Outcome) -> usize {
    match outcome {
        Ok(Ok(_)) => 0,
        Ok(Err(Denial::NoCredentials)) => 1,
        Ok(Err(Denial::Malformed(_))) => 2,
        Ok(Err(Denial::Invalid)) => 3,
        Ok(Err(Denial::TooNarrow)) => 4,
        Ok(Err(Denial::Elsewhere)) => 5,
        Ok(Err(Denial::UnknownService)) => 6,
        Ok(Err(Denial::UnknownMethod)) => 7,
        Ok(Err(Denial::UnknownPath)) => 8,
        Ok(Err(Denial::Limited(_))) => 9,
        Err(_) => 10,
    }
}

/// One worker's counts.
#[derive(Default)]
struct Sheet {
    /// By service, dialect and verdict.
    services: RwLock<HashMap<String, [[AtomicU64; VERDICTS.len()]; DIALECTS]>>,
    /// By bucket, the last one without a bound.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

/// What a worker counts with; nothing is counted where nobody reads it.
pub struct Counter(Option<Arc<Sheet>>);

impl Counter {
    /// The beginning of a verification, where its time is measured.
    pub fn begin(&self) -> Option<Instant> {
        self.0.as_ref().map(|_| Instant::now())
    }

    /// Counts a verification that began then, and is over now.
    pub fn count(
        &self,
        began: Option<Instant>,
        catalogue: &Catalogue,
        (service, dialect): (Option<&str>, Dialect),
        outcome: &Outcome,
    ) {
        let (Some(sheet), Some(began)) = (&self.0, began) else { return };
        let verdict = verdict(outcome);
        if !service.is_some_and(|service| sheet.add(service, dialect, verdict)) {
            let known = service.filter(|key| catalogue.service(key).is_some());
            let known = known.unwrap_or(UNKNOWN);
            if !sheet.add(known, dialect, verdict) {
                sheet.open(known, dialect, verdict);
            }
        }
        sheet.time(began.elapsed());
    }
}

impl Sheet {
    /// Adds one where the service was counted before; what was counted stays, also of a service that is gone.
    fn add(&self, service: &str, dialect: Dialect, verdict: usize) -> bool {
        let services = self.services.read().unwrap_or_else(PoisonError::into_inner);
        let Some(counts) = services.get(service) else { return false };
        counts[dialect as usize][verdict].fetch_add(1, Ordering::Relaxed);
        true
    }

    fn open(&self, service: &str, dialect: Dialect, verdict: usize) {
        let mut services = self.services.write().unwrap_or_else(PoisonError::into_inner);
        let counts = services.entry(service.to_owned()).or_default();
        counts[dialect as usize][verdict].fetch_add(1, Ordering::Relaxed);
    }

    fn time(&self, took: Duration) {
        let micros = took.as_nanos().div_ceil(1_000);
        let bucket = BOUNDS.iter().position(|bound| micros <= u128::from(*bound));
        self.buckets[bucket.unwrap_or(BOUNDS.len())].fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanos, Ordering::Relaxed);
    }
}

/// All workers' counts, where somebody reads them.
#[derive(Clone, Default)]
pub struct Tally(Option<Arc<Mutex<Vec<Arc<Sheet>>>>>);

/// How often each verdict was given to questions about one service in one dialect.
pub type Verdicts = BTreeMap<(String, &'static str), [u64; VERDICTS.len()]>;

/// How long verifications took.
pub struct Times {
    pub seconds: f64,
    pub count: u64,
    /// Upper bound in seconds, and how many fell into each bucket.
    pub buckets: Vec<(f64, u64)>,
}

impl Tally {
    pub fn that_is_read() -> Self {
        Self(Some(Arc::default()))
    }

    /// What one more worker counts with.
    pub fn counter(&self) -> Counter {
        Counter(self.0.as_ref().map(|sheets| {
            let sheet = Arc::<Sheet>::default();
            sheets.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&sheet));
            sheet
        }))
    }

    fn sheets(&self) -> Vec<Arc<Sheet>> {
        let sheets = self.0.as_ref();
        let copy = sheets.map(|all| all.lock().unwrap_or_else(PoisonError::into_inner).clone());
        copy.unwrap_or_default()
    }

    /// Every verdict of each service and dialect that there was a question about, also those that were never given.
    pub fn verdicts(&self) -> Verdicts {
        let mut all = Verdicts::new();
        for sheet in self.sheets() {
            let services = sheet.services.read().unwrap_or_else(PoisonError::into_inner);
            for (service, counts) in services.iter() {
                for (dialect, counts) in Dialect::ALL.into_iter().zip(counts) {
                    let counts = counts.each_ref().map(|count| count.load(Ordering::Relaxed));
                    if counts.iter().any(|count| *count > 0) {
                        let sums = all.entry((service.clone(), dialect.name())).or_default();
                        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
                    }
                }
            }
        }
        all
    }

    pub fn times(&self) -> Times {
        let mut nanoseconds = 0;
        let mut counts = [0; BOUNDS.len() + 1];
        for sheet in self.sheets() {
            nanoseconds += sheet.nanoseconds.load(Ordering::Relaxed);
            for (sum, count) in counts.iter_mut().zip(&sheet.buckets) {
                *sum += count.load(Ordering::Relaxed);
            }
        }
        let bounds = BOUNDS.map(|micros| f64::from(micros) / 1e6);
        let bounds = bounds.into_iter().chain([f64::INFINITY]);
        Times {
            seconds: nanoseconds as f64 / 1e9,
            count: counts.iter().sum(),
            buckets: bounds.zip(counts).collect(),
        }
    }
}
