//! Times and days in the words that pages use, with the exact instant beside them.

use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::domain::expiry::Expiry;
use crate::domain::grants::Summary;
use crate::domain::time::Now;
use crate::domain::user::{Dates, User};

/// The instant, and how a person is shown times.
#[derive(Clone, Copy, Debug)]
pub struct Here {
    pub now: Now,
    pub zone: Tz,
    pub dates: Dates,
}

impl Here {
    pub fn of(person: &User, now: Now) -> Self {
        Self { now, zone: person.zone, dates: person.dates }
    }

    /// The last day of what ends.
    pub fn last_day(self, expiry: Expiry) -> Option<String> {
        expiry.last_day().map(|day| self.day(day))
    }

    /// 20 February 2027.
    pub fn day(self, day: NaiveDate) -> String {
        self.written(&day, "%-d %B %Y", "%Y-%m-%d")
    }

    /// 20 February: of a day whose year need not be said.
    pub fn near_day(self, day: NaiveDate) -> String {
        self.written(&day, "%-d %B", "%Y-%m-%d")
    }

    /// Sunday 22 November, and its year if that is another one than now.
    pub fn weekday(self, day: NaiveDate) -> String {
        let words = if day.year() == self.today().year() { "%A %-d %B" } else { "%A %-d %B %Y" };
        self.written(&day, words, "%Y-%m-%d")
    }

    /// 22 November 2026, 18:56 EET.
    pub fn exact(self, at: DateTime<Utc>) -> String {
        self.written_time(at, "%-d %B %Y, %H:%M %Z", "%Y-%m-%d %H:%M %Z")
    }

    /// 22 November, 18:56: of a time whose year need not be said.
    pub fn near(self, at: DateTime<Utc>) -> String {
        self.written_time(at, "%-d %B, %H:%M", "%Y-%m-%d %H:%M")
    }

    pub fn today(self) -> NaiveDate {
        self.now.at().with_timezone(&self.zone).date_naive()
    }

    fn written(self, day: &NaiveDate, words: &str, numbers: &str) -> String {
        day.format(self.either(words, numbers)).to_string()
    }

    fn written_time(self, at: DateTime<Utc>, words: &str, numbers: &str) -> String {
        at.with_timezone(&self.zone).format(self.either(words, numbers)).to_string()
    }

    fn either<'a>(self, words: &'a str, numbers: &'a str) -> &'a str {
        match self.dates {
            Dates::Words => words,
            Dates::Numbers => numbers,
        }
    }
}

/// A time as `<time>` shows it: near words, the exact instant in the title.
pub struct Moment {
    pub words: String,
    pub exact: String,
    pub machine: String,
}

impl Moment {
    /// A time that has passed: "4 minutes ago".
    pub fn past(at: DateTime<Utc>, here: Here) -> Self {
        Self::new(at, ago(at, here), here)
    }

    /// The end of a token: "In 90 days", or how long ago it was.
    pub fn end(at: DateTime<Utc>, here: Here) -> Self {
        let words = if at <= here.now.at() { ago(at, here) } else { ahead(at, here.now) };
        Self::new(at, words, here)
    }

    /// The words as they stand within a sentence: "yesterday".
    pub fn within(&self) -> String {
        let mut words = self.words.clone();
        if let Some(first) = words.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        words
    }

    fn new(at: DateTime<Utc>, words: String, here: Here) -> Self {
        Self { words, exact: here.exact(at), machine: at.format("%Y-%m-%dT%H:%MZ").to_string() }
    }
}

fn ago(at: DateTime<Utc>, here: Here) -> String {
    let minutes = (here.now.at() - at).num_minutes();
    let day = |at: DateTime<Utc>| at.with_timezone(&here.zone).date_naive();
    let days = (here.today() - day(at)).num_days();
    match (minutes, days) {
        (..=0, _) => "Just now".to_owned(),
        (1, _) => "1 minute ago".to_owned(),
        (2..60, _) => format!("{minutes} minutes ago"),
        (60..120, _) => "1 hour ago".to_owned(),
        (120..720, _) | (_, 0) => format!("{} hours ago", minutes / 60),
        (_, 1) => "Yesterday".to_owned(),
        (_, 2..31) => format!("{days} days ago"),
        _ => here.day(day(at)),
    }
}

/// Counted in days up to the last one, as that is how an end is chosen.
fn ahead(at: DateTime<Utc>, now: Now) -> String {
    let last = Expiry::At(at).last_day().unwrap_or(NaiveDate::MAX);
    match (last - now.today()).num_days() {
        ..=0 => "Today".to_owned(),
        1 => "Tomorrow".to_owned(),
        days => format!("In {days} days"),
    }
}

/// One line of what a token can do: "Read & write" and the services' names.
pub struct AccessLine {
    pub access: String,
    pub services: String,
}

/// How many services a line names before it only counts the rest.
const NAMED: usize = 8;

