//! What the address of the activity asks for, and the addresses that ask for something else.

use crate::domain::event::{Kind, Subject};
use crate::domain::id::TokenId;
use crate::manage::activity::{Asked, Place};
use crate::web::form::{Fields, Typed};
use crate::web::local;
use crate::web::whose::OWN_ACTIVITY;

/// Where everybody's activity is.
const ALL: &str = "/admin/activity";
/// Said where the activity of a token was asked for that isn't theirs.
pub const NO_TOKEN: &str = "There is no such token: this is the activity of all.";

/// `?token=&kind=`, and where to go on: `before=` or `after=` the number of a line.
#[derive(Clone)]
pub struct ActivityQuery {
    /// Of everybody's activity, the username of whose it is.
    pub person: String,
    token: String,
    kind: String,
    before: String,
    after: String,
    pub format: String,
    /// Where that activity is.
    place: String,
}

impl Typed for ActivityQuery {
    /// Of one that is named twice the first counts: an address typed by hand is no reason for an error.
    const REPEATED: &'static [&'static str] = &["token", "kind", "before", "after", "format"];

    fn read(fields: &Fields) -> Self {
        Self {
            person: String::new(),
            token: fields.text("token"),
            kind: fields.text("kind"),
            before: fields.text("before"),
            after: fields.text("after"),
            format: fields.text("format"),
            place: OWN_ACTIVITY.to_owned(),
        }
    }

    fn resume(&self) -> String {
        self.address("", &[])
    }
}

impl ActivityQuery {
    /// The same of everybody's activity, or of that of one person.
    pub fn of_all(self, person: String) -> Self {
        Self { person, place: ALL.to_owned(), ..self }
    }

    /// The same of the activity that is there.
    pub fn at(self, place: &str) -> Self {
        Self { place: place.to_owned(), ..self }
    }

    /// What is asked for, and in words what of it there isn't.
    pub fn parse(&self) -> (Asked, Place, Vec<&'static str>) {
        let mut notes = Vec::new();
        let token = TokenId::parse(&self.token);
        if token.is_none() && !self.token.is_empty() {
            notes.push(NO_TOKEN);
        }
        let is_asked = |kind: &Kind| kind.subject() != Subject::Caller || self.place == ALL;
        let kind = Kind::parse(&self.kind).filter(is_asked);
        if kind.is_none() && !self.kind.is_empty() {
            notes.push("There is no such kind of activity: these are all kinds.");
        }
        let place = match (self.before.parse(), self.after.parse()) {
            (Ok(number), _) => Place::Before(number),
            (Err(_), Ok(number)) => Place::After(number),
            _ => Place::Newest,
        };
        (Asked { token, kind, person: None }, place, notes)
    }

    /// The page before or after a line.
    pub fn beside(&self, way: &str, number: i64) -> String {
        self.address("", &[(way, &number.to_string())])
    }

    /// All of it as a file.
    pub fn export(&self, format: &str) -> String {
        self.address("/export", &[("format", format)])
    }

    fn address(&self, behind: &str, more: &[(&str, &str)]) -> String {
        let path = format!("{}{behind}", self.place);
        let filter = [("person", &*self.person), ("token", &*self.token), ("kind", &*self.kind)];
        let pairs = filter.iter().chain(more).filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> =
            pairs.map(|(name, value)| format!("{name}={}", local::encode(value))).collect();
        if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
    }
}
