//! Where a token may come from: `Bearer T`, `Token T`, or Basic with the token as password or user name,
//! which is all that git, pip, apt and `curl -u` can send (RFC 6750, section 2.1; RFC 7617).

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use data_encoding::{BASE64, BASE64_NOPAD};
use zeroize::Zeroizing;

use crate::domain::secret::Digest;
use crate::domain::verdict::Denial;

/// The digest of the one token a request presents.
pub fn presented(headers: &HeaderMap) -> Result<Digest, Denial> {
    let mut lines = headers.get_all(AUTHORIZATION);
    let line = lines.next().ok_or(Denial::NoCredentials)?;
    if lines.next().is_some() {
        return Err(Denial::Malformed("There is more than one Authorization header."));
    }
    let line = line.to_str().map_err(|_| Denial::Malformed("Authorization is not plain text."))?;
    let (scheme, value) = line.split_once(' ').unwrap_or((line, ""));
    let value = value.trim_start_matches(' ');
    if scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token") {
        token(value)
    } else if scheme.eq_ignore_ascii_case("basic") {
        basic(value)
    } else {
        Err(Denial::NoCredentials)
    }
}

/// The same, or the token in a parameter of the original URL, where the operator has named one.
pub fn presented_or_named(
    headers: &HeaderMap,
    parameter: &str,
    target: Option<&str>,
) -> Result<Digest, Denial> {
    let query = target.and_then(|target| target.split_once('?')).map_or("", |(_, query)| query);
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let mut values = pairs.filter(|(name, _)| name == parameter).map(|(_, value)| value);
    let Some(value) = values.next() else { return presented(headers) };
    if values.next().is_some() {
        return Err(Denial::Malformed("The URL has more than one token."));
    }
    match presented(headers) {
        Err(Denial::NoCredentials) if value.is_empty() => {
            Err(Denial::Malformed("The URL names a token and leaves it empty."))
        }
        Err(Denial::NoCredentials) => Digest::of_presented(&value).ok_or(Denial::Invalid),
        _ => Err(Denial::Malformed("There is a token in a header, and one in the URL.")),
    }
}

fn token(value: &str) -> Result<Digest, Denial> {
    if value.is_empty() || value.bytes().any(|b| b == b' ' || b == b',') {
        return Err(Denial::Malformed("Authorization holds no token, or more than one."));
    }
    Digest::of_presented(value).ok_or(Denial::Invalid)
}

fn basic(value: &str) -> Result<Digest, Denial> {
    let broken = Denial::Malformed("Authorization: Basic is not base64 of a name and a password.");
    let text = basic_text(value).ok_or(broken)?;
    let (name, password) = text.split_once(':').ok_or(broken)?;
    match (Digest::of_presented(name), Digest::of_presented(password)) {
        (Some(_), Some(_)) => Err(Denial::Malformed("Name and password both are tokens.")),
        (Some(digest), None) | (None, Some(digest)) => Ok(digest),
        (None, None) => Err(Denial::Invalid),
    }
}

/// What Basic encodes: `name:password`, unless it is broken.
pub fn basic_text(value: &str) -> Option<Zeroizing<String>> {
    let decoded = BASE64.decode(value.as_bytes());
    let decoded = decoded.or_else(|_| BASE64_NOPAD.decode(value.as_bytes())).ok()?;
    let decoded = Zeroizing::new(decoded);
    Some(Zeroizing::new(std::str::from_utf8(&decoded).ok()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::{Prefix, Secret};
    use actix_web::http::header::HeaderValue;

    fn of(lines: &[&str]) -> Result<Digest, Denial> {
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line.as_bytes()).expect("a header");
            headers.append(AUTHORIZATION, value);
        }
        presented(&headers)
    }

    fn base64(text: &str) -> String {
        BASE64.encode(text.as_bytes())
    }

    #[test]
    fn each_way_that_clients_have_is_understood() {
        let secret = Secret::random(&Prefix::parse("lk").expect("a prefix"));
        let (text, digest) = (secret.expose(), secret.digest());
        for line in [
            format!("Bearer {text}"),
            format!("bearer {text}"),
            format!("BEARER  {text}"),
            format!("Token {text}"),
            format!("Bearer secret-token:{text}"),
            format!("Bearer SECRET-Token:{text}"),
            format!("Basic {}", base64(&format!("{text}:"))),
            format!("Basic {}", base64(&format!("{text}:x-oauth-basic"))),
            format!("basic {}", base64(&format!("ada:{text}"))),
            format!("Basic {}", base64(&format!("ada:{text}")).trim_end_matches('=')),
        ] {
            assert_eq!(of(&[&line]), Ok(digest), "{line}");
        }
    }

    #[test]
    fn anything_else_is_refused_for_what_it_is() {
        use Denial::{Invalid, NoCredentials};
        let secret = Secret::random(&Prefix::parse("lk").expect("a prefix"));
        let text = secret.expose();
        let malformed =
            |answer: Result<Digest, Denial>| matches!(answer, Err(Denial::Malformed(_)));
        assert_eq!(of(&[]), Err(NoCredentials));
        assert_eq!(of(&["Digest username=x"]), Err(NoCredentials));
        assert_eq!(of(&["Bearer nonsense"]), Err(Invalid));
        assert_eq!(of(&[&format!("Bearer {text}x")]), Err(Invalid));
        assert_eq!(of(&[&format!("Basic {}", base64("ada:secret"))]), Err(Invalid));
        assert!(malformed(of(&["Bearer"])) && malformed(of(&["Bearer "])));
        assert!(malformed(of(&[&format!("Bearer {text} {text}")])));
        assert!(malformed(of(&[&format!("Bearer {text}"), &format!("Bearer {text}")])));
        assert!(malformed(of(&["Basic %%%"])) && malformed(of(&["Basic"])));
        assert!(malformed(of(&[&format!("Basic {}", base64("no colon"))])));
        assert!(malformed(of(&[&format!("Basic {}", base64(&format!("{text}:{text}")))])));
        assert!(malformed(of(&["Bearer \u{e9}"])));
    }

    #[test]
    fn the_parameter_that_the_operator_names_holds_a_token_once_and_alone() {
        let secret = Secret::random(&Prefix::parse("lk").expect("a prefix"));
        let (text, digest) = (secret.expose(), secret.digest());
        let none = HeaderMap::new();
        let mut bearer = HeaderMap::new();
        let line = HeaderValue::from_str(&format!("Bearer {text}")).expect("a header");
        bearer.append(AUTHORIZATION, line);
        let of =
            |headers: &HeaderMap, target: &str| presented_or_named(headers, "token", Some(target));
        for target in ["/x?token=", "/?a=1&token=", "/?b&%74oken="] {
            assert_eq!(of(&none, &format!("{target}{text}")), Ok(digest), "{target}");
        }
        for target in ["/x", "/x?Token=1", "/x?a=token", &format!("/token={text}")] {
            assert_eq!(of(&none, target), Err(Denial::NoCredentials), "{target}");
            assert_eq!(of(&bearer, target), Ok(digest), "{target}");
        }
        assert_eq!(presented_or_named(&none, "token", None), Err(Denial::NoCredentials));
        assert_eq!(of(&none, "/x?token=nonsense"), Err(Denial::Invalid));
        let malformed =
            |answer: Result<Digest, Denial>| matches!(answer, Err(Denial::Malformed(_)));
        assert!(malformed(of(&none, &format!("/x?token={text}&token={text}"))));
        assert!(malformed(of(&none, "/x?token=")));
        assert!(malformed(of(&bearer, &format!("/x?token={text}"))));
        assert!(malformed(of(&bearer, "/x?token=")));
    }
}
