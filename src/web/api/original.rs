//! The original request: what a client asked of the gateway, in the words of each dialect.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName};

use super::dialect::Dialect;
use crate::domain::access::Access;
use crate::domain::verdict::Denial;
use crate::web::site::Site;

const ORIGINAL_METHOD: HeaderName = HeaderName::from_static("x-original-method");
const ORIGINAL_URI: HeaderName = HeaderName::from_static("x-original-uri");
const ORIGINAL_URL: HeaderName = HeaderName::from_static("x-original-url");
const FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
const FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");

/// Which headers name the method and the path, by dialect: those of another one a client may have sent.
const BY_NGINX: ([HeaderName; 1], [HeaderName; 2]) =
    ([ORIGINAL_METHOD], [ORIGINAL_URI, ORIGINAL_URL]);
const BY_FORWARD_AUTH: ([HeaderName; 1], [HeaderName; 1]) = ([FORWARDED_METHOD], [FORWARDED_URI]);
const BY_ANY: ([HeaderName; 2], [HeaderName; 3]) =
    ([ORIGINAL_METHOD, FORWARDED_METHOD], [ORIGINAL_URI, ORIGINAL_URL, FORWARDED_URI]);

/// What is known, and can be believed, of the original request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Original<'a> {
    /// As it was sent: `get` is another method than `GET`.
    pub method: Option<&'a str>,
    /// With the query, as it was sent: neither decoded nor made plain. It starts with a slash.
    pub path: Option<&'a str>,
    /// Whether somebody who is believed named a path that is none.
    pub is_unreadable: bool,
}

impl<'a> Original<'a> {
    const UNKNOWN: Self = Self { method: None, path: None, is_unreadable: false };

    /// `target` is the original path and query where the question itself ends with it, as Envoy's does.
    ///
    /// Headers are believed from trusted proxies only. Two that differ, and one that comes twice, are refused.
    pub fn of(
        req: &'a HttpRequest,
        site: &Site,
        dialect: Dialect,
        target: Option<&'a str>,
    ) -> Result<Self, Denial> {
        match dialect {
            Dialect::Nginx => named(req, site, &BY_NGINX.0, &BY_NGINX.1),
            Dialect::Traefik | Dialect::Caddy => {
                named(req, site, &BY_FORWARD_AUTH.0, &BY_FORWARD_AUTH.1)
            }
            Dialect::Envoy => {
                let method = Some(req.method().as_str());
                let path = target.filter(|path| is_path(path));
                Ok(Self { method, path, is_unreadable: path.is_none() })
            }
            Dialect::Generic => {
                let (methods, paths) = &BY_ANY;
                let told = |name| req.headers().contains_key(name);
                if methods.iter().chain(paths).any(told) {
                    return named(req, site, methods, paths);
                }
                let below = req.path().strip_prefix("/verify");
                let path = below.filter(|path| is_path(path));
                Ok(Self { method: Some(req.method().as_str()), path, ..Self::UNKNOWN })
            }
        }
    }

    /// The access that follows from the method. Where that can't be known or believed, the most is needed.
    pub fn access(&self) -> Access {
        self.method.map_or(Access::ReadWrite, Access::implied)
    }
}

/// What these headers say, if a trusted proxy says it.
fn named<'a>(
    req: &'a HttpRequest,
    site: &Site,
    methods: &[HeaderName],
    paths: &[HeaderName],
) -> Result<Original<'a>, Denial> {
    if !req.peer_addr().is_some_and(|peer| site.trusts(peer.ip())) {
        return Ok(Original::UNKNOWN);
    }
    let unclear = |what| move |()| Denial::Malformed(what);
    let method = agreed(req.headers(), methods, |_, text| Some(text).filter(|m| !m.is_empty()));
    let path = agreed(req.headers(), paths, |name, text| {
        let path = if *name == ORIGINAL_URL { below_authority(text)? } else { text };
        is_path(path).then_some(path)
    });
    let path = path.map_err(unclear("The original path is named twice."))?;
    let is_told = paths.iter().any(|name| req.headers().contains_key(name));
    Ok(Original {
        method: method.map_err(unclear("The original method is named twice."))?,
        path,
        is_unreadable: is_told && path.is_none(),
    })
}

/// The one value on which these headers agree; none where a header says nothing that `read` understands.
fn agreed<'a>(
    headers: &'a HeaderMap,
    names: &[HeaderName],
    read: impl Fn(&HeaderName, &'a str) -> Option<&'a str>,
) -> Result<Option<&'a str>, ()> {
    let mut found: Option<Option<&str>> = None;
    for name in names {
        let mut lines = headers.get_all(name);
        let Some(line) = lines.next() else { continue };
        let value = line.to_str().ok().and_then(|text| read(name, text));
        if lines.next().is_some() || found.is_some_and(|before| before != value) {
            return Err(());
        }
        found = Some(value);
    }
    Ok(found.flatten())
}

/// The path of an absolute URL. The host comes from the client: one with anything odd in it might be meant to end
/// elsewhere than it does for the gateway.
fn below_authority(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b);
    host.bytes().all(plain).then_some(path)
}

/// Two values in one line, with a comma and a space between, are no path.
fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
#[path = "original_tests.rs"]
mod tests;
