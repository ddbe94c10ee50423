//! Reading TOML so that every mistake is found at once, each with its line.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something wrong in what the operator said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where: a line of the file, a flag, an environment variable; empty when it is said in the sentence.
    pub place: String,
    pub sentence: String,
}

/// Every mistake found, in the order of the file.
#[derive(Debug, Default)]
pub struct Mistakes {
    file: String,
    /// Where each line of the file ends.
    ends: Vec<usize>,
    found: Vec<(usize, Mistake)>,
}

impl Mistakes {
    pub fn of_file(name: &str, text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at).collect();
        Self { file: name.to_owned(), ends, found: Vec::new() }
    }

    pub fn one(sentence: String) -> Self {
        let mut mistakes = Self::default();
        mistakes.add(String::new(), sentence);
        mistakes
    }

    /// Notes a mistake outside the file.
    pub fn add(&mut self, place: String, sentence: impl Into<String>) {
        let sentence = sentence.into();
        self.found.push((usize::MAX, Mistake { place, sentence }));
    }

    /// Notes a mistake at a place of the file.
    pub fn at(&mut self, span: Range<usize>, sentence: impl Into<String>) {
        let line = self.line(span.start);
        let place = format!("{}, line {line}", self.file);
        let sentence = sentence.into();
        self.found.push((line, Mistake { place, sentence }));
    }

    pub fn line(&self, byte: usize) -> usize {
        1 + self.ends.partition_point(|end| *end < byte)
    }

    pub fn file(&self) -> &str {
        &self.file
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Takes the value, or notes why there is none.
    pub fn keep<T>(&mut self, span: Range<usize>, value: Result<T, impl Display>) -> Option<T> {
        value.map_err(|e| self.at(span, e.to_string())).ok()
    }
}

impl Display for Mistakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut found: Vec<_> = self.found.iter().collect();
        found.sort_by_key(|(line, _)| *line);
        for (at, (_, Mistake { place, sentence })) in found.into_iter().enumerate() {
            let line = if at == 0 { "" } else { "\n" };
            let colon = if place.is_empty() { "" } else { ": " };
            write!(f, "{line}{place}{colon}{sentence}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// The file as a table; what isn't TOML in it is noted and left out.
pub fn parse<'t>(text: &'t str, mistakes: &mut Mistakes) -> Spanned<DeTable<'t>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        mistakes.at(span, error.message().replace('\n', ", "));
    }
    table
}

/// One table of the file, whose keys are taken one by one; those that are left are unknown.
pub struct Section<'a, 't> {
    table: &'a DeTable<'t>,
    span: Range<usize>,
    known: BTreeSet<&'static str>,
}

impl<'a, 't> Section<'a, 't> {
    pub fn new(table: &'a DeTable<'t>, span: Range<usize>) -> Self {
        Self { table, span, known: BTreeSet::new() }
    }

    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    pub fn take(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'t>>> {
        self.known.insert(key);
        self.table.get(key)
    }

    pub fn text(&mut self, key: &'static str, m: &mut Mistakes) -> Option<(String, Range<usize>)> {
        let value = self.take(key)?;
        let text = value.get_ref().as_str().ok_or_else(|| format!("{key} is a text in quotes"));
        let text = m.keep(value.span(), text)?;
        Some((text.to_owned(), value.span()))
    }

    /// A list of texts, each with its place.
    pub fn texts(
        &mut self,
        key: &'static str,
        m: &mut Mistakes,
    ) -> Option<Vec<(String, Range<usize>)>> {
        let value = self.take(key)?;
        let wrong = || format!("{key} is a list of texts in quotes");
        let list = m.keep(value.span(), value.get_ref().as_array().ok_or_else(wrong))?;
        let texts = list.iter().filter_map(|value| {
            let text = m.keep(value.span(), value.get_ref().as_str().ok_or_else(wrong))?;
            Some((text.to_owned(), value.span()))
        });
        Some(texts.collect())
    }

    pub fn switch(&mut self, key: &'static str, m: &mut Mistakes) -> Option<bool> {
        let value = self.take(key)?;
        let switch = value.get_ref().as_bool().ok_or_else(|| format!("{key} is true or false"));
        m.keep(value.span(), switch)
    }

    pub fn count(&mut self, key: &'static str, m: &mut Mistakes) -> Option<(u32, Range<usize>)> {
        let value = self.take(key)?;
        let number = value.get_ref().as_integer();
        let number = number.and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
        let number = number.ok_or_else(|| format!("{key} is a whole number, not below 0"));
        Some((m.keep(value.span(), number)?, value.span()))
    }

    /// Notes every key that nobody took.
    pub fn finish(self, m: &mut Mistakes) {
        for key in self.table.keys() {
            if !self.known.contains(key.get_ref().as_ref()) {
                let known: Vec<&str> = self.known.iter().copied().collect();
                let sentence =
                    format!("unknown key “{}”. Known here: {}", key.get_ref(), known.join(", "));
                m.at(key.span(), sentence);
            }
        }
    }
}
