//! What people may type as a name: any visible text, nothing that hides or reorders it.

/// Why a text can't be shown safely, as a sentence for its author; `None` when it can.
pub fn hidden_character(text: &str) -> Option<&'static str> {
    text.chars().find_map(|c| match c {
        '\u{2028}' | '\u{2029}' => Some("Use a single line: it has a line break in it"),
        c if c.is_control() => {
            Some("Remove the control character in it, such as a tab or a line break")
        }
        '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{061C}' => {
            Some("Remove the invisible character in it that turns the direction of text around")
        }
        '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206A}'..='\u{206F}'
        | '\u{FEFF}'
        | '\u{00AD}'
        | '\u{034F}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{3164}'
        | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}' => Some("Remove the invisible character in it"),
        _ => None,
    })
}

/// A text without what can't be seen, for values that machines send and people read later.
pub fn visible(text: &str, most: usize) -> String {
    text.chars()
        .filter(|c| hidden_character(c.encode_utf8(&mut [0; 4])).is_none())
        .take(most)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_any_visible_text() {
        for name in ["CI runner", "ビルド", "nas-02 (ночь)", "‘quoted’ & <b>", "naïve é", "🚀"]
        {
            assert_eq!(hidden_character(name), None, "{name}");
        }
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
        ] {
            let reason = hidden_character(name).expect(word);
            assert!(reason.contains(word), "{reason}");
        }
        assert_eq!(visible("a\u{1b}[31mb\r\nc", 4), "a[31");
    }
}
