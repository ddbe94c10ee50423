//! A refusal is a polite no, with its sentence and field. A fault is something that broke.
//! They are different types, so that neither is ever mistaken for the other.

use std::error::Error;
use std::time::Duration;

use rand::RngExt;

/// One thing wrong with what was sent, said beside the field it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub field: &'static str,
    pub sentence: String,
}

/// Every problem of one form, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub fn one(field: &'static str, sentence: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.add(field, sentence);
        problems
    }

    pub fn add(&mut self, field: &'static str, sentence: impl Into<String>) {
        self.0.push(Problem { field, sentence: sentence.into() });
    }

    /// Takes the value, or notes its problem under `field`.
    pub fn keep<T>(&mut self, field: &'static str, value: Result<T, String>) -> Option<T> {
        value.map_err(|sentence| self.add(field, sentence)).ok()
    }

    /// The problems of both, these first.
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub fn of(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|problem| problem.field == field)?;
        Some(&found.sentence)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Problem> {
        self.0.iter()
    }
}

/// A polite no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Something typed can't be accepted; nothing was changed.
    Invalid(Problems),
    /// Too many wrong passwords: no password is looked at before this time is over.
    TooManyTries { wait: Duration },
    /// Not there, or not this person's: the two are never told apart.
    NotFound,
    /// This form was sent before, and did its work then.
    AlreadyDone,
    /// It was changed by somebody else since it was read: in what ways, in sentences.
    Changed { since: Vec<String> },
}

impl Refusal {
    pub fn field(field: &'static str, sentence: impl Into<String>) -> Self {
        Self::Invalid(Problems::one(field, sentence))
    }
}

/// Something broke that the caller can't mend. Its cause is for the log alone.
#[derive(Debug)]
pub struct Fault {
    number: String,
    doing: &'static str,
    cause: Box<dyn Error + Send + Sync>,
    busy: bool,
}

impl Fault {
    pub fn new(doing: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let random: u32 = rand::rng().random_range(0..0x0100_0000);
        Self {
            number: format!("{:04x}-{:02x}", random >> 8, random & 0xff),
            doing,
            cause: cause.into(),
            busy: false,
        }
    }

    /// Not broken, but with more to do than it can take on now.
    pub fn busy(doing: &'static str) -> Self {
        Self::busy_because(doing, "too much to do at once")
    }

    /// The same, where it is known what keeps it from it.
    pub fn busy_because(
        doing: &'static str,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self { busy: true, ..Self::new(doing, cause) }
    }

    /// What a page shows and the log repeats, so that an operator finds one from the other.
    pub fn number(&self) -> &str {
        &self.number
    }

    pub fn cause(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.cause
    }

    pub fn is_busy(&self) -> bool {
        self.busy
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.doing, self.cause)?;
        let mut cause = self.cause.source();
        while let Some(deeper) = cause {
            write!(f, ": {deeper}")?;
            cause = deeper.source();
        }
        Ok(())
    }
}

/// Why something was not done.
#[derive(Debug)]
pub enum Failure {
    Refused(Refusal),
    Broke(Fault),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Refused(Refusal::Invalid(problems))
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Broke(fault)
    }
}

pub type Outcome<T> = Result<T, Failure>;
