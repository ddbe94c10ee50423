//! The settings: one table from which flags, environment variables, TOML keys, `config show` and the docs follow.

mod parse;
mod reader;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use super::file::Mistakes;
use crate::domain::address::Address;
use crate::domain::identity::Registration;
use crate::domain::mail::Mailing;
pub use parse::duration;
use parse::{
    address, log, log_format, mebibytes, metrics_address, networks, number, parameter, public_url,
    window,
};
pub(super) use reader::place;
use reader::{Reader, database, handed_on, mailing, registration, sessions};

/// One setting: `key` in the file, `--key` as a flag, `LATCHKEY_KEY` in the environment.
pub struct Setting {
    pub key: &'static str,
    pub default: &'static str,
    pub help: &'static str,
    /// Never shown.
    pub secret: bool,
}

impl Setting {
    const fn new(key: &'static str, default: &'static str, help: &'static str) -> Self {
        Self { key, default, help, secret: false }
    }

    pub fn flag(&self) -> String {
        self.key.replace('_', "-")
    }

    pub fn variable(&self) -> String {
        format!("LATCHKEY_{}", self.key.to_ascii_uppercase())
    }
}

pub const SETTINGS: [Setting; 28] = [
    Setting::new("listen", "127.0.0.1:8080", "Address and port to serve on"),
    Setting {
        secret: true,
        ..Setting::new(
            "database_url",
            "sqlite:data/latchkey.db",
            "sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE",
        )
    },
    Setting::new("database_url_file", "", "A file that holds the database URL, to keep it secret"),
    Setting::new(
        "public_url",
        "",
        "The address people open, such as https://tokens.example.org; needed behind a proxy or a host name",
    ),
    Setting::new(
        "trusted_proxies",
        "",
        "Addresses or networks whose X-Forwarded-* and X-Original-* headers are believed, with commas between",
    ),
    Setting::new(
        "token_parameter",
        "",
        "A parameter of the original URL that may hold a token, such as access_token; URLs end up in logs",
    ),
    Setting {
        secret: true,
        ..Setting::new(
            "mail_url",
            "",
            "smtp://USER:PASSWORD@HOST or smtps://…, to mail links; needs public_url and mail_from",
        )
    },
    Setting::new("mail_url_file", "", "A file that holds the mail URL, to keep it secret"),
    Setting::new("mail_from", "", "The address that mails are from"),
    Setting::new(
        "identity_issuer",
        "",
        "The OpenID Connect provider that people sign in with, such as https://id.example.org/realms/staff; needs public_url; empty for none",
    ),
    Setting::new("identity_client_id", "", "What this instance is called at the provider"),
    Setting {
        secret: true,
        ..Setting::new("identity_client_secret", "", "The secret that the provider gave out for it")
    },
    Setting::new("identity_client_secret_file", "", "A file that holds that secret"),
    Setting::new(
        "identity_scopes",
        "openid profile email",
        "What the provider is asked for, with spaces between",
    ),
    Setting::new(
        "identity_name",
        "your company account",
        "What people call it, as in “Sign in with …”",
    ),
    Setting::new("session_idle", "2h", "Signed out after this long without a request"),
    Setting::new("session_lifetime", "12h", "Signed out after this long, whatever happens"),
    Setting::new("sessions_per_person", "10", "One more than this ends a person's oldest session"),
    Setting::new(
        "confirm_window",
        "0s",
        "How long after a confirmed change the next one in the same session asks no password; 0s is never",
    ),
    Setting::new(
        "password_checks",
        "0",
        "Password checks at once, 19 MiB and a core each; 0 is one less than the cores",
    ),
    Setting::new(
        "index_memory",
        "512",
        "MiB of memory for live tokens, some 2,000,000; what is beyond is asked of the database",
    ),
    Setting::new("last_use_every", "25s", "How often the uses of tokens are written down"),
    Setting::new(
        "metrics_listen",
        "",
        "Address and port to serve Prometheus metrics on, apart from all else; empty for none",
    ),
    Setting::new(
        "events_file",
        "",
        "A file that each event of the activity log is appended to, as a line of JSON; empty for none",
    ),
    Setting::new(
        "events_syslog",
        "",
        "Where each event is sent as RFC 5424: a local socket such as /dev/log, or udp://HOST:514; empty for none",
    ),
    Setting::new("stop_grace", "20s", "How long a stopping server lets begun requests finish"),
    Setting::new("log", "info", "What is logged: error, warn, info, debug, or a filter per module"),
    Setting::new("log_format", "text", "Log lines as text or json"),
];

