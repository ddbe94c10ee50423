//! What people may type as a name: any visible text, nothing that hides or reorders it.

use compact_str::CompactString;
use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::UnicodeNormalization;

/// Drawn as a space, though Unicode counts it among the symbols.
const BRAILLE_BLANK: char = '\u{2800}';

/// Why a text can't be shown safely, as a sentence for its author; `None` when it can.
pub fn hidden_character(text: &str) -> Option<&'static str> {
    let bidi = CodePointSetData::new::<BidiControl>();
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let category = CodePointMapData::<GeneralCategory>::new();
    text.chars().find_map(|c| match c {
        '\u{2028}' | '\u{2029}' => Some("Use a single line: it has a line break in it"),
        c if c.is_control() => {
            Some("Remove the control character in it, such as a tab or a line break")
        }
        c if bidi.contains(c) => {
            Some("Remove the invisible character in it that turns the direction of text around")
        }
        // These choose between the drawings of an emoji, and are part of it.
        '\u{FE00}'..='\u{FE0F}' => None,
        BRAILLE_BLANK => Some("Remove the invisible character in it"),
        c if ignorable.contains(c) || category.get(c) == GeneralCategory::Format => {
            Some("Remove the invisible character in it")
        }
        _ => None,
    })
}

/// A cell that no spreadsheet takes for a formula: an apostrophe in front makes it text. Some read the wide forms of the
/// signs like the others.
pub fn inert(cell: &str) -> String {
    let signs = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    format!("{}{cell}", if cell.starts_with(signs) { "'" } else { "" })
}

/// A text without what can't be seen, for values that machines send and people read later.
pub fn visible(text: &str, most: usize) -> CompactString {
    // What nearly all programs call themselves, at every request.
    if text.len() <= most && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        return text.into();
    }
    text.chars()
        .filter(|c| hidden_character(c.encode_utf8(&mut [0; 4])).is_none())
        .take(most)
        .collect()
}

/// A text as it is compared when somebody looks for it: upper and lower case are one, and so are letters that are
/// only written otherwise. By way of upper case, which knows that ß is SS and that a final ς is a Σ.
pub fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_any_visible_text() {
        for name in
            ["CI runner", "ビルド", "nas-02 (ночь)", "‘quoted’ & <b>", "naïve é", "🚀", "❤\u{FE0F}"]
        {
            assert_eq!(hidden_character(name), None, "{name}");
        }
    }

    #[test]
    fn texts_that_differ_in_case_or_spelling_alone_are_found_as_one() {
        for (one, other) in [
            ("CI Runner", "ci runner"),
            ("НОЧЬ", "ночь"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("cafe\u{301}", "CAFÉ"),
            ("ﬁle", "FILE"),
        ] {
            assert!(folded(one).contains(&folded(other)), "{one} {other}");
        }
        assert_ne!(folded("a"), folded("á"));
    }

    #[test]
    fn what_hides_or_reorders_text_is_named() {
        for (name, word) in [
            ("a\u{7}b", "control"),
            ("a\nb", "control"),
            ("a\u{2028}b", "line"),
            ("a\u{200B}b", "invisible"),
            ("a\u{202E}b", "direction"),
            ("a\u{E0041}b", "invisible"),
            ("a\u{2800}b", "invisible"),
            ("a\u{1D173}b", "invisible"),
            ("a\u{3164}b", "invisible"),
        ] {
            let reason = hidden_character(name).expect(word);
            assert!(reason.contains(word), "{reason}");
        }
        assert_eq!(visible("a\u{1b}[31mb\r\nc", 4), "a[31");
    }
}
