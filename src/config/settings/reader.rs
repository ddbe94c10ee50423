//! A setting read from where it was given, and those that hang together read as one.

use std::fmt::Display;

use super::parse::{path, syslog};
use super::{EventSinks, SETTINGS, Source, Values};
use crate::config::file::Mistakes;
use crate::domain::address::Address;
use crate::domain::mail::{Mailing, Relay};
use crate::domain::user::Email;

pub(super) struct Reader<'a> {
    pub values: &'a Values,
    pub mistakes: &'a mut Mistakes,
}

impl Reader<'_> {
    fn given(&self, key: &'static str) -> &str {
        let default = || SETTINGS.iter().find(|setting| setting.key == key).map(|s| s.default);
        let given = self.values.get(key).map(|given| given.value.as_str());
        given.or_else(default).unwrap_or_default()
    }

    pub fn read<T, E: Display>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(self.given(key).trim()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.blame(key, &error.to_string());
                None
            }
        }
    }

    fn blame(&mut self, key: &'static str, sentence: &str) {
        let place = match self.values.get(key).map(|given| &given.source) {
            Some(Source::Flag) => format!("--{}", key.replace('_', "-")),
            Some(Source::Environment) => format!("LATCHKEY_{}", key.to_ascii_uppercase()),
            Some(Source::Line(line)) => format!("{line}: {key}"),
            None => key.to_owned(),
        };
        self.mistakes.add(place, sentence);
    }
}

pub(super) fn handed_on(reader: &mut Reader<'_>) -> Option<EventSinks> {
    let file = reader.read("events_file", path);
    let syslog = reader.read("events_syslog", syslog);
    Some(EventSinks { file: file?, syslog: syslog? })
}

pub(super) fn database(reader: &mut Reader<'_>) -> Option<Address> {
    secret(reader, "database_url", "database_url_file", Address::parse)
}

/// What is given itself, or in a file of its own; not both.
fn secret<T>(
    reader: &mut Reader<'_>,
    key: &'static str,
    file: &'static str,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    if reader.given(file).trim().is_empty() {
        return reader.read(key, parse);
    }
    if reader.values.contains_key(key) {
        reader.blame(file, &format!("{key} is given as well: name one of the two"));
        return None;
    }
    let read = |path: &str| std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"));
    reader.read(file, |path| parse(read(path)?.trim()))
}

/// Mail needs all of it: a server, an address it is from, and one that links may begin with, which is never taken from
/// a request.
pub(super) fn mailing(reader: &mut Reader<'_>, has_public_url: bool) -> Option<Option<Mailing>> {
    let relay = |text: &str| match text {
        "" => Ok(None),
        text => Relay::parse(text).map(Some),
    };
    let from = reader.read("mail_from", |text| match text {
        "" => Ok(None),
        text => Email::parse(text).map(Some),
    });
    let relay = secret(reader, "mail_url", "mail_url_file", relay);
    let (Some(relay), from) = (relay?, from?) else { return Some(None) };
    if !has_public_url {
        reader.blame("mail_url", "mails hold links, which begin with public_url: set that, too");
    }
    let Some(from) = from else {
        reader.blame("mail_url", "mails are from somebody: set mail_from, too");
        return None;
    };
    Some(Some(Mailing { relay, from }))
}
