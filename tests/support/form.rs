//! A form of a page, filled in by label and sent as a browser would.

use reqwest::Method;
use scraper::{ElementRef, Selector};

use super::page::value;

/// A form as it would be sent: every field with the value it has.
#[derive(Clone, Debug)]
pub struct FormOnPage {
    pub action: String,
    pub method: Method,
    pub fields: Vec<(String, String)>,
    pub labels: Vec<(String, String, String)>,
}

impl FormOnPage {
    /// Types into the field with this label.
    pub fn fill(mut self, label: &str, text: &str) -> Self {
        let found = self.labels.iter().find(|(known, _, _)| known == label);
        let (_, _, name) = found.unwrap_or_else(|| panic!("no field is labelled {label}"));
        let name = name.clone();
        self.set(&name, text);
        self
    }

    /// Chooses a radio button by its group's name and its own.
    pub fn choose(mut self, group: &str, choice: &str) -> Self {
        let label = format!("{group}: {choice}");
        let found = self.labels.iter().find(|(known, _, _)| *known == label);
        let (_, value, name) =
            found.unwrap_or_else(|| panic!("nothing to choose: {label}")).clone();
        self.set(&name, &value);
        self
    }

    /// Ticks the box with this label.
    pub fn tick(mut self, label: &str) -> Self {
        let found = self.labels.iter().find(|(known, _, _)| known == label);
        let (_, value, name) =
            found.unwrap_or_else(|| panic!("no box is labelled {label}")).clone();
        self.fields.push((name, value));
        self
    }

    /// Sends the form by a button that has a name and a value of its own.
    pub fn press(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub fn set(&mut self, name: &str, text: &str) {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, value)) => *value = text.to_owned(),
            None => self.fields.push((name.to_owned(), text.to_owned())),
        }
    }

    /// With a field as nobody can send it by hand.
    pub fn forged(mut self, name: &str, text: &str) -> Self {
        self.set(name, text);
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    pub fn value(&self, name: &str) -> String {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

/// The fields a browser would send (HTML, "successful controls").
pub fn successful(form: &ElementRef<'_>) -> Vec<(String, String)> {
    let controls = Selector::parse("input[name]:not([disabled]), select[name], textarea[name]")
        .expect("a selector");
    let chosen = Selector::parse("option[selected]").expect("a selector");
    let first = Selector::parse("option").expect("a selector");
    let mut fields = Vec::new();
    for control in form.select(&controls) {
        let name = control.value().attr("name").expect("a name").to_owned();
        let kind = control.value().attr("type").unwrap_or_default();
        if matches!(kind, "radio" | "checkbox") && control.value().attr("checked").is_none() {
            continue;
        }
        let value = match control.value().name() {
            "select" => {
                let option = control.select(&chosen).next().or(control.select(&first).next());
                option.map(|option| value(&option)).unwrap_or_default()
            }
            // A browser sends line breaks as CRLF, and the first one of all isn't part of the text.
            "textarea" => {
                control.text().collect::<String>().trim_start_matches('\n').replace('\n', "\r\n")
            }
            _ => value(&control),
        };
        fields.push((name, value));
    }
    fields
}
