//! The answers that the table of `acl.rs` is made of.

use reqwest::StatusCode;

use crate::support::page::Page;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What was asked for, or the way on to it.
    Served,
    /// The way to sign in.
    SignIn,
    /// No, said in words.
    Refused,
    /// As if there were nothing of the kind.
    Absent,
    /// A machine's answer, which knows no cookie.
    Machine(u16),
}
use Answer::{Absent, Machine, Refused, Served, SignIn};

/// For a guest, a viewer, a member and an admin.
pub type Rule = (&'static str, [Answer; 4]);

pub const EVERYBODY: [Answer; 4] = [Served; 4];
pub const SIGNED_IN: [Answer; 4] = [SignIn, Served, Served, Served];
pub const WHO_GENERATES: [Answer; 4] = [SignIn, Refused, Served, Served];
pub const ADMINS: [Answer; 4] = [SignIn, Absent, Absent, Served];
/// They have no second factor, passkeys are not offered, and there is no such person.
pub const WITHOUT_ONE: [Answer; 4] = [SignIn, Absent, Absent, Absent];
/// Of a service account of a team that none of them is in.
pub const OF_OTHERS: [Answer; 4] = [SignIn, Absent, Absent, Served];
pub const OF_OTHERS_NEW: [Answer; 4] = [SignIn, Absent, Absent, Refused];
pub const NOBODY: [Answer; 4] = [Absent; 4];
/// Nobody is known by a cookie there, and no token was sent.
pub const BY_TOKEN: [Answer; 4] = [Machine(401); 4];
/// Its form is bound to a visitor's browser; these send that of somebody who is signed in, or none.
pub const BY_VISITORS_FORM: [Answer; 4] = [Refused; 4];

pub fn answer(page: &Page, expected: Answer) -> Answer {
    let refused = page.says("Your role lets you use and revoke tokens, not generate them")
        || page.says("so you generate none of its tokens");
    let place = page.location().unwrap_or_default();
    match page.status {
        status if matches!(expected, Machine(_)) => Machine(status.as_u16()),
        StatusCode::SEE_OTHER if place.starts_with("/sign-in") => SignIn,
        StatusCode::OK | StatusCode::UNPROCESSABLE_ENTITY if refused => Refused,
        StatusCode::OK | StatusCode::SEE_OTHER => Served,
        StatusCode::FORBIDDEN => Refused,
        StatusCode::NOT_FOUND => Absent,
        status => panic!("{status}: {}", page.text),
    }
}
