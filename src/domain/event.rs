//! One line of the activity log: who did what to whom, when and from where.

mod kind;

use chrono::{DateTime, Utc};

use super::actor::Actor;
use super::client::Client;
use super::id::{TokenId, UserId};
use super::time::Now;
use super::token::Token;
pub use kind::{Kind, Subject};

#[derive(Clone, Debug)]
pub struct Event {
    pub at: DateTime<Utc>,
    pub kind: Kind,
    /// Whose account it is about; `None` when a stranger tried a name that nobody has.
    pub person: Option<UserId>,
    /// Who did it; `None` for strangers and for the command line.
    pub actor: Option<UserId>,
    pub token: Option<TokenId>,
    /// In words: a token's name and grants, a role. Never a secret, never what a stranger typed.
    pub detail: String,
    pub client: Client,
}

/// What stands between the two names of a deleted account.
const CALLED: &str = ", called “";

impl Event {
    /// Something a signed-in person did to their own account.
    pub fn own(kind: Kind, by: &Actor, now: Now) -> Self {
        Self {
            at: now.at(),
            kind,
            person: Some(by.id().clone()),
            actor: Some(by.id().clone()),
            token: None,
            detail: String::new(),
            client: by.client.clone(),
        }
    }

    /// Something an administrator did to somebody's account.
    pub fn about_person(kind: Kind, by: &Actor, person: &UserId, detail: String, now: Now) -> Self {
        Self { person: Some(person.clone()), detail, ..Self::own(kind, by, now) }
    }

    /// Something done to a token, by its owner or an administrator; its name as it was then stands before the rest.
    pub fn about_token(kind: Kind, by: &Actor, token: &Token, detail: String, now: Now) -> Self {
        let name = token.name.as_str();
        let detail = if detail.is_empty() {
            format!("“{name}”.")
        } else {
            format!("“{name}”: {detail}")
        };
        let (person, token) = (Some(token.owner.clone()), Some(token.id.clone()));
        Self { person, token, detail, ..Self::own(kind, by, now) }
    }

    /// What the token was called then, if it is about one, and the rest of the detail.
    pub fn told(&self) -> (Option<&str>, &str) {
        let quoted = self.token.as_ref().and_then(|_| self.detail.strip_prefix('“'));
        let split = quoted.and_then(|text| {
            let with_more = text.split_once("”: ");
            with_more.or_else(|| Some((text.strip_suffix("”.")?, "")))
        });
        split.map_or((None, self.detail.as_str()), |(name, rest)| (Some(name), rest))
    }

    /// What the end of an account leaves of its names: nothing else tells them from then on.
    pub fn of_the_deleted(name: &str, display_name: &str) -> String {
        format!("{name}{CALLED}{display_name}”.")
    }

    /// What the one signed in with whose account's end this is.
    pub fn deleted_name(&self) -> Option<&str> {
        let is_end = self.kind == Kind::PersonDeleted;
        self.detail.split_once(CALLED).filter(|_| is_end).map(|(name, _)| name)
    }

    /// The end of a token by whoever presented its value: nobody knows who that was.
    pub fn surrender(token: &Token, client: &Client, detail: &str, now: Now) -> Self {
        let door =
            Self::at_the_door(Kind::TokenSurrendered, Some(token.owner.clone()), client, now);
        let detail = format!("“{}”: {detail}", token.name.as_str());
        Self { token: Some(token.id.clone()), detail, ..door }
    }

    /// Something done on the command line that is about no person.
    pub fn by_the_operator(kind: Kind, detail: String, now: Now) -> Self {
        Self { detail, ..Self::at_the_door(kind, None, &Client::default(), now) }
    }

    pub fn signed_in(user: UserId, client: &Client, now: Now) -> Self {
        let door = Self::at_the_door(Kind::SignedIn, Some(user.clone()), client, now);
        Self { actor: Some(user), ..door }
    }

    /// Something that happened before anybody was signed in.
    pub fn at_the_door(kind: Kind, person: Option<UserId>, client: &Client, now: Now) -> Self {
        Self {
            at: now.at(),
            kind,
            person,
            actor: None,
            token: None,
            detail: String::new(),
            client: client.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_apart_from_what_was_done() {
        let now = Now::new("2026-11-24T10:00:00Z".parse().expect("a time"));
        let event = Event::at_the_door(Kind::TokenRevoked, None, &Client::default(), now);
        let token = Some(TokenId::random());
        for (detail, told) in [
            ("“CI”: Read Git.", (Some("CI"), "Read Git.")),
            ("“CI”.", (Some("CI"), "")),
            ("“a “b””: Read “x”.", (Some("a “b”"), "Read “x”.")),
            ("“half", (None, "“half")),
            ("CI", (None, "CI")),
        ] {
            let event = Event { token: token.clone(), detail: detail.into(), ..event.clone() };
            assert_eq!(event.told(), told);
        }
        let other = Event { detail: "“CI”.".into(), ..event };
        assert_eq!(other.told(), (None, "“CI”."), "of no token");
    }
}