/// Where a value comes from: the first of these that has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Flag,
    Environment,
    Line(String),
}

#[derive(Clone, Debug)]
pub struct Given {
    pub value: String,
    pub source: Source,
}

/// Settings by key, as they were given.
pub type Values = BTreeMap<&'static str, Given>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// What the activity log is handed on to.
#[derive(Clone, Debug)]
pub struct EventSinks {
    pub file: Option<PathBuf>,
    pub syslog: Option<SyslogTarget>,
}

/// Where syslog listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyslogTarget {
    Local(PathBuf),
    Udp(String, u16),
}

#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    pub database: Address,
    pub public_url: Option<Url>,
    pub trusted_proxies: Vec<IpNet>,
    pub token_parameter: Option<String>,
    /// Where mails go out; `None` where none do.
    pub mailing: Option<Mailing>,
    /// The provider that people sign in with; `None` where there is none.
    pub identity: Option<Registration>,
    pub session_idle: Duration,
    pub session_lifetime: Duration,
    pub sessions_per_person: u32,
    pub confirm_window: Duration,
    pub password_checks: usize,
    /// In bytes.
    pub index_memory: usize,
    pub last_use_every: Duration,
    pub metrics_listen: Option<SocketAddr>,
    pub events: EventSinks,
    pub stop_grace: Duration,
    pub log: String,
    pub log_format: LogFormat,
}

impl Settings {
    pub fn read(values: &Values, mistakes: &mut Mistakes) -> Option<Self> {
        let mut reader = Reader { values, mistakes };
        let listen = reader.read("listen", address);
        let database = database(&mut reader);
        let public_url = reader.read("public_url", public_url);
        let trusted_proxies = reader.read("trusted_proxies", networks);
        let token_parameter = reader.read("token_parameter", parameter);
        let mailing = mailing(&mut reader, public_url.as_ref().is_some_and(Option::is_some));
        let identity = registration(&mut reader, public_url.as_ref().and_then(Option::as_ref));
        let (session_idle, session_lifetime, sessions_per_person) = sessions(&mut reader);
        let confirm_window = reader.read("confirm_window", window);
        let password_checks = reader.read("password_checks", number);
        let index_memory = reader.read("index_memory", mebibytes);
        let last_use_every = reader.read("last_use_every", duration);
        let metrics_listen = reader.read("metrics_listen", metrics_address);
        let events = handed_on(&mut reader);
        let stop_grace = reader.read("stop_grace", duration);
        let (log, log_format) = (reader.read("log", log), reader.read("log_format", log_format));
        Some(Self {
            listen: listen?,
            database: database?,
            public_url: public_url?,
            trusted_proxies: trusted_proxies?,
            token_parameter: token_parameter?,
            mailing: mailing?,
            identity: identity?,
            session_idle: session_idle?,
            session_lifetime: session_lifetime?,
            sessions_per_person: sessions_per_person?,
            confirm_window: confirm_window?,
            password_checks: password_checks?,
            index_memory: index_memory?,
            last_use_every: last_use_every?,
            metrics_listen: metrics_listen?,
            events: events?,
            stop_grace: stop_grace?,
            log: log?,
            log_format: log_format?,
        })
    }

    /// The address of this instance in a browser, when nobody named one.
    pub fn own_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            // "Any address" is none that a browser could open.
            None if self.listen.ip().is_unspecified() => {
                format!("http://localhost:{}", self.listen.port())
            }
            None => format!("http://{}", self.listen),
        }
    }
}
