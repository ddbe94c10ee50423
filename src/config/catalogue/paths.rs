//! `paths` of services and `request` of methods: where they are found when a gateway names no service.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::DeValue;

use crate::config::file::{Mistakes, Section};
use crate::domain::paths::{PathPrefix, RequestPattern};

/// What was read before, across all services, by what a request would see of it: no two may be the same.
#[derive(Default)]
pub struct Taken(BTreeMap<String, usize>);

impl Taken {
    fn take(&mut self, shape: String, text: &str, span: Range<usize>, m: &mut Mistakes) {
        let line = m.line(span.start);
        if let Some(first) = self.0.insert(shape, line) {
            let alike = "upper and lower case, and names in braces, make no difference";
            m.at(span, format!("“{text}” stands in line {first} already; {alike}"));
        }
    }
}

pub fn prefixes(
    section: &mut Section<'_, '_>,
    taken: &mut Taken,
    m: &mut Mistakes,
) -> Vec<PathPrefix> {
    let mut prefixes = Vec::new();
    for (text, span) in section.texts("paths", m).unwrap_or_default() {
        let Some(prefix) = m.keep(span.clone(), PathPrefix::parse(&text)) else { continue };
        taken.take(prefix.to_string().to_ascii_lowercase(), &text, span, m);
        prefixes.push(prefix);
    }
    prefixes
}

/// One in quotes, or a list of them.
pub fn requests(
    section: &mut Section<'_, '_>,
    taken: &mut Taken,
    m: &mut Mistakes,
) -> Vec<RequestPattern> {
    let texts = match section.take("request").map(|value| value.get_ref()) {
        Some(DeValue::Array(_)) => section.texts("request", m).unwrap_or_default(),
        _ => section.text("request", m).into_iter().collect(),
    };
    let mut requests = Vec::new();
    for (text, span) in texts {
        let Some(request) = m.keep(span.clone(), RequestPattern::parse(&text)) else { continue };
        taken.take(request.shape(), &text, span, m);
        requests.push(request);
    }
    requests
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, SAMPLE, Values};
    use crate::domain::paths::RequestPath;

    fn read(text: &str) -> Result<Config, String> {
        Config::read(text, "latchkey.toml", Values::new()).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn paths_and_requests_of_the_file_lead_to_their_service() {
        let config = read(SAMPLE).expect("the sample");
        for (method, target, expected) in [
            ("GET", "/builds/1", "builds"),
            ("GET", "/builds/jobs", "builds list"),
            ("POST", "/builds/jobs", "builds start"),
            ("POST", "/builds/jobs/7/retry", "builds start"),
            ("GET", "/git", ""),
        ] {
            let path = RequestPath::read(target).expect(target);
            let found = config.catalogue.find(method, path).expect(target);
            let keys = found.map(|(service, method)| {
                let method = method.map(|method| format!(" {}", method.key.as_str()));
                format!("{}{}", service.key.as_str(), method.unwrap_or_default())
            });
            assert_eq!(keys.unwrap_or_default(), expected, "{method} {target}");
        }
    }

    const WRONG: &str = r#"
[[services]]
key = "builds"
paths = ["/builds",
         "/builds/",
         "api"]
methods = [
    { key = "list", request = "GET /builds/{a}" },
    { key = "logs", request = ["GET /Builds/{b}",
                               "get /builds", 7] },
    { key = "stop", request = 7 },
]

[[services]]
key = "git"
paths = ["/git/{owner}", "/BUILDS"]

[[services]]
key = "mail"
paths = "/mail"
"#;

    #[test]
    fn each_mistake_in_paths_and_requests_is_named_with_its_line() {
        let mistakes = read(WRONG).expect_err("mistakes");
        let expected = [
            (5, "“/builds/” stands in line 4 already"),
            (6, "a path begins with /"),
            (9, "“GET /Builds/{b}” stands in line 8 already"),
            (10, "a request is an HTTP method and a path"),
            (10, "request is a list of texts in quotes"),
            (11, "request is a text in quotes"),
            (16, "“{owner}” is no part of a path here"),
            (16, "“/BUILDS” stands in line 5 already"),
            (20, "paths is a list of texts in quotes"),
        ];
        for (line, words) in expected {
            let place = format!("latchkey.toml, line {line}: ");
            let found = |said: &str| said.starts_with(&place) && said.contains(words);
            assert!(mistakes.lines().any(found), "{line}, {words}:\n{mistakes}");
        }
        assert_eq!(mistakes.lines().count(), expected.len(), "{mistakes}");
    }
}
