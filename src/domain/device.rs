//! What a person signs in with, in words that they know: guessed from what the browser calls itself.

/// "Firefox on Linux".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub words: String,
    /// Held in a hand, and drawn like that.
    pub is_phone: bool,
}

/// By the mark in the agent; many browsers bear those of others too, so the order counts.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

impl Device {
    pub fn of(agent: &str) -> Self {
        let find = |names: &[(&str, &'static str)]| {
            names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
        };
        let system = find(&SYSTEMS);
        let words = match (find(&BROWSERS), system) {
            (Some(browser), Some(system)) => format!("{browser} on {system}"),
            (Some(browser), None) => browser.to_owned(),
            // A program of another kind says at its beginning what it is: curl/8.5.
            (None, _) => agent.split(['/', ' ']).next().unwrap_or_default().to_owned(),
        };
        let words = if words.is_empty() { "Unknown device".to_owned() } else { words };
        Self { words, is_phone: matches!(system, Some("iPhone" | "iPad" | "Android")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENTS: [(&str, &str, bool); 7] = [
        ("(X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux", false),
        (
            "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "Chrome on Windows",
            false,
        ),
        (
            "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51",
            "Edge on Windows",
            false,
        ),
        (
            "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
            "Safari on macOS",
            false,
        ),
        (
            "(iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
            true,
        ),
        (
            "(iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1",
            "Chrome on iPhone",
            true,
        ),
        (
            "(Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
            true,
        ),
    ];

    #[test]
    fn a_device_is_named_in_words_people_know() {
        for (agent, words, is_phone) in AGENTS {
            let device = Device::of(&format!("Mozilla/5.0 {agent}"));
            assert_eq!((&*device.words, device.is_phone), (words, is_phone), "{agent}");
        }
        for (agent, words) in [
            ("curl/8.5.0", "curl"),
            ("Lynx/2.9.0 libwww-FM/2.14", "Lynx"),
            ("something", "something"),
            ("", "Unknown device"),
            ("/", "Unknown device"),
        ] {
            assert_eq!(Device::of(agent).words, words);
        }
    }
}
