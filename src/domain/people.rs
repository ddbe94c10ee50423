//! Finding people among many: by the words of what they are called and of their mail address.

/// How many people a page shows.
pub const PER_PAGE: usize = 50;

/// Whether each word stands in one of the names, in any case.
pub fn matches(words: &str, names: &[&str]) -> bool {
    let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let words = words.to_lowercase();
    words.split_whitespace().all(|word| names.iter().any(|name| name.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_found_by_any_of_their_words_in_any_case() {
        let names = ["ada", "Åsa Nyström", "ada@fernhill.example"];
        for found in ["", "ADA", "åsa", "NYSTRÖM ada", "fernhill", "  ny  "] {
            assert!(matches(found, &names), "{found}");
        }
        for missed in ["bo", "ada bo", "%", "_"] {
            assert!(!matches(missed, &names), "{missed}");
        }
    }
}
