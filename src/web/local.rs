//! Paths of this site: the only places that `next` may lead to.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// What stays as it is in a query: RFC 3986's unreserved characters.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

/// `path` if it is a path on this site and nothing else, or `None`.
pub fn path(path: &str) -> Option<&str> {
    const HERE: &str = "http://here.invalid";
    let plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if !path.starts_with('/') || path.starts_with("//") || !plain {
        return None;
    }
    let joined = Url::parse(HERE).ok()?.join(path).ok()?;
    let here = joined.origin().ascii_serialization() == HERE;
    (here && !joined.path().starts_with("//")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for good in ["/", "/account/tokens", "/account/tokens/new?name=CI%20runner&read=git"] {
            assert_eq!(path(good), Some(good));
        }
        for bad in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "/%\t/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/.//evil.example",
            "/a b",
            "/\r\nSet-Cookie: x=y",
        ] {
            assert_eq!(path(bad), None, "{bad}");
        }
    }
}
