//! What each gateway asks: what it does with a client's request is its own documentation's word
//! (`docs/gateways.md`, “Sources”).

use reqwest::Method;

/// A client's request.
pub struct Request<'a> {
    pub method: &'a str,
    pub target: &'a str,
    pub headers: Vec<(&'a str, String)>,
}

/// The question that a gateway makes of a request: method, path with query, headers.
pub type Shape = fn(&Request<'_>) -> (Method, String, Vec<(String, String)>);

fn own(request: &Request<'_>, names: &[&str]) -> Vec<(String, String)> {
    let kept = request.headers.iter().filter(|(name, _)| names.contains(name));
    kept.map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// What the client sent, but for the headers that the gateway sets itself.
fn all_but(request: &Request<'_>, set: &[(&str, &str)]) -> Vec<(String, String)> {
    let stays = |name: &str| set.iter().all(|(other, _)| *other != name);
    let kept = request.headers.iter().filter(|(name, _)| stays(name));
    let kept = kept.map(|(name, value)| ((*name).to_owned(), value.clone()));
    let set = set.iter().filter(|(_, value)| !value.is_empty());
    kept.chain(set.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
}

/// `auth_request` with the configuration of `docs/gateways.md`.
pub fn nginx(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let set = [
        ("x-original-method", request.method),
        ("x-original-uri", request.target),
        ("x-original-url", ""),
        ("x-forwarded-for", "198.51.100.7"),
    ];
    (Method::GET, "/verify?gateway=nginx&service=git".to_owned(), all_but(request, &set))
}

/// nginx.tmpl, the location of `auth-url`, and the `auth-snippet` of `docs/gateways.md`.
pub fn ingress_nginx(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let url = format!("https://git.example.org{}", request.target);
    let set = [
        ("x-original-method", request.method),
        ("x-original-url", url.as_str()),
        ("x-original-uri", ""),
        ("x-forwarded-proto", ""),
        ("x-sent-from", "nginx-ingress-controller"),
        ("x-real-ip", "198.51.100.7"),
        ("x-forwarded-for", "198.51.100.7"),
        ("x-auth-request-redirect", request.target),
    ];
    (Method::GET, "/verify?gateway=nginx&service=git".to_owned(), all_but(request, &set))
}

/// ForwardAuth: `authRequestHeaders`, then `writeHeader` without `trustForwardHeader`.
pub fn traefik(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let mut headers = own(request, &["authorization", "user-agent"]);
    for (name, value) in [
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-method", request.method),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "git.example.org"),
        ("x-forwarded-uri", request.target),
    ] {
        headers.push((name.to_owned(), value.to_owned()));
    }
    (Method::GET, "/verify?gateway=traefik&service=git".to_owned(), headers)
}

/// `forward_auth`, expanded: every header of the client's goes along.
pub fn caddy(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let set = [
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-method", request.method),
        ("x-forwarded-uri", request.target),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "git.example.org"),
    ];
    (Method::GET, "/verify?gateway=caddy&service=git".to_owned(), all_but(request, &set))
}

/// `ext_authz` over HTTP: the original method, `path_prefix` with path and query behind it, `allowed_headers`.
pub fn envoy(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let path = format!("/verify?gateway=envoy&service=git&original={}", request.target);
    let mut headers = own(request, &["authorization", "user-agent"]);
    headers.push(("x-forwarded-for".to_owned(), "198.51.100.7,127.0.0.1".to_owned()));
    headers.push(("x-envoy-internal".to_owned(), "true".to_owned()));
    headers.push(("content-length".to_owned(), "0".to_owned()));
    (Method::from_bytes(request.method.as_bytes()).expect("a method"), path, headers)
}

/// `latchkey.lua` of `docs/gateways.md`.
pub fn haproxy(request: &Request<'_>) -> (Method, String, Vec<(String, String)>) {
    let mut headers = own(request, &["authorization", "user-agent"]);
    for (name, value) in [
        ("x-original-method", request.method),
        ("x-original-uri", request.target),
        ("x-forwarded-for", "198.51.100.7"),
    ] {
        headers.push((name.to_owned(), value.to_owned()));
    }
    (Method::GET, "/verify?service=git".to_owned(), headers)
}
