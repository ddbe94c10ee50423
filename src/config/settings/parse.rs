//! What a setting's text means, or a sentence on what it should be.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use url::Url;

use super::{LogFormat, SyslogTarget};
use crate::domain::text::hidden_character;

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an address and a port, such as 127.0.0.1:8080".to_owned())
}

pub(super) fn metrics_address(text: &str) -> Result<Option<SocketAddr>, String> {
    if text.is_empty() { Ok(None) } else { address(text).map(Some) }
}

pub(super) fn path(text: &str) -> Result<Option<PathBuf>, Infallible> {
    Ok((!text.is_empty()).then(|| text.into()))
}

pub(super) fn syslog(text: &str) -> Result<Option<SyslogTarget>, String> {
    let wrong = || "a socket such as /dev/log, or udp://logs.example.org:514".to_owned();
    if text.is_empty() || text.starts_with('/') {
        return Ok(path(text).unwrap_or_default().map(SyslogTarget::Local));
    }
    let url = Url::parse(text).map_err(|_| wrong())?;
    let plain = url.scheme() == "udp" && matches!(url.path(), "" | "/");
    // An address of IPv6 stands in brackets there, which are no part of it.
    let host = url.host_str().map(|host| host.trim_matches(['[', ']']).to_owned());
    let host = host.filter(|host| plain && !host.is_empty()).ok_or_else(wrong)?;
    Ok(Some(SyslogTarget::Udp(host, url.port().unwrap_or(514))))
}

pub(super) fn public_url(text: &str) -> Result<Option<Url>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || "an address such as https://tokens.example.org, without a path".to_owned();
    let url = Url::parse(text).map_err(|_| wrong())?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.username().is_empty()
        && url.query().is_none()
        && url.fragment().is_none();
    if plain { Ok(Some(url)) } else { Err(wrong()) }
}

pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let alone = || word.parse::<IpAddr>().map(IpNet::from);
            word.parse::<IpNet>()
                .or_else(|_| alone())
                .map_err(|_| format!("“{word}” is not an address or a network such as 10.0.0.0/8"))
        })
        .collect()
}

/// Reads a time as operators write it.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a time above zero such as 30s, 5m, 12h or 90d".to_owned();
    let duration = humantime::parse_duration(text).map_err(|_| wrong())?;
    let sensible = !duration.is_zero() && duration <= Duration::from_secs(100 * 366 * 86_400);
    sensible.then_some(duration).ok_or_else(wrong)
}

/// Minutes at most: whoever finds an open browser must not find open doors.
pub(super) fn window(text: &str) -> Result<Duration, String> {
    let wrong = || "a time from 0s to 15m, such as 5m".to_owned();
    let window = humantime::parse_duration(text).map_err(|_| wrong())?;
    (window <= Duration::from_secs(15 * 60)).then_some(window).ok_or_else(wrong)
}

pub(super) fn number(text: &str) -> Result<usize, String> {
    let number = text.parse::<u16>().map_err(|_| "a whole number, 0 to 65535".to_owned())?;
    Ok(number.into())
}

pub(super) fn mebibytes(text: &str) -> Result<usize, String> {
    number(text).map(|number| number * 1024 * 1024)
}

pub(super) fn at_least_one(text: &str) -> Result<u32, String> {
    let number = text.parse::<u16>().ok().filter(|number| *number > 0);
    number.map(u32::from).ok_or_else(|| "a whole number, 1 to 65535".to_owned())
}

/// A filter that the log will understand.
pub(super) fn log(text: &str) -> Result<String, ParseError> {
    EnvFilter::builder().parse(text).map(|_| text.to_owned())
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("text or json".to_owned()),
    }
}

pub(super) fn parameter(text: &str) -> Result<Option<String>, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    if text.len() > 40 || !text.bytes().all(plain) {
        return Err("a name of up to 40 letters, digits and -._, such as access_token".to_owned());
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Scopes as RFC 6749, section 3.3, has them.
pub(super) fn scopes(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_graphic() && !b"\"\\".contains(&b);
    let words: Vec<&str> = text.split_whitespace().collect();
    let fine = words.iter().all(|word| word.bytes().all(plain)) && words.contains(&"openid");
    if fine {
        Ok(words.join(" "))
    } else {
        Err("openid and others, with spaces between".to_owned())
    }
}

/// What stands on a button.
pub(super) fn button(text: &str) -> Result<String, String> {
    match hidden_character(text) {
        Some(reason) => Err(reason.to_owned()),
        None if text.is_empty() || text.chars().count() > 40 => {
            Err("a name of 1 to 40 characters, such as Fernhill".to_owned())
        }
        None => Ok(text.to_owned()),
    }
}
