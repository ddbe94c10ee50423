//! Looks at a page as it is now: at three widths, with axe-core's rules in light and dark, and at what the console says.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::window::Window;

const THEMES: [&str; 2] = ["light", "dark"];
/// A laptop, a phone, and 1280 pixels at 400 % (WCAG 2.2, success criterion 1.4.10).
const WIDTHS: [u32; 3] = [1280, 390, 320];
/// Pages are laid out in two ways, and this is one width of each; axe-core takes longer than all else here.
const LAYOUTS: [u32; 2] = [1280, 390];

/// What axe-core cannot decide counts too: somebody has to look. Tabs scroll sideways where they are wider than the
/// window; meanwhile they stand in two lines, as axe-core can't judge what is scrolled away.
const RUN: &str = "const tabs = document.querySelector('.tabs ul');
    if (tabs) tabs.style.cssText = 'flex-wrap: wrap; width: auto';
    return axe.run(document, { resultTypes: ['violations', 'incomplete'], ...arguments[0] })
        .then(({ violations, incomplete }) => {
            tabs?.removeAttribute('style');
            return [...violations, ...incomplete].flatMap(({ id, nodes }) =>
                nodes.map(({ html, failureSummary }) => ({ rule: id, element: html, why: failureSummary })));
        });";

/// The rules of a theme. Dark differs from light by its colours alone, so what colours can break is all that is asked there.
/// Two rules are off unless they are asked for: what is pressed is large enough, and can be called by the words on it.
fn rules(theme: &str) -> Value {
    match theme {
        "light" => json!({
            "runOnly": { "type": "tag", "values": [
                "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
            ] },
            "rules": {
                "target-size": { "enabled": true },
                "label-content-name-mismatch": { "enabled": true },
            },
        }),
        _ => json!({
            "runOnly": { "type": "rule", "values": ["color-contrast", "link-in-text-block"] },
        }),
    }
}

#[derive(Deserialize)]
struct Violation {
    rule: String,
    element: String,
    why: String,
}

pub struct Inspector<'a> {
    window: &'a Window,
    axe: String,
    problems: Vec<String>,
}

impl<'a> Inspector<'a> {
    pub fn new(window: &'a Window) -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/target/axe/package/axe.min.js");
        let axe = std::fs::read_to_string(path);
        let axe = axe.expect("axe-core, which tests/setup/tools.sh fetches");
        Self { window, axe, problems: Vec::new() }
    }

    /// Notes everything that is wrong with the page that is open.
    pub async fn looks_at(&mut self, page: &str) {
        self.window.driver.script(&self.axe, Vec::new()).await;
        for width in WIDTHS {
            self.resize(width).await;
            self.measure(page, width).await;
            for theme in THEMES.into_iter().filter(|_| LAYOUTS.contains(&width)) {
                self.paint(theme).await;
                self.apply_rules(page, theme, width).await;
            }
        }
        self.listen(page).await;
    }

    /// The same, and with letters twice as large (WCAG 2.2, success criterion 1.4.4).
    pub async fn looks_closely_at(&mut self, page: &str) {
        self.looks_at(page).await;
        self.enlarge(2).await;
        for width in [1280, 640] {
            self.resize(width).await;
            self.measure(&format!("{page}, at 200 % text"), width).await;
        }
        self.enlarge(1).await;
    }

    async fn enlarge(&self, times: u32) {
        let sizes = json!({ "fontSizes": { "standard": 16 * times, "fixed": 13 * times } });
        self.window.driver.devtools("Page.setFontSizes", sizes).await;
    }

    async fn resize(&self, width: u32) {
        let phone = width < 500;
        let size = json!({
            "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": phone,
        });
        self.window.driver.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Without movement: a colour on its way is neither of the two it goes between.
    async fn paint(&self, theme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        let media = json!({ "features": features });
        self.window.driver.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// Nothing may have to be scrolled sideways to be read.
    async fn measure(&mut self, page: &str, width: u32) {
        let size = "const page = document.documentElement; return [page.scrollWidth, innerWidth]";
        let size = self.window.script(size).await;
        let fits = |size: &Value| size.as_f64().is_some_and(|size| size <= f64::from(width));
        if !(fits(&size[0]) && fits(&size[1])) {
            self.problems.push(format!("{page}, {width} px: is {size} px wide"));
        }
    }

    async fn apply_rules(&mut self, page: &str, theme: &str, width: u32) {
        let found = self.window.driver.script(RUN, vec![rules(theme)]).await;
        let found: Vec<Violation> = serde_json::from_value(found).expect("what axe found");
        for Violation { rule, element, why } in found {
            let why = why.replace('\n', " ");
            let problem = format!("{page}, {theme}, {width} px: {rule}: {element}\n    {why}");
            self.problems.push(problem);
        }
    }

    /// A page that is refused is one line in the console, which is the browser's own.
    async fn listen(&mut self, page: &str) {
        let place = self.window.address().await;
        let own = format!("{place} - Failed to load resource: the server responded with a status");
        let heard = self.window.driver.heard().await;
        let heard = heard.into_iter().filter(|line| !line.contains(&own));
        self.problems.extend(heard.map(|line| format!("{page}: the console says {line}")));
    }

    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    pub fn finds_nothing_wrong(self) {
        assert!(self.problems.is_empty(), "\n{}", self.problems.join("\n"));
    }
}
