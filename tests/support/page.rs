//! A page as somebody meets it who reads by role and label, not by how it looks.

use reqwest::header::HeaderMap;
use reqwest::{Method, Response, StatusCode};
use scraper::{ElementRef, Html, Selector};

use super::form::{FormOnPage, successful};

pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    html: Html,
}

impl Page {
    pub async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("a body");
        let html = Html::parse_document(&text);
        Self { status, headers, text, html }
    }

    pub fn location(&self) -> Option<String> {
        Some(self.headers.get("location")?.to_str().expect("a location").to_owned())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or("")
    }

    fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        self.html.select(&Selector::parse(selector).expect(selector)).collect()
    }

    pub fn title(&self) -> String {
        self.all("title").first().map(words).unwrap_or_default()
    }

    /// The main heading: of the dialog, where one lies over the page.
    pub fn heading(&self) -> String {
        let dialog = self.all("dialog[open] h1");
        dialog.first().or(self.all("h1").first()).map(words).unwrap_or_default()
    }

    /// What the alert says that a screen reader hears first.
    pub fn alert(&self) -> String {
        self.all("[role=alert]").first().map(words).unwrap_or_default()
    }

    pub fn status_message(&self) -> String {
        self.all("main [role=status]").first().map(words).unwrap_or_default()
    }

    pub fn says(&self, what: &str) -> bool {
        self.all("body").first().map(words).unwrap_or_default().contains(what)
    }

    /// The words of each element of this kind.
    pub fn each(&self, selector: &str) -> Vec<String> {
        self.all(selector).iter().map(words).collect()
    }

    /// The value of the field with this label.
    pub fn field(&self, label: &str) -> String {
        let control = self.control(label);
        match control.value().name() {
            "select" => {
                let chosen = Selector::parse("option[selected]").expect("a selector");
                let option = control.select(&chosen).next();
                option.map(|option| value(&option)).unwrap_or_default()
            }
            "textarea" => control.text().collect::<String>().trim_start_matches('\n').to_owned(),
            _ => control.value().attr("value").unwrap_or_default().to_owned(),
        }
    }

    /// The error that is tied to the field with this label.
    pub fn error(&self, label: &str) -> String {
        let control = self.control(label);
        if control.value().attr("aria-invalid") != Some("true") {
            return String::new();
        }
        let ids = control.value().attr("aria-describedby").unwrap_or_default();
        let error = ids.split(' ').find(|id| id.ends_with("-error")).expect("an error's id");
        words(self.all(&format!("[id=\"{error}\"]")).first().expect("the error"))
    }

    /// The sentence of an error by its id, for groups that aren't one control.
    pub fn error_of(&self, id: &str) -> String {
        self.all(&format!("[id=\"{id}-error\"]")).first().map(words).unwrap_or_default()
    }

    fn control(&self, label: &str) -> ElementRef<'_> {
        let labels = self.all("label[for]");
        let label = labels.into_iter().find(|l| words(l) == label);
        let label = label.unwrap_or_else(|| panic!("no field is labelled so:\n{}", self.text));
        let id = label.value().attr("for").expect("an id");
        *self.all(&format!("[id=\"{id}\"]")).first().expect("the labelled field")
    }

    pub fn has_field(&self, label: &str) -> bool {
        self.all("label[for]").iter().any(|l| words(l) == label)
    }

    pub fn attribute(&self, label: &str, name: &str) -> Option<String> {
        self.control(label).value().attr(name).map(str::to_owned)
    }

    /// Where the link with this name leads; the name is what is read out.
    pub fn link(&self, name: &str) -> Option<String> {
        let links = self.all("a[href]");
        let link = links.into_iter().find(|link| accessible_name(link) == name)?;
        link.value().attr("href").map(str::to_owned)
    }

    /// The cells of the table row that this name heads, but for those without a word.
    pub fn row(&self, name: &str) -> Option<Vec<String>> {
        let row = self.all("tbody [role=row]").into_iter().find(|row| {
            let heads = Selector::parse("[role=rowheader] [dir=auto]").expect("a selector");
            row.select(&heads).any(|head| words(&head) == name)
        })?;
        let cells = Selector::parse("[role=rowheader], [role=cell]").expect("a selector");
        Some(row.select(&cells).map(|cell| words(&cell)).filter(|cell| !cell.is_empty()).collect())
    }

    /// The names that head the rows, from the top.
    pub fn names(&self) -> Vec<String> {
        self.all("tbody [role=rowheader] [dir=auto]").iter().map(words).collect()
    }

    pub fn rows(&self) -> usize {
        self.all("tbody [role=row]").len()
    }

    /// The value that is shown once.
    pub fn secret(&self) -> Option<String> {
        self.labelled("Your new token")
    }

    /// The text of what has this name.
    pub fn labelled(&self, name: &str) -> Option<String> {
        self.all(&format!("[aria-label=\"{name}\"]")).first().map(words)
    }

    /// Every attribute of this name in the page.
    pub fn attributes(&self, name: &str) -> Vec<String> {
        let with = self.all(&format!("[{name}]"));
        with.iter().filter_map(|e| e.value().attr(name)).map(str::to_owned).collect()
    }

    /// The names of the drawings.
    pub fn drawings(&self) -> Vec<String> {
        let named = |drawing: &ElementRef<'_>| {
            let id = drawing.value().attr("aria-labelledby").expect("a name");
            words(self.all(&format!("[id=\"{id}\"]")).first().expect("its name"))
        };
        self.all("[role=img]").iter().map(named).collect()
    }

    /// The entries of list and table in the region with this name.
    pub fn entries(&self, region: &str) -> Vec<String> {
        let named = |section: &&ElementRef<'_>| {
            let id = section.value().attr("aria-labelledby").expect("a name");
            self.all(&format!("[id=\"{id}\"]")).first().is_some_and(|head| words(head) == region)
        };
        let regions = self.all("section[aria-labelledby]");
        let region = regions.iter().find(named);
        let selector = Selector::parse("li, tbody tr").expect("a selector");
        let words = |entry: ElementRef<'_>| {
            let parts = entry.child_elements().map(|part| words(&part));
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        };
        region.map(|region| region.select(&selector).map(words).collect()).unwrap_or_default()
    }

    pub fn count(&self, selector: &str) -> usize {
        self.all(selector).len()
    }

    /// The form whose button has this name.
    pub fn form(&self, button: &str) -> FormOnPage {
        let buttons = Selector::parse("button").expect("a selector");
        // A button may belong to a form that it doesn't stand in.
        let elsewhere = self.all("button[form]").into_iter().find(|b| words(b) == button);
        let id = elsewhere.and_then(|button| button.value().attr("form"));
        let named = |form: &ElementRef<'_>| match id {
            Some(id) => form.value().id() == Some(id),
            None => form.select(&buttons).any(|b| words(&b) == button),
        };
        let form = self.all("form").into_iter().find(named);
        let form =
            form.unwrap_or_else(|| panic!("no form has this button: {button}\n{}", self.text));
        FormOnPage {
            action: form.value().attr("action").expect("an action").to_owned(),
            method: match form.value().attr("method") {
                Some("post") => Method::POST,
                _ => Method::GET,
            },
            fields: successful(&form),
            labels: self.labels(),
        }
    }

    /// Label or group, value, name: of all fields and radio buttons.
    fn labels(&self) -> Vec<(String, String, String)> {
        let mut labels = Vec::new();
        for label in self.all("label[for]") {
            let id = label.value().attr("for").expect("an id");
            if let Some(control) = self.all(&format!("[id=\"{id}\"]")).first() {
                let name = control.value().attr("name").unwrap_or_default();
                labels.push((words(&label), String::new(), name.to_owned()));
            }
        }
        for tick in self.all("input[type=checkbox][name][aria-label]") {
            let label = tick.value().attr("aria-label").expect("a label").to_owned();
            let name = tick.value().attr("name").expect("a name").to_owned();
            labels.push((label, value(&tick), name));
        }
        let radios = Selector::parse("input[type=radio]:not([disabled])").expect("a selector");
        for group in self.all("[role=radiogroup]") {
            let id = group.value().attr("aria-labelledby").expect("a name");
            let title = words(self.all(&format!("[id=\"{id}\"]")).first().expect("the name"));
            for radio in group.select(&radios) {
                let label = radio.parent().and_then(ElementRef::wrap).expect("its label");
                let name = radio.value().attr("name").expect("a name").to_owned();
                labels.push((format!("{title}: {}", words(&label)), value(&radio), name));
            }
        }
        let boxes = Selector::parse("label > input[type=checkbox][name]:not([disabled])");
        for ticked in self.html.select(&boxes.expect("a selector")) {
            let label = ticked.parent().and_then(ElementRef::wrap).expect("its label");
            let name = ticked.value().attr("name").expect("a name").to_owned();
            labels.push((words(&label), value(&ticked), name));
        }
        labels
    }
}

/// An option without a value of its own has its text for one.
pub fn value(element: &ElementRef<'_>) -> String {
    match element.value().attr("value") {
        Some(value) => value.to_owned(),
        None if element.value().name() == "option" => words(element),
        None => String::new(),
    }
}

fn accessible_name(element: &ElementRef<'_>) -> String {
    element.value().attr("aria-label").map_or_else(|| words(element), str::to_owned)
}

/// The text of an element, with single spaces.
pub fn words(element: &ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
