//! OpenMetrics as text, read strictly.

use std::collections::{BTreeMap, BTreeSet};

/// What was read: each family's type, and each sample's value by name and labels as they are written.
pub struct Metrics {
    pub types: BTreeMap<String, String>,
    pub samples: BTreeMap<String, f64>,
}

impl Metrics {
    /// Strictly, by OpenMetrics 1.0, section 5: HELP and TYPE before a family's samples, names and labels of the
    /// right characters, no sample twice, nothing after the end.
    pub fn parse(text: &str) -> Self {
        let (mut types, mut samples) = (BTreeMap::new(), BTreeMap::new());
        let (mut family, mut helped) = (String::new(), BTreeSet::new());
        let body = text.strip_suffix("# EOF\n").expect("an end");
        for line in body.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').expect("a help");
                assert!(!help.is_empty() && helped.insert(name.to_owned()), "{line}");
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a type");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert!(helped.contains(name), "{line}");
                family = name.to_owned();
                assert!(types.insert(family.clone(), kind.to_owned()).is_none(), "{line}");
            } else if let Some(rest) = line.strip_prefix("# UNIT ") {
                let (name, unit) = rest.split_once(' ').expect("a unit");
                assert!(name == family && name.ends_with(&format!("_{unit}")), "{line}");
            } else {
                let (series, value) = line.rsplit_once(' ').expect("a value");
                check_series(series, &family, &types[&family]);
                let value = value.parse().expect("a number");
                assert!(samples.insert(series.to_owned(), value).is_none(), "twice: {line}");
            }
        }
        Self { types, samples }
    }

    pub fn value(&self, series: &str) -> f64 {
        *self.samples.get(series).unwrap_or_else(|| panic!("{series}: {:?}", self.samples))
    }

    /// What was counted, without the zeros.
    pub fn verifications(&self) -> Vec<(&str, f64)> {
        let name = "latchkey_verifications_total";
        let counted = self.samples.iter().filter(|(_, value)| **value > 0.0);
        counted.filter_map(|(series, value)| Some((series.strip_prefix(name)?, *value))).collect()
    }
}

fn check_series(series: &str, family: &str, kind: &str) {
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let suffixes: &[&str] = match kind {
        "counter" => &["_total"],
        "histogram" => &["_sum", "_count", "_bucket"],
        _ => &[""],
    };
    let suffix = name.strip_prefix(family).unwrap_or_else(|| panic!("{series}: not {family}"));
    assert!(suffixes.contains(&suffix), "{series}");
    assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{series}");
    let labels = labels.strip_suffix('}').expect("an end of the labels");
    for label in labels.split(',').filter(|label| !label.is_empty()) {
        let (name, value) = label.split_once('=').expect("a label");
        assert!(name.chars().all(|c| c.is_ascii_lowercase()), "{series}");
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.+".contains(c);
        assert!(value.expect("quotes").chars().all(plain), "{series}");
    }
}
