//! The query of a question: which gateway asks, and what for.

use std::borrow::Cow;

use actix_web::HttpRequest;
use percent_encoding::percent_decode_str;

use super::dialect::Dialect;
use super::original::Original;
use crate::domain::access::Access;
use crate::domain::catalogue::Catalogue;
use crate::domain::verdict::{Denial, Need, What};
use crate::web::site::Site;

/// HAProxy asks as its script was written: in the generic one.
const DIALECTS: &str = "gateway is generic (for HAProxy, too), nginx (for ingress-nginx, too), traefik, caddy or envoy.";

/// What the operator has written into the gateway's configuration.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Question<'a> {
    pub dialect: Dialect,
    pub service: Option<Cow<'a, str>>,
    access: Option<Cow<'a, str>>,
    method: Option<Cow<'a, str>>,
    /// The original path and query, which Envoy puts behind what it was told to ask.
    target: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// Reads a query. What comes after `original=` is the client's, whatever it looks like.
    pub fn parse(query: &'a str) -> Result<Self, Denial> {
        let mut question = Self::default();
        let mut gateway = None;
        let mut rest = query;
        while !rest.is_empty() {
            if let Some(target) = rest.strip_prefix("original=") {
                question.target = Some(target);
                break;
            }
            let (pair, after) = rest.split_once('&').unwrap_or((rest, ""));
            rest = after;
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let place = match &*plain(name)? {
                "gateway" => &mut gateway,
                "service" => &mut question.service,
                "access" => &mut question.access,
                "method" => &mut question.method,
                _ => continue,
            };
            if place.replace(plain(value)?).is_some() {
                return Err(Denial::Malformed("The query names something twice."));
            }
        }
        question.dialect = match gateway.as_deref() {
            None | Some("") => Dialect::Generic,
            Some(name) => Dialect::parse(name).ok_or(Denial::Malformed(DIALECTS))?,
        };
        Ok(question)
    }

    /// The original request, as this question's dialect tells it.
    pub fn original(&self, req: &'a HttpRequest, site: &Site) -> Result<Original<'a>, Denial> {
        Original::of(req, site, self.dialect, self.target)
    }

    /// What the original request needs. Where the query names no service, the catalogue's paths say which it is.
    pub fn need(
        &self,
        req: &'a HttpRequest,
        site: &Site,
        catalogue: &Catalogue,
    ) -> Result<Need, Denial> {
        match (self.dialect, self.target) {
            (Dialect::Envoy, None) => {
                // Then the client's query would be taken for the operator's.
                return Err(Denial::Malformed("Envoy’s path_prefix has to end with original=."));
            }
            (Dialect::Envoy, Some(_)) | (_, None) => {}
            _ => return Err(Denial::Malformed("original belongs to Envoy’s dialect.")),
        }
        let Some(service) = self.service.as_deref() else {
            return self.mapped(self.original(req, site)?, catalogue);
        };
        if service.is_empty() {
            return Err(Denial::Malformed("The query names a service and leaves it empty."));
        }
        let access = self.access.as_deref().unwrap_or_default();
        let what = match (access, self.method.as_deref()) {
            // A variable of the gateway that came out empty must not ask another question than was meant.
            (_, Some("")) => {
                return Err(Denial::Malformed("The query names a method and leaves it empty."));
            }
            ("", Some(method)) => What::Method(method.to_owned()),
            ("", None) => What::Access(self.original(req, site)?.access()),
            ("read", None) => What::Access(Access::Read),
            ("write", None) => What::Access(Access::ReadWrite),
            ("read" | "write", Some(_)) => {
                return Err(Denial::Malformed("The query names access and method: one is enough."));
            }
            _ => return Err(Denial::Malformed("access is read or write.")),
        };
        Ok(Need { service: service.to_owned(), what })
    }

    fn mapped(&self, original: Original<'_>, catalogue: &Catalogue) -> Result<Need, Denial> {
        if self.access.is_some() || self.method.is_some() {
            return Err(Denial::Malformed("access and method need a service beside them."));
        }
        match (original.method, original.path) {
            (Some(method), Some(path)) => Need::of_request(method, path, catalogue),
            _ if original.is_unreadable => Err(Denial::Malformed(
                "The original path cannot be read: it begins with a slash, in plain ASCII.",
            )),
            _ => Err(Denial::Malformed(
                "The query names no service, and no trusted proxy the original method and path.",
            )),
        }
    }
}

/// A name or value of a query, decoded. Most have nothing to decode, and are lent.
fn plain(text: &str) -> Result<Cow<'_, str>, Denial> {
    if !text.bytes().any(|b| b == b'%' || b == b'+') {
        return Ok(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    let decoded = decoded.map_err(|_| Denial::Malformed("The query is not UTF-8."))?;
    Ok(Cow::Owned(decoded.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_original_is_the_clients() {
        let query = "gateway=envoy&service=builds&original=/jobs?service=git&access=read&gateway=x";
        let question = Question::parse(query).expect("a question");
        let expected = Question {
            dialect: Dialect::Envoy,
            service: Some("builds".into()),
            target: Some("/jobs?service=git&access=read&gateway=x"),
            ..Question::default()
        };
        assert_eq!(question, expected);
    }

    #[test]
    fn a_name_counts_however_it_is_written_and_once() {
        let question = Question::parse("%73ervice=b%75ilds&access=&other=1&other=2&").expect("one");
        assert_eq!(question.service.as_deref(), Some("builds"));
        for twice in ["service=git&service=git", "access=&access=read", "service=git&%73ervice=x"] {
            assert!(Question::parse(twice).is_err(), "{twice}");
        }
        for wrong in ["gateway=haproxy", "service=%ff", "%ff=1"] {
            assert!(Question::parse(wrong).is_err(), "{wrong}");
        }
    }
}
