//! Links that fill the form of a token in: made from a form as it stands, and read strictly enough to say what of one
//! means nothing here.

use std::collections::BTreeMap;

use actix_web::HttpRequest;

use super::form::{KEEP, TokenForm, Under};
use crate::domain::access::Access;
use crate::domain::catalogue::Method;
use crate::domain::grants::{Grant, Grants};
use crate::domain::id::TokenId;
use crate::domain::policy::Edits;
use crate::domain::verdict::Need;
use crate::domain::widening::widening;
use crate::web::form::Fields;
use crate::web::local::encode;

/// A link's query, part by part.
pub struct Prefill {
    parts: BTreeMap<String, String>,
    /// Whether a token is copied, whose access the rest of the link adds to.
    is_copy: bool,
    notes: Vec<String>,
}

impl Prefill {
    pub fn of(req: &HttpRequest) -> Self {
        let mut prefill = Self { parts: BTreeMap::new(), is_copy: false, notes: Vec::new() };
        match Fields::parse(req.query_string(), &[]) {
            Ok(fields) => {
                for (name, value) in fields.under("") {
                    prefill.parts.insert(name.to_owned(), value.to_owned());
                }
            }
            Err(_) => prefill
                .notes
                .push("the link itself: it names something twice or is not UTF-8".to_owned()),
        }
        prefill
    }

    /// The token to copy.
    pub fn from(&mut self) -> Option<TokenId> {
        let from = self.parts.remove("from")?;
        let id = TokenId::parse(&from);
        if id.is_none() {
            self.note("from", &from);
        }
        self.is_copy = id.is_some();
        id
    }

    /// Marks what a call was refused for, in the form of a token that has these grants. Answers what is marked.
    pub fn widen(
        &mut self,
        form: &mut TokenForm,
        granted: &Grants,
        under: Under<'_>,
    ) -> Option<String> {
        let scope = self.parts.remove("widen")?;
        let Some(need) = Need::of_scope(&scope) else {
            self.note("widen", &scope);
            return None;
        };
        if under.policy.edits_of(under.role) != Edits::Any {
            self.why("widen", &scope, "you can’t widen a token here");
            return None;
        }
        match widening(granted, &need, under.catalogue, under.ceiling) {
            Ok(widening) if widening.is_granted => None,
            Ok(widening) => {
                let mut marked = Grants::default();
                marked.grant(widening.service, widening.grant);
                form.mark(&marked);
                Some(marked.summary(under.catalogue).to_string())
            }
            Err(reason) => {
                self.why("widen", &scope, &reason);
                None
            }
        }
    }

    pub fn note(&mut self, part: &str, value: &str) {
        self.notes.push(format!("{part} “{}”", shortened(value)));
    }

    fn why(&mut self, part: &str, value: &str, reason: &str) {
        self.notes.push(format!("{part} “{}”: {reason}", shortened(value)));
    }

    /// Fills the form in. Answers what of the link means nothing here, and was left out.
    pub fn apply(mut self, form: &mut TokenForm, under: Under<'_>) -> Vec<String> {
        let is_copy = self.is_copy;
        let texts = [
            ("name", &mut form.name),
            ("description", &mut form.description),
            ("networks", &mut form.networks),
            ("per_minute", &mut form.per_minute),
            ("changed", &mut form.changed),
        ];
        for (part, field) in texts {
            if let Some(value) = self.parts.remove(part) {
                *field = value;
            }
        }
        if let Some(expires) = self.parts.remove("expires") {
            self.expires(&expires, form, under);
        }
        let set = self.parts.remove("set");
        if let Some(key) = &set {
            self.set(key, form, under);
        }
        self.levels(form, is_copy || set.is_some(), under);
        for (part, value) in std::mem::take(&mut self.parts) {
            self.note(&part, &value);
        }
        self.notes
    }

    fn expires(&mut self, value: &str, form: &mut TokenForm, under: Under<'_>) {
        let preset = under.policy.presets().iter().any(|days| days.to_string() == value);
        let known = preset || value == KEEP || (value == "never" && under.policy.never_allowed);
        if known || value == "custom" {
            form.expires = value.to_owned();
        } else if value.parse::<chrono::NaiveDate>().is_ok() {
            (form.expires, form.until) = ("custom".to_owned(), value.to_owned());
        } else if let Some(day) =
            value.parse().ok().filter(|days| *days <= under.policy.longest_days)
        {
            let day = crate::domain::time::day_in(under.here.now, day);
            (form.expires, form.until) = ("custom".to_owned(), day.to_string());
        } else {
            self.note("expires", value);
        }
    }

