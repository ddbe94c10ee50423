//! The lines of the activity, by day.

use chrono::NaiveDate;

use crate::domain::device::Device;
use crate::domain::event::{Event, Kind};
use crate::manage::activity::{Activity, People};
use crate::web::pages::tokens::story::drawn;
use crate::web::session::SignedIn;
use crate::web::words::{Here, Moment};

/// What happened on one day, in the person's zone.
pub struct Day {
    pub heading: String,
    pub lines: Vec<Line>,
}

pub struct Line {
    pub icon: &'static str,
    pub tone: &'static str,
    pub words: &'static str,
    /// Of everybody's activity, whose it is.
    pub about: Option<About>,
    /// What the token was called then.
    pub name: Option<String>,
    /// Where all that happened to it is shown, if this is not it.
    pub link: Option<String>,
    pub detail: String,
    /// Who, from where and with what.
    pub by: String,
    /// The hour and minute.
    pub at: Moment,
}

/// Whose account something happened to.
pub struct About {
    pub name: String,
    /// Where all that happened to them is shown.
    pub link: String,
    /// What the team is called that owns a service account.
    pub team: Option<String>,
}

pub fn days(found: &Activity, me: &SignedIn, here: Here, links: bool) -> Vec<Day> {
    by_day(&found.lines, here, |event| Line::of(event, me, &found.people, here, links))
}

/// Lines by the day on which they happened.
pub fn by_day(lines: &[(i64, Event)], here: Here, draw: impl Fn(&Event) -> Line) -> Vec<Day> {
    let mut days: Vec<(NaiveDate, Day)> = Vec::new();
    for (_, event) in lines {
        let day = event.at.with_timezone(&here.zone).date_naive();
        let line = draw(event);
        match days.last_mut() {
            Some((last, known)) if *last == day => known.lines.push(line),
            _ => days.push((day, Day { heading: heading(day, here), lines: vec![line] })),
        }
    }
    days.into_iter().map(|(_, day)| day).collect()
}

fn heading(day: NaiveDate, here: Here) -> String {
    match (here.today() - day).num_days() {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        _ => here.weekday(day),
    }
}

impl Line {
    /// One that stands by itself, with near words for when it was.
    pub fn alone(event: &Event, me: &SignedIn, people: &People, here: Here) -> Self {
        let at = Moment::past(event.at, here);
        Self { at, ..Self::of(event, me, people, here, false) }
    }

    pub fn of(event: &Event, me: &SignedIn, people: &People, here: Here, links: bool) -> Self {
        let (icon, tone) = drawn(event.kind);
        let (name, detail) = event.told();
        let there = event.at.with_timezone(&here.zone);
        let token = event.token.as_ref().filter(|_| links && name.is_some());
        Self {
            icon,
            tone,
            words: event.kind.words(),
            about: None,
            name: name.map(str::to_owned),
            link: token.map(|id| format!("{}?token={}", me.activity(), id.as_str())),
            detail: sentence(detail),
            by: by(event, me, people),
            at: Moment { words: there.format("%H:%M").to_string(), ..Moment::past(event.at, here) },
        }
    }
}

/// With an end, as more follows.
fn sentence(detail: &str) -> String {
    let is_open = !detail.is_empty() && !detail.ends_with(['.', '?', '!']);
    format!("{detail}{}", if is_open { "." } else { "" })
}

/// Who did it, as far as that is known: for people, and for programs.
pub fn who(event: &Event, me: &SignedIn) -> (&'static str, &'static str) {
    match &event.actor {
        Some(id) if id == me.actor.id() => ("By you", "you"),
        Some(_) => ("By an administrator", "administrator"),
        None if event.client.address.is_none() => ("On the command line", "command line"),
        // The first account is made by whoever has the link of the start.
        None if event.kind == Kind::PersonAdded => ("With the set-up link", "set-up link"),
        None => ("By somebody unknown", "unknown"),
    }
}

fn by(event: &Event, me: &SignedIn, people: &People) -> String {
    let other = event.actor.as_ref().filter(|id| *id != me.actor.id());
    let words = match other.map(|id| people.get(id)) {
        Some(_) if event.actor == event.person => "By themself".to_owned(),
        // The people of its team look after a service account.
        Some(Some(one)) if me.actor.entrusted.is_some() => format!("By “{}”", one.display_name),
        Some(None) if me.actor.entrusted.is_some() => "By somebody who is gone".to_owned(),
        Some(Some(one)) => format!("By “{}”, an administrator", one.display_name),
        _ => who(event, me).0.to_owned(),
    };
    with_origin(words, event)
}

/// With the program and the address that it was done from.
pub fn with_origin(who: String, event: &Event) -> String {
    let mut words = who;
    if !event.client.agent().is_empty() {
        words = format!("{words}, {}", Device::of(event.client.agent()).words);
    }
    if let Some(address) = event.client.address {
        words = format!("{words}, {address}");
    }
    words
}
