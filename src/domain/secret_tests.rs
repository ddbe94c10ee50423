use super::*;
use proptest::prelude::*;

fn fresh() -> Secret {
    Secret::random(&Prefix::parse("lk").expect("a prefix"))
}

#[test]
fn a_token_has_prefix_random_part_and_checksum() {
    let secret = fresh();
    let text = secret.expose();
    assert_eq!(text.len(), "lk_".len() + 36);
    assert!(text.starts_with("lk_") && text[3..].bytes().all(|b| b.is_ascii_alphanumeric()));
    assert_eq!(secret.hint(), text[..7]);
    assert_eq!(Digest::of_presented(text), Some(secret.digest()));
}

#[test]
fn a_callers_secret_is_never_taken_for_a_token_nor_a_token_for_one() {
    // A prefix that looks like the other kind's is the worst case.
    for prefix in ["lk", "lk_caller", "abcdefghijklmnop"] {
        let prefix = Prefix::parse(prefix).expect("a prefix");
        let (token, caller) = (Secret::random(&prefix), Secret::random_for_caller(&prefix));
        let text = caller.expose();
        assert_eq!(text.len(), prefix.0.len() + "_caller_".len() + 46);
        assert_eq!(Digest::of_caller_secret(text), Some(caller.digest()));
        assert_eq!(Digest::of_presented(text), None);
        assert_eq!(Digest::of_presented(&format!("secret-token:{text}")), None);
        assert_eq!(Digest::of_caller_secret(token.expose()), None);
        assert_eq!(Digest::of_caller_secret(&format!("{text}x")), None);
        assert_eq!(Digest::of_caller_secret(&text[..text.len() - 1]), None);
        assert_eq!(caller.hint(), text[..prefix.0.len() + "_caller_".len() + 4]);
        assert_eq!(Pasted::read(text, &prefix), Pasted::Mistyped, "as secret as a value");
    }
}

#[test]
fn digests_match_only_themselves() {
    let (one, other) = (fresh().digest(), fresh().digest());
    let stored = Digest::from_stored(one.as_bytes()).expect("a digest");
    assert!(one.matches(&stored) && !one.matches(&other));
    assert_eq!(Digest::from_stored(&one.as_bytes()[1..]), None);
}

#[test]
fn the_checksum_is_the_one_the_contract_names() {
    // CRC-32 (ISO-HDLC) of "lk_" and thirty zeros, in base62 with the digits first, worked out by hand elsewhere.
    let body = format!("lk_{}", "0".repeat(30));
    let value = u64::from(crc32fast::hash(body.as_bytes()));
    let digits = checksum(body.as_bytes());
    let back = digits.iter().fold(0u64, |sum, digit| {
        sum * 62 + BASE62.iter().position(|b| b == digit).expect("base62") as u64
    });
    assert_eq!(back, value);
    assert_eq!(BASE62[..11], *b"0123456789A");
}

#[test]
fn the_uri_form_is_accepted() {
    let secret = fresh();
    let uri = format!("secret-token:{}", secret.expose());
    assert_eq!(Digest::of_presented(&uri), Some(secret.digest()));
}

#[test]
fn a_value_is_found_in_whatever_was_pasted_around_it() {
    let (secret, prefix) = (fresh(), Prefix::parse("lk").expect("a prefix"));
    let (text, digest) = (secret.expose(), secret.digest());
    for pasted in [
        text.to_owned(),
        format!("  {text}\r\n"),
        format!("Bearer {text}"),
        format!("Authorization: Bearer {text}"),
        format!("curl -H \"authorization: bearer {text}\" http://x"),
        format!("TOKEN='{text}'"),
        format!("https://ada:{text}@git.example/"),
        format!("secret-token:{text}"),
        format!("“{text}”"),
    ] {
        assert_eq!(Pasted::read(&pasted, &prefix), Pasted::Value(digest), "{pasted}");
    }
    let row = "Ab0".repeat(12);
    let other = format!("pat_{row}");
    let spoilt = [&text[..38], &text[..15], &row, &format!("{text}x"), &other];
    for spoilt in spoilt {
        assert_eq!(Pasted::read(spoilt, &prefix), Pasted::Mistyped, "{spoilt}");
    }
    let hint = format!("{}…", secret.hint());
    for words in
        ["", "CI runner", "lk_", &hint, "backup_productionserver", "nas_02", "ビルド", "a_b_c"]
    {
        assert_eq!(Pasted::read(words, &prefix), Pasted::Words, "{words}");
    }
}

#[test]
fn prefixes_are_plain() {
    for good in ["lk", "pat", "acme_pat", "a1"] {
        assert!(Prefix::parse(good).is_ok(), "{good}");
    }
    for bad in ["", "LK", "1a", "_a", "a_", "a-b", "a b", "é", "abcdefghijklmnopq"] {
        assert!(Prefix::parse(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn a_single_wrong_character_is_always_caught(at in 0usize..39, to in 0usize..62) {
        let secret = fresh();
        let mut text = secret.expose().as_bytes().to_vec();
        prop_assume!(text[at] != BASE62[to]);
        text[at] = BASE62[to];
        let text = String::from_utf8(text).expect("ascii");
        prop_assert!(Digest::of_presented(&text).is_none());
    }

    #[test]
    fn a_cut_longer_or_padded_value_is_refused(cut in 1usize..39, extra in "[ -~]{1,3}") {
        let secret = fresh();
        let text = secret.expose();
        prop_assert!(Digest::of_presented(&text[..cut]).is_none());
        prop_assert!(Digest::of_presented(&text[cut..]).is_none());
        let longer = format!("{text}{extra}");
        prop_assert!(Digest::of_presented(&longer).is_none());
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC*") {
        prop_assert!(Digest::of_presented(&text).is_none());
    }
}
