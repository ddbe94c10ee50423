//! A setting read from where it was given, and those that hang together read as one.

use std::fmt::Display;
use std::time::Duration;

use url::Url;

use super::parse::{at_least_one, button, duration, path, scopes, syslog};
use super::{EventSinks, SETTINGS, Source, Values};
use crate::config::file::Mistakes;
use crate::domain::address::Address;
use crate::domain::identity::{ClientSecret, Issuer, Registration};
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
        self.mistakes.add(place(self.values, key), sentence);
    }
}

/// Where a setting was given.
pub(in crate::config) fn place(values: &Values, key: &'static str) -> String {
    match values.get(key).map(|given| &given.source) {
        Some(Source::Flag) => format!("--{}", key.replace('_', "-")),
        Some(Source::Environment) => format!("LATCHKEY_{}", key.to_ascii_uppercase()),
        Some(Source::Line(line)) => format!("{line}: {key}"),
        None => key.to_owned(),
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

/// When sessions end, and how many one person has.
pub(super) fn sessions(
    reader: &mut Reader<'_>,
) -> (Option<Duration>, Option<Duration>, Option<u32>) {
    let idle = reader.read("session_idle", duration);
    let lifetime = reader.read("session_lifetime", duration);
    (idle, lifetime, reader.read("sessions_per_person", at_least_one))
}

fn client_secret(text: &str) -> Result<Option<ClientSecret>, String> {
    match text {
        "" => Ok(None),
        text => ClientSecret::parse(text).map(Some),
    }
}

/// A provider needs all of it: who it is, how it knows us, and an address that people come back to, which is never taken
/// from a request.
pub(super) fn registration(
    reader: &mut Reader<'_>,
    public_url: Option<&Url>,
) -> Option<Option<Registration>> {
    let issuer = reader.read("identity_issuer", |text| match text {
        "" => Ok(None),
        text => Issuer::parse(text).map(Some),
    });
    let client_id = reader.read("identity_client_id", |text| Ok::<_, String>(text.to_owned()));
    let client_secret =
        secret(reader, "identity_client_secret", "identity_client_secret_file", client_secret);
    let scopes = reader.read("identity_scopes", scopes);
    let name = reader.read("identity_name", button);
    let (Some(issuer), client_id, client_secret) = (issuer?, client_id?, client_secret?) else {
        return Some(None);
    };
    for (there, lacking) in [
        (public_url.is_some(), "people come back to an address that begins with public_url"),
        (!client_id.is_empty(), "the provider knows this instance by its identity_client_id"),
        (client_secret.is_some(), "the provider asks for the identity_client_secret"),
    ] {
        if !there {
            reader.blame("identity_issuer", &format!("{lacking}: set that, too"));
        }
    }
    let url = public_url?.as_str().trim_end_matches('/');
    let callback = format!("{url}{}", Registration::CALLBACK);
    let (scopes, name) = (scopes?, name?);
    let client_secret = client_secret?;
    Some(Some(Registration { issuer, client_id, client_secret, scopes, name, callback }))
}
