use actix_web::test::TestRequest;
use ipnet::IpNet;

use super::*;
use crate::domain::signing::SigningKey;

const PROXY: &str = "192.0.2.1:4000";
const STRANGER: &str = "198.51.100.7:4000";

fn site() -> Site {
    Site {
        instance: "Latchkey".to_owned(),
        public_url: None,
        listen_url: "http://127.0.0.1:8080".to_owned(),
        trusted_proxies: vec!["192.0.2.0/24".parse::<IpNet>().expect("a network")],
        token_parameter: None,
        key: SigningKey::random(),
    }
}

/// Method and path as they are told by a question with these headers; `None` where it is refused.
fn told(
    dialect: Dialect,
    peer: &str,
    headers: &[(&str, &str)],
) -> Option<(Option<String>, Option<String>)> {
    let mut request = TestRequest::post().uri("/verify/below?service=git");
    for header in headers {
        request = request.append_header(*header);
    }
    let request = request.peer_addr(peer.parse().expect("an address")).to_http_request();
    let original = Original::of(&request, &site(), dialect, None).ok()?;
    Some((original.method.map(str::to_owned), original.path.map(str::to_owned)))
}

fn known(method: &str, path: &str) -> Option<(Option<String>, Option<String>)> {
    Some((Some(method.to_owned()), Some(path.to_owned())))
}

const METHOD: (&str, &str) = ("x-original-method", "GET");
const URI: (&str, &str) = ("x-original-uri", "/jobs?page=2");
const URL: (&str, &str) = ("x-original-url", "https://builds.example:8443/jobs?page=2");
const FORWARDED: [(&str, &str); 2] =
    [("x-forwarded-method", "PUT"), ("x-forwarded-uri", "/jobs/1?x=%2f")];

#[test]
fn each_dialect_reads_the_headers_of_its_gateway_and_no_others() {
    use Dialect::{Caddy, Generic, Nginx, Traefik};
    let both = [&[METHOD, URI], &FORWARDED[..]].concat();
    for dialect in [Traefik, Caddy] {
        assert_eq!(told(dialect, PROXY, &both), known("PUT", "/jobs/1?x=%2f"));
        assert_eq!(told(dialect, PROXY, &[METHOD, URI]), Some((None, None)));
    }
    assert_eq!(told(Nginx, PROXY, &both), known("GET", "/jobs?page=2"));
    assert_eq!(told(Nginx, PROXY, &[METHOD, URL]), known("GET", "/jobs?page=2"));
    assert_eq!(told(Nginx, PROXY, &[METHOD, URI, URL]), known("GET", "/jobs?page=2"));
    assert_eq!(told(Nginx, PROXY, &FORWARDED), Some((None, None)));
    assert_eq!(told(Generic, PROXY, &FORWARDED), known("PUT", "/jobs/1?x=%2f"));
    assert_eq!(told(Generic, PROXY, &[METHOD, URI]), known("GET", "/jobs?page=2"));
    assert_eq!(told(Generic, PROXY, &both), None, "they differ");
}

#[test]
fn the_question_itself_is_the_original_only_where_nothing_else_is_named() {
    let generic = |headers: &[(&str, &str)]| told(Dialect::Generic, PROXY, headers);
    assert_eq!(generic(&[]), known("POST", "/below"));
    assert_eq!(generic(&[METHOD]), Some((Some("GET".to_owned()), None)));
    assert_eq!(generic(&[URI]), Some((None, Some("/jobs?page=2".to_owned()))));
    for dialect in [Dialect::Nginx, Dialect::Traefik, Dialect::Caddy] {
        assert_eq!(told(dialect, PROXY, &[]), Some((None, None)));
    }
}

#[test]
fn nothing_is_believed_from_a_stranger() {
    let all = [&[METHOD, URI, URL], &FORWARDED[..]].concat();
    for dialect in [Dialect::Generic, Dialect::Nginx, Dialect::Traefik, Dialect::Caddy] {
        assert_eq!(told(dialect, STRANGER, &all), Some((None, None)), "{dialect:?}");
    }
    assert_eq!(told(Dialect::Generic, STRANGER, &[]), known("POST", "/below"));
}

#[test]
fn what_is_named_twice_is_refused_and_what_is_no_path_is_not_known() {
    let nginx = |headers: &[(&str, &str)]| told(Dialect::Nginx, PROXY, headers);
    assert_eq!(nginx(&[METHOD, METHOD]), None);
    assert_eq!(nginx(&[URI, URI]), None);
    assert_eq!(nginx(&[URI, ("x-original-url", "https://builds.example/other")]), None);
    assert_eq!(nginx(&[URI, ("x-original-url", "nonsense")]), None);
    for odd in ["", "*", "jobs", "/a, /b", "/\u{e9}", "http://builds.example/jobs"] {
        assert_eq!(nginx(&[METHOD, ("x-original-uri", odd)]), Some((Some("GET".to_owned()), None)));
    }
    for odd in
        ["https://evil?/jobs", "https://evil#/jobs", "https://a@b/jobs", "//evil/jobs", "/jobs"]
    {
        assert_eq!(nginx(&[METHOD, ("x-original-url", odd)]), Some((Some("GET".to_owned()), None)));
    }
    assert_eq!(nginx(&[("x-original-method", "")]), Some((None, None)));
}

#[test]
fn envoy_asks_with_the_original_method_and_ends_with_the_original_path() {
    let request = TestRequest::delete().uri("/verify?gateway=envoy").insert_header(METHOD);
    let request = request.to_http_request();
    let of = |target| Original::of(&request, &site(), Dialect::Envoy, target).expect("no refusal");
    assert_eq!(
        of(Some("/a?b")),
        Original { method: Some("DELETE"), path: Some("/a?b"), is_unreadable: false }
    );
    assert_eq!(of(Some("a")).path, None);
    assert_eq!(of(Some("/a")).access(), Access::ReadWrite);
}