/// What a token can do, in two lines, and one more for each service of which it can do single things.
pub fn access(summary: &Summary) -> Vec<AccessLine> {
    let lines = [("Read & write", &summary.read_write), ("Read", &summary.read)];
    let lines = lines.into_iter().filter(|(_, names)| !names.is_empty());
    let lines = lines.map(|(access, names)| {
        let services =
            if names.len() == summary.services { "All services".to_owned() } else { some(names) };
        AccessLine { access: access.to_owned(), services }
    });
    let methods = summary.methods.iter();
    let methods = methods
        .map(|(service, names)| AccessLine { access: service.clone(), services: some(names) });
    lines.chain(methods).collect()
}

fn some(names: &[String]) -> String {
    if names.len() > NAMED + 1 {
        format!("{} and {} more", names[..NAMED].join(", "), names.len() - NAMED)
    } else {
        names.join(", ")
    }
}

/// A length of time in whole hours where it is that, else in minutes.
pub fn length(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60);
    let (count, unit) =
        if minutes.is_multiple_of(60) { (minutes / 60, "hour") } else { (minutes, "minute") };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// A number with commas between its thousands.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

/// "1 use", "1,204 uses".
pub fn plural(count: u64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", number(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn a_past_time_is_told_in_the_nearest_words() {
        let now =
            Here { now: Now::new(at("2026-11-22T19:00:00Z")), zone: Tz::UTC, dates: Dates::Words };
        for (then, words) in [
            ("2026-11-22T19:00:30Z", "Just now"),
            ("2026-11-22T18:59:30Z", "Just now"),
            ("2026-11-22T18:59:00Z", "1 minute ago"),
            ("2026-11-22T18:56:00Z", "4 minutes ago"),
            ("2026-11-22T17:30:00Z", "1 hour ago"),
            ("2026-11-22T10:02:00Z", "8 hours ago"),
            ("2026-11-22T00:02:00Z", "18 hours ago"),
            ("2026-11-21T06:14:00Z", "Yesterday"),
            ("2026-11-12T21:14:00Z", "10 days ago"),
            ("2026-10-12T21:14:00Z", "12 October 2026"),
        ] {
            let moment = Moment::past(at(then), now);
            assert_eq!(moment.words, words, "{then}");
        }
        let moment = Moment::past(at("2026-11-22T18:56:00Z"), now);
        assert_eq!(moment.exact, "22 November 2026, 18:56 UTC");
        assert_eq!(moment.machine, "2026-11-22T18:56Z");
        assert_eq!(Moment::past(at("2026-11-21T06:14:00Z"), now).within(), "yesterday");
        let tokyo = Here { zone: Tz::Asia__Tokyo, ..now };
        let moment = Moment::past(at("2026-11-21T16:00:00Z"), tokyo);
        assert_eq!((&*moment.words, &*moment.exact), ("Yesterday", "22 November 2026, 01:00 JST"));
        let numbers = Here { dates: Dates::Numbers, ..tokyo };
        let moment = Moment::past(at("2026-10-12T21:14:00Z"), numbers);
        assert_eq!((&*moment.words, &*moment.exact), ("2026-10-13", "2026-10-13 06:14 JST"));
    }

    #[test]
    fn access_is_told_in_at_most_two_lines() {
        let names = |count: usize| (1..=count).map(|n| format!("S{n}")).collect::<Vec<_>>();
        let of = |read_write, read| {
            let summary = Summary { read_write, read, services: 12, ..Summary::default() };
            let lines = access(&summary);
            lines.into_iter().map(|l| format!("{} {}", l.access, l.services)).collect::<Vec<_>>()
        };
        assert_eq!(of(names(2), names(1)), ["Read & write S1, S2", "Read S1"]);
        assert_eq!(of(names(12), vec![]), ["Read & write All services"]);
        assert_eq!(of(vec![], names(9)), ["Read S1, S2, S3, S4, S5, S6, S7, S8, S9"]);
        assert_eq!(of(vec![], names(11)), ["Read S1, S2, S3, S4, S5, S6, S7, S8 and 3 more"]);
        assert!(of(vec![], vec![]).is_empty());
    }

    #[test]
    fn lengths_are_in_hours_or_minutes() {
        let of = |seconds| length(Duration::from_secs(seconds));
        assert_eq!(
            [of(3600), of(43_200), of(5400), of(60), of(1)],
            ["1 hour", "12 hours", "90 minutes", "1 minute", "1 minute"]
        );
    }

    #[test]
    fn numbers_are_read_in_thousands() {
        assert_eq!(
            [number(0), number(999), number(1_000), number(1_234_567), plural(1, "use")],
            ["0", "999", "1,000", "1,234,567", "1 use"]
        );
    }

    #[test]
    fn an_end_is_counted_in_days() {
        let now =
            Here { now: Now::new(at("2026-11-22T19:00:00Z")), zone: Tz::UTC, dates: Dates::Words };
        for (end, words) in [
            ("2026-11-23T00:00:00Z", "Today"),
            ("2026-11-24T00:00:00Z", "Tomorrow"),
            ("2027-02-21T00:00:00Z", "In 90 days"),
            ("2026-11-22T18:00:00Z", "1 hour ago"),
        ] {
            assert_eq!(Moment::end(at(end), now).words, words, "{end}");
        }
    }
}
