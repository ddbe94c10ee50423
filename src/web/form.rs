//! Forms as browsers send them: read strictly, and only with this browser's token.

use std::collections::HashSet;
use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::rt::time::timeout;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_core::future::LocalBoxFuture;
use percent_encoding::percent_decode_str;

use super::ceremony::Answered;
use super::csrf;
use super::error::WebError;
use super::session::{SignedIn, Visitor};
use super::whose;

/// More fields than this no form of ours has.
const MOST: usize = 4_000;

/// How long a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// The names and values of one form, each name once but for those that may come several times.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`. Bytes that aren't UTF-8 and a name sent twice are refused, unless
    /// it is `repeated`: guessing would mean to change what was sent, or to merge what was never one.
    pub fn parse(body: &str, repeated: &[&str]) -> Result<Self, WebError> {
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut names = HashSet::new();
        for pair in body.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            let is_new = names.insert(name.clone()) || repeated.contains(&name.as_str());
            if fields.len() == MOST || !is_new {
                return Err(WebError::bad_request(
                    "A field was sent twice, or there were too many.",
                ));
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// The value of a field; empty when it wasn't sent.
    pub fn text(&self, name: &str) -> String {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Every value of a field that may come several times.
    pub fn each(&self, name: &str) -> Vec<String> {
        let found = self.0.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).collect()
    }

    /// The fields whose names begin with `prefix`, without it.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let pairs = self.0.iter();
        pairs.filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }
}

/// Reads one name or value of a form.
pub fn decode(text: &str) -> Result<String, WebError> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    let decoded = decoded.map_err(|_| WebError::bad_request("What was sent is not UTF-8 text."))?;
    Ok(decoded.into_owned())
}

/// What a page's form holds, as typed.
pub trait Typed: Sized + 'static {
    /// The names that may come several times; all others once.
    const REPEATED: &'static [&'static str] = &[];

    fn read(fields: &Fields) -> Self;

    /// The address that shows this form again with what was typed in it, passwords left out: where a person
    /// whose session or form has run out goes on.
    fn resume(&self) -> String;
}

/// A form that anybody may send.
pub struct Form<T> {
    pub visitor: Visitor,
    pub typed: T,
    /// Without this browser's token a form does nothing but come back to be sent again.
    pub is_genuine: bool,
}

/// A form that a signed-in person sent.
pub struct Sent<T> {
    pub me: SignedIn,
    pub typed: T,
}

/// The same fields in the query of an address.
pub struct Asked<T>(pub T);

impl<T: Typed> FromRequest for Asked<T> {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields = Fields::parse(req.query_string(), T::REPEATED);
        ready(fields.map(|fields| Self(T::read(&fields))))
    }
}

impl<T: Typed> FromRequest for Form<T> {
    type Error = WebError;
    type Future = LocalBoxFuture<'static, Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let fields = sent(&req, payload, T::REPEATED).await?;
            let visitor = Visitor::of(&req)?;
            let is_genuine = visitor.is_genuine(&fields.text(csrf::FIELD));
            Ok(Self { visitor, typed: T::read(&fields), is_genuine })
        })
    }
}

impl<T: Typed> FromRequest for Sent<T> {
    type Error = WebError;
    type Future = LocalBoxFuture<'static, Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let fields = sent(&req, payload, T::REPEATED).await?;
            let typed = T::read(&fields);
            let again = whose::moved(&req, typed.resume());
            let me = SignedIn::or_sign_in(&req, again.clone()).await?;
            if !me.is_genuine(&fields.text(csrf::FIELD)) {
                return Err(WebError::Stale { again });
            }
            let me = me.about(&req).await?.answering(Answered::read(&fields, "ceremony", "answer"));
            Ok(Self { me, typed })
        })
    }
}

/// The form in a request's body, up to the size that its route allows.
pub async fn sent(
    req: &HttpRequest,
    mut payload: Payload,
    repeated: &[&str],
) -> Result<Fields, WebError> {
    let kind = req.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(WebError::Bad(status, "Only forms of this site are understood here."));
    }
    let late =
        |_| WebError::Bad(StatusCode::REQUEST_TIMEOUT, "What was sent took too long to arrive.");
    let body = Bytes::from_request(req, &mut payload);
    let body = timeout(PATIENCE, body).await.map_err(late)?;
    let body = body.map_err(|error| match error.as_response_error().status_code() {
        StatusCode::PAYLOAD_TOO_LARGE => WebError::Bad(
            StatusCode::PAYLOAD_TOO_LARGE,
            "That is more than a form of ours can hold.",
        ),
        _ => WebError::bad_request("What was sent arrived broken."),
    })?;
    let not_text = |_| WebError::bad_request("What was sent is not UTF-8 text.");
    Fields::parse(std::str::from_utf8(&body).map_err(not_text)?, repeated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_strictly() {
        let fields =
            Fields::parse("name=CI+runner&x=%C3%A9&access.git=read&empty", &[]).expect("a form");
        assert_eq!(fields.text("name"), "CI runner");
        assert_eq!(fields.text("x"), "é");
        assert_eq!(fields.text("empty"), "");
        assert_eq!(fields.text("none"), "");
        assert_eq!(fields.under("access.").collect::<Vec<_>>(), [("git", "read")]);
        for bad in ["name=a&name=b", "name=%FF", "%C3=x"] {
            assert!(Fields::parse(bad, &[]).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_field_comes_twice_only_where_its_form_says_so() {
        let fields = Fields::parse("id=a&all=yes&id=b", &["id"]).expect("a form");
        assert_eq!(fields.each("id"), ["a", "b"]);
        assert_eq!(fields.each("none"), Vec::<String>::new());
        assert!(Fields::parse("id=a&all=yes&id=b&all=yes", &["id"]).is_err());
        assert!(Fields::parse("id=a&id=b", &[]).is_err());
    }
}
