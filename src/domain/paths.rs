//! Paths: of an original request, as far as there is only one way to read it, and as the operator's file has them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The path of an original request. Servers differ in how they read some paths, and a token for one service must not
/// reach another because the gateway's backend reads a path otherwise than this does: such a path is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestPath<'a>(&'a str);

impl<'a> RequestPath<'a> {
    /// Reads a request target: a path, and perhaps a query, which is left out. One slash at the end makes no
    /// difference. What is refused is what Spring's `StrictHttpFirewall` and the like refuse, in words for the sender.
    pub fn read(target: &'a str) -> Result<Self, &'static str> {
        let path = target.split_once('?').map_or(target, |(path, _)| path);
        let inside = path.strip_prefix('/').ok_or("The original path does not begin with /.")?;
        if !path.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("The original path holds a character that has to be percent-encoded.");
        }
        let path = Self(without_last_slash(inside));
        path.raw().try_for_each(|raw| unambiguous(raw).map(drop))?;
        Ok(path)
    }

    /// Its segments, decoded.
    pub fn segments(self) -> impl Iterator<Item = Cow<'a, str>> {
        self.raw().map(decoded)
    }

    /// The first segment, decoded, and what comes after it.
    pub fn split(self) -> Option<(Cow<'a, str>, Self)> {
        if self.0.is_empty() {
            return None;
        }
        let (first, rest) = self.0.split_once('/').unwrap_or((self.0, ""));
        Some((decoded(first), Self(rest)))
    }

    fn raw(self) -> impl Iterator<Item = &'a str> {
        let segments = (!self.0.is_empty()).then(|| self.0.split('/'));
        segments.into_iter().flatten()
    }
}

fn without_last_slash(inside: &str) -> &str {
    inside.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(inside)
}

/// Lossless for what [`unambiguous`] has let through.
fn decoded(raw: &str) -> Cow<'_, str> {
    percent_decode_str(raw).decode_utf8_lossy()
}

/// A segment that every server reads alike.
fn unambiguous(raw: &str) -> Result<(), &'static str> {
    if raw.is_empty() {
        return Err("The original path holds an empty segment (//).");
    }
    if raw.contains(['\\', '#']) {
        return Err("The original path holds a backslash or a #.");
    }
    if raw.split('%').skip(1).any(|after| !starts_with_hex(after)) {
        return Err("The original path holds a % that encodes nothing.");
    }
    let plain = percent_decode_str(raw).decode_utf8();
    let plain = plain.map_err(|_| "The original path is not UTF-8.")?;
    if plain.contains(['/', '\\']) {
        return Err("The original path holds an encoded slash or backslash.");
    }
    if plain.contains(';') {
        return Err("The original path holds a semicolon.");
    }
    if plain.chars().any(char::is_control) {
        return Err("The original path holds an encoded control character.");
    }
    if plain == "." || plain == ".." {
        return Err("The original path holds a dot segment (. or ..).");
    }
    if plain.split('%').skip(1).any(starts_with_hex) {
        return Err("The original path is encoded twice.");
    }
    Ok(())
}

fn starts_with_hex(text: &str) -> bool {
    text.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
}

/// Where a service begins: `/builds` is everything at and below that path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPrefix(Vec<String>);

impl PathPrefix {
    pub fn parse(text: &str) -> Result<Self, String> {
        let literal = |segment: &str| literal(segment).map(str::to_owned);
        segments(text)?.map(literal).collect::<Result<_, _>>().map(Self)
    }

    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// Whether the path begins with it, letter by letter.
    pub fn begins(&self, path: RequestPath<'_>) -> bool {
        let mut path = path.segments();
        self.0.iter().all(|segment| path.next().is_some_and(|other| other == *segment))
    }
}

impl std::fmt::Display for PathPrefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "/{}", self.0.join("/"))
    }
}

/// Which requests a method is: `POST /builds/jobs/{id}/retry`, where a name in braces stands for one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPattern {
    text: String,
    method: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Named(String),
    Any,
}

impl RequestPattern {
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || "a request is an HTTP method and a path, such as \"POST /jobs/{id}/retry\"";
        let (method, path) = text.trim().split_once(' ').ok_or_else(form)?;
        if method == "HEAD" {
            return Err("HEAD is asked as GET: write GET".to_owned());
        }
        if !is_method(method) {
            return Err(form().to_owned());
        }
        let path = path.trim_start();
        let parts = segments(path)?.map(part).collect::<Result<_, _>>()?;
        Ok(Self { text: format!("{method} {path}"), method: method.to_owned(), parts })
    }

    pub fn method(&self) -> &str {
        &self.method
    }

    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// How many segments stand in front of the first that may be anything.
    pub fn fixed(&self) -> usize {
        self.parts.iter().take_while(|part| **part != Part::Any).count()
    }

    /// Whether the path is one of it, letter by letter.
    pub fn fits(&self, path: RequestPath<'_>) -> bool {
        let mut path = path.segments();
        let fits = |part: &Part| match (part, path.next()) {
            (Part::Named(name), Some(segment)) => segment == *name,
            (Part::Any, Some(_)) => true,
            (_, None) => false,
        };
        self.parts.iter().all(fits) && path.next().is_none()
    }

    /// What two patterns have in common that no request could tell apart.
    pub fn shape(&self) -> String {
        let mut shape = self.method.clone();
        for part in &self.parts {
            shape.push('/');
            match part {
                Part::Named(name) => shape.push_str(&name.to_ascii_lowercase()),
                Part::Any => shape.push_str("{}"),
            }
        }
        shape
    }
}

impl std::fmt::Display for RequestPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// An HTTP method as all that are in use are written. Servers differ in whether `post` is one.
pub fn is_method(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'-')
}

/// The segments of a path in the operator's file.
fn segments(path: &str) -> Result<impl Iterator<Item = &str>, String> {
    const LONGEST: usize = 200;
    let inside = path.strip_prefix('/').filter(|_| path.len() <= LONGEST);
    let inside = inside
        .ok_or_else(|| format!("a path begins with / and has at most {LONGEST} characters"))?;
    let inside = without_last_slash(inside);
    let segments = (!inside.is_empty()).then(|| inside.split('/'));
    Ok(segments.into_iter().flatten())
}

fn literal(segment: &str) -> Result<&str, String> {
    let inside = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()+,=:@".contains(&b);
    let good = !segment.is_empty() && segment.bytes().all(inside);
    if good && segment != "." && segment != ".." {
        return Ok(segment);
    }
    Err(format!(
        "“{segment}” is no part of a path here: use letters, digits and -._~!$&'()+,=:@ as they are, with one slash between"
    ))
}

fn part(segment: &str) -> Result<Part, String> {
    let Some(inside) = segment.strip_prefix('{') else {
        return literal(segment).map(|name| Part::Named(name.to_owned()));
    };
    let name = inside.strip_suffix('}').unwrap_or_default();
    let inside = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if name.is_empty() || !name.bytes().all(inside) {
        return Err(format!("“{segment}” is no part of a path here: a whole segment is {{name}}"));
    }
    Ok(Part::Any)
}

#[cfg(test)]
#[path = "paths_tests.rs"]
mod tests;
