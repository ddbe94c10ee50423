//! Which service, and which of its methods, an original request is for.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Service;
use crate::domain::paths::{Part, RequestPath, is_method};

/// Every path of the catalogue, as one tree of segments. Upper and lower case lead to the same place, so that a path
/// that differs in nothing else is noticed rather than taken for another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    named: HashMap<String, Self>,
    any: Option<Box<Self>>,
    /// The service, and which of its paths, that begins here.
    prefix: Option<(usize, usize)>,
    /// By HTTP method, what ends here.
    requests: Vec<(String, Place)>,
}

/// Where in the catalogue: service, method, and which of its patterns.
#[derive(Clone, Copy, Debug)]
struct Place {
    service: usize,
    method: usize,
    pattern: usize,
}

/// What was found: places of a service and of a method within it.
pub(super) type Places = (usize, Option<usize>);

impl Map {
    /// Of two that are the same the first counts; the file's reader has refused the second.
    pub(super) fn new(services: &[Service]) -> Self {
        let mut map = Self::default();
        for (service, described) in services.iter().enumerate() {
            for (at, prefix) in described.paths.iter().enumerate() {
                let names = prefix.segments().iter();
                let node = names.fold(&mut map, |node, name| node.below(name));
                node.prefix.get_or_insert((service, at));
            }
            for (method, described) in described.methods.iter().enumerate() {
                for (pattern, request) in described.requests.iter().enumerate() {
                    let node = request.parts().iter().fold(&mut map, |node, part| match part {
                        Part::Named(name) => node.below(name),
                        Part::Any => node.any.get_or_insert_default(),
                    });
                    let place = Place { service, method, pattern };
                    if node.request(request.method()).is_none() {
                        node.requests.push((request.method().to_owned(), place));
                    }
                }
            }
        }
        map
    }

    fn below(&mut self, name: &str) -> &mut Self {
        self.named.entry(name.to_ascii_lowercase()).or_default()
    }

    fn request(&self, method: &str) -> Option<Place> {
        self.requests.iter().find(|(name, _)| name == method).map(|(_, place)| *place)
    }

    /// A method's pattern first, then the longest path. What could be read in two ways is refused, in words for the
    /// sender.
    pub(super) fn find(
        &self,
        method: &str,
        path: RequestPath<'_>,
        services: &[Service],
    ) -> Result<Option<Places>, &'static str> {
        const CASE: &str = "The original path differs in case from the one in the catalogue.";
        if !is_method(method) {
            return Err("The original method is not written in capitals.");
        }
        // A HEAD is a GET without the body.
        let method = if method == "HEAD" { "GET" } else { method };
        let prefix = self.longest(path);
        if let Some(place) = self.pattern(method, path) {
            let Place { service, method, pattern } = place;
            let found = &services[service].methods[method].requests[pattern];
            if !found.fits(path) {
                return Err(CASE);
            }
            if let Some((other, at)) = prefix
                && other != service
                && services[other].paths[at].segments().len() > found.fixed()
            {
                return Err("The original path is one of two services.");
            }
            return Ok(Some((service, Some(method))));
        }
        match prefix {
            Some((service, at)) if !services[service].paths[at].begins(path) => Err(CASE),
            found => Ok(found.map(|(service, _)| (service, None))),
        }
    }

    fn longest(&self, path: RequestPath<'_>) -> Option<(usize, usize)> {
        let below =
            path.split().and_then(|(name, rest)| self.named.get(&*folded(&name))?.longest(rest));
        below.or(self.prefix)
    }

    /// A name as it is goes before one that may be anything, from the first segment on. Each node is asked once.
    fn pattern(&self, method: &str, path: RequestPath<'_>) -> Option<Place> {
        let Some((name, rest)) = path.split() else { return self.request(method) };
        let named = self.named.get(&*folded(&name)).and_then(|node| node.pattern(method, rest));
        named.or_else(|| self.any.as_ref()?.pattern(method, rest))
    }
}

fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