    fn set(&mut self, key: &str, form: &mut TokenForm, under: Under<'_>) {
        match under.sets.find(key) {
            Some(set) => {
                let offered = set.grants.within(under.catalogue, under.ceiling);
                form.fill(&offered);
                if offered != set.grants {
                    self.why("set", key, "some of it can’t be granted to you");
                }
            }
            None => self.note("set", key),
        }
    }

    /// Services to read and to write, with commas between, and single methods in the textual form of grants. Naming
    /// any of them, even none, clears what the form had, but for what a set of the same link has put there.
    fn levels(&mut self, form: &mut TokenForm, has_set: bool, under: Under<'_>) {
        let given = ["read", "write", "methods"].map(|part| self.parts.remove(part));
        if given.iter().all(Option::is_none) {
            return;
        }
        let [read, write, methods] = given.map(Option::unwrap_or_default);
        if !has_set {
            form.levels.clear();
            form.methods.clear();
        }
        for (level, keys) in [("read", read), ("write", write)] {
            for key in keys.split(',').map(str::trim).filter(|key| !key.is_empty()) {
                let Some(service) = under.catalogue.service(key) else {
                    self.note("service", key);
                    continue;
                };
                if let Some(reason) = service.closed_to(under.ceiling) {
                    self.why("service", key, &reason);
                    continue;
                }
                let ceiling = service.ceiling(under.ceiling);
                let is_too_much = level == "write" && ceiling == Some(Access::Read);
                if is_too_much {
                    let held = service.held_down(under.ceiling);
                    self.why(
                        "service",
                        key,
                        held.as_deref().unwrap_or("it can be read, not written"),
                    );
                }
                let level = if is_too_much { "read" } else { level };
                form.levels.insert(key.to_owned(), level.to_owned());
            }
        }
        match Grants::parse(&methods) {
            Some(grants) => self.methods(&grants, form, under),
            None => self.note("methods", &methods),
        }
    }

    fn methods(&mut self, grants: &Grants, form: &mut TokenForm, under: Under<'_>) {
        for (key, grant) in grants.iter() {
            let service = under.catalogue.service(key.as_str());
            let (Some(service), Grant::Methods(methods)) = (service, grant) else {
                self.note("methods", &format!("{}:{grant}", key.as_str()));
                continue;
            };
            if let Some(reason) = service.closed_to(under.ceiling) {
                self.why("service", key.as_str(), &reason);
                continue;
            }
            let key = key.as_str().to_owned();
            form.levels.insert(key.clone(), "methods".to_owned());
            for method in methods {
                let ceiling = service.ceiling(under.ceiling).unwrap_or(Access::Read);
                let open = |known: &&Method| service.opens(known, ceiling);
                match service.method(method.as_str()).filter(open) {
                    Some(_) => {
                        form.methods
                            .entry(key.clone())
                            .or_default()
                            .insert(method.as_str().to_owned());
                    }
                    None => self.note("method", method.as_str()),
                }
            }
        }
    }
}

/// What stands in a link may be long and odd; a page repeats no more of it than tells it apart.
fn shortened(value: &str) -> String {
    crate::domain::text::visible(value, 60).into()
}

/// The query of a link to this form, passwords left out.
pub fn query(form: &TokenForm) -> String {
    let mut query = Vec::new();
    let mut part = |name: &str, value: &str| {
        if !value.is_empty() {
            query.push(format!("{name}={}", encode(value)));
        }
    };
    part("name", &form.name);
    part("description", &form.description);
    part("expires", if form.expires == "custom" { &form.until } else { &form.expires });
    part("networks", &form.networks);
    part("per_minute", &form.per_minute);
    part("changed", &form.changed);
    for level in ["read", "write"] {
        let granted = form.levels.iter().filter(|(_, given)| *given == level);
        let keys: Vec<&str> = granted.map(|(key, _)| key.as_str()).collect();
        part(level, &keys.join(","));
    }
    let chosen = form.levels.iter().filter(|(_, given)| *given == "methods");
    let methods = chosen.filter_map(|(key, _)| {
        let ticked = form.methods.get(key)?.iter().map(String::as_str);
        Some(format!("{key}:{}", ticked.collect::<Vec<_>>().join(",")))
    });
    part("methods", &methods.collect::<Vec<_>>().join(" "));
    if !form.changed.is_empty() && !query.iter().any(|part| part.starts_with("read=")) {
        // Named, so that the services of an edited token are cleared where the form had cleared them.
        query.push("read=".to_owned());
    }
    query.join("&")
}
