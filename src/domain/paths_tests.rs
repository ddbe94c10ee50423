use proptest::prelude::*;

use super::*;

fn segments(target: &str) -> Vec<String> {
    let path = RequestPath::read(target).unwrap_or_else(|why| panic!("{target}: {why}"));
    path.segments().map(Cow::into_owned).collect()
}

#[test]
fn a_path_is_read_without_its_query_and_decoded() {
    for (target, expected) in [
        ("/", &[] as &[&str]),
        ("/?a=/b", &[]),
        ("/builds", &["builds"]),
        ("/builds/", &["builds"]),
        ("/builds?x=1", &["builds"]),
        ("/builds/?x=../..//;", &["builds"]),
        ("/b%75ilds/%C3%A9", &["builds", "é"]),
        ("/v2/app/blobs/sha256:ab,c~d", &["v2", "app", "blobs", "sha256:ab,c~d"]),
        ("/100%25/a+b/%3F", &["100%", "a+b", "?"]),
        ("/.hidden/..a/a..", &[".hidden", "..a", "a.."]),
    ] {
        assert_eq!(segments(target), expected, "{target}");
        let mut rest = RequestPath::read(target).expect(target);
        for name in expected {
            let (first, after) = rest.split().expect(target);
            assert_eq!(first, *name);
            rest = after;
        }
        assert!(rest.split().is_none(), "{target}");
    }
}

#[test]
fn what_servers_read_in_different_ways_is_no_path() {
    for (target, word) in [
        ("", "begin with /"),
        ("*", "begin with /"),
        ("builds", "begin with /"),
        ("http://a/builds", "begin with /"),
        ("/a b", "percent-encoded"),
        ("/é", "percent-encoded"),
        ("/a\tb", "percent-encoded"),
        ("//", "empty segment"),
        ("//builds", "empty segment"),
        ("/builds//", "empty segment"),
        ("/builds//x", "empty segment"),
        ("/a/../builds", "dot segment"),
        ("/a/./builds", "dot segment"),
        ("/builds/..", "dot segment"),
        ("/%2e%2E/x", "dot segment"),
        ("/.%2e", "dot segment"),
        ("/a\\b", "backslash"),
        ("/a%5cb", "backslash"),
        ("/a%2Fb", "encoded slash"),
        ("/a#b", "#"),
        ("/a;v=1/b", "semicolon"),
        ("/..%3bb", "semicolon"),
        ("/a%00", "control"),
        ("/a%0d%0a", "control"),
        ("/a%7f", "control"),
        ("/a%C2%85", "control"),
        ("/a%", "encodes nothing"),
        ("/a%2", "encodes nothing"),
        ("/a%zz", "encodes nothing"),
        ("/%ff", "UTF-8"),
        ("/%C0%AF", "UTF-8"),
        ("/%252e%252e", "twice"),
        ("/a%25%32%66b", "twice"),
    ] {
        let why = RequestPath::read(target).expect_err(target);
        assert!(why.contains(word), "{target}: {why}");
    }
}

#[test]
fn a_path_of_the_file_is_plain() {
    for (text, shown, length) in
        [("/", "/", 0), ("/builds", "/builds", 1), ("/api/v1.2/@x/", "/api/v1.2/@x", 3)]
    {
        let prefix = PathPrefix::parse(text).expect(text);
        assert_eq!((prefix.to_string().as_str(), prefix.segments().len()), (shown, length));
    }
    let long = format!("/{}", "a".repeat(200));
    for bad in [
        "", "builds", "//", "/a//b", "/a/../b", "/./a", "/a%20b", "/a b", "/é", "/{id}", "/a;b",
        "/a?b", "/a#b", "/*", "/a\\b", &long,
    ] {
        assert!(PathPrefix::parse(bad).is_err(), "{bad}");
        assert!(RequestPattern::parse(&format!("GET {bad}")).is_err() || bad == "/{id}", "{bad}");
    }
}

#[test]
fn a_request_is_a_method_and_a_path_with_names_in_braces() {
    let request = RequestPattern::parse("POST  /jobs/{id}/Retry/").expect("a request");
    assert_eq!(request.to_string(), "POST /jobs/{id}/Retry/");
    assert_eq!((request.method(), request.fixed()), ("POST", 1));
    assert_eq!(request.shape(), "POST/jobs/{}/retry");
    for (target, fits) in [
        ("/jobs/7/Retry", true),
        ("/jobs/7/Retry/?x", true),
        ("/jobs/a%20b/%52etry", true),
        ("/jobs/7/retry", false),
        ("/jobs/7", false),
        ("/jobs/7/8/Retry", false),
        ("/jobs/7/Retry/8", false),
    ] {
        assert_eq!(request.fits(RequestPath::read(target).expect(target)), fits, "{target}");
    }
    for bad in [
        "",
        "/jobs",
        "GET",
        "GET jobs",
        "get /jobs",
        "G3T /jobs",
        " GET/jobs",
        "GET /jobs/{}",
        "GET /jobs/{a b}",
        "GET /jobs/{id",
        "GET /jobs/id}",
        "GET /jobs/v{n}",
        "GET /jobs/{a}{b}",
        "GET /jobs/*",
        "GET /jobs?x=1",
        "* /jobs",
    ] {
        assert!(RequestPattern::parse(bad).is_err(), "{bad}");
    }
    assert!(RequestPattern::parse("HEAD /jobs").expect_err("HEAD").contains("GET"));
}

/// How much of a path one backend or another makes plain before it looks at it.
fn as_a_backend_reads(path: &str, decodes: usize, folds: bool) -> Vec<String> {
    let mut plain = path.to_owned();
    for _ in 0..decodes {
        plain = percent_decode_str(&plain).decode_utf8_lossy().into_owned();
    }
    let plain = plain.replace('\\', "/");
    let mut segments: Vec<String> = Vec::new();
    for segment in plain.split('/') {
        let segment = segment.split([';', '\0']).next().unwrap_or_default();
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            name => segments.push(if folds { name.to_lowercase() } else { name.to_owned() }),
        }
    }
    segments
}

proptest! {
    #[test]
    fn a_path_that_is_read_is_the_same_to_every_backend(
        path in "/(a|b|A|/|\\.|%2e|%2F|%5c|%25|2e|2f|;|%3B|\\\\|%00|%61|é|%C3%A9|%c0%ae){0,8}",
    ) {
        if let Ok(read) = RequestPath::read(&path) {
            let segments: Vec<String> = read.segments().map(Cow::into_owned).collect();
            for decodes in [1, 2] {
                prop_assert_eq!(&as_a_backend_reads(&path, decodes, false), &segments);
            }
            let folded: Vec<String> = segments.iter().map(|name| name.to_lowercase()).collect();
            prop_assert_eq!(as_a_backend_reads(&path, 1, true), folded);
        }
    }

    #[test]
    fn nothing_that_is_sent_makes_reading_fail_otherwise(target in ".{0,60}") {
        if let Ok(path) = RequestPath::read(&target) {
            prop_assert!(path.segments().all(|name| !name.is_empty() && !name.contains('/')));
        }
    }

    #[test]
    fn encoding_a_letter_changes_nothing(names in prop::collection::vec("[a-zA-Z0-9._-]{1,5}x", 0..5), at in 0usize..5) {
        let path = format!("/{}", names.join("/"));
        let encode = |name: &String| name.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
        let mut encoded = names.clone();
        if let Some(name) = encoded.get_mut(at) {
            *name = encode(name);
        }
        prop_assert_eq!(segments(&format!("/{}", encoded.join("/"))), segments(&path));
    }
}
