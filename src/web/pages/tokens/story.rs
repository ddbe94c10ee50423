//! What a token's own page tells of it: its facts, and what has happened to it lately.

use super::form::Under;
use crate::domain::event::{Event, Kind};
use crate::domain::id::UserId;
use crate::manage::activity::People;
use crate::manage::tokens::Story;
use crate::web::session::SignedIn;
use crate::web::words::{Here, Moment};

/// A token at a glance, with exact times in the person's zone.
pub struct Facts {
    pub name: String,
    pub hint: String,
    pub created: Moment,
    /// Who generated it.
    pub by: String,
    pub renewed: Option<Moment>,
    pub last_used: Option<Moment>,
    pub from: Option<String>,
    pub agent: String,
    /// How often it may be used, in words.
    pub often: Option<String>,
    pub ends: Option<Moment>,
    pub ends_unused: bool,
    pub is_expired: bool,
    pub paused: Option<Moment>,
    pub former: Option<Former>,
    /// What today's policy would not allow it any more.
    pub breaches: Vec<String>,
    /// What it was granted and can't do now, and why.
    pub losses: Vec<String>,
}

/// The value before this one, while it still works.
pub struct Former {
    pub hint: String,
    pub ends: Moment,
    pub last_used: Option<Moment>,
}

impl Facts {
    pub fn of(story: &Story, me: &SignedIn, under: Under<'_>, here: Here) -> Self {
        let (listed, token) = (&story.listed, &story.listed.token);
        let last_use = token.last_use.as_ref();
        let address = last_use.and_then(|last| last.address);
        Self {
            name: token.name.as_str().to_owned(),
            hint: token.hint.clone(),
            created: Moment::past(token.created, here),
            by: format!("by {}", called(&token.created_by, me, &story.people)),
            renewed: (token.renewed != token.created).then(|| Moment::past(token.renewed, here)),
            last_used: last_use.map(|last| Moment::past(last.at, here)),
            from: address.map(|address| address.to_string()),
            agent: last_use.map(|last| last.agent.clone()).unwrap_or_default(),
            often: token.per_minute.map(|limit| limit.to_string()),
            ends: token.end().map(|end| Moment::end(end, here)),
            ends_unused: token.ends_unused(),
            is_expired: token.has_ended(here.now),
            paused: token.paused.map(|at| Moment::past(at, here)),
            former: listed.former.as_ref().map(|former| Former {
                hint: former.hint.clone(),
                ends: Moment::end(former.ends, here),
                last_used: former.last_use.as_ref().map(|last| Moment::past(last.at, here)),
            }),
            breaches: under.policy.breaches(token, here.now),
            losses: token.grants.losses(under.catalogue, under.ceiling),
        }
    }
}

/// One line of the activity.
pub struct Line {
    pub icon: &'static str,
    pub tone: &'static str,
    pub words: &'static str,
    pub detail: String,
    pub at: Moment,
    /// Who and from where, as far as that is known.
    pub by: String,
}

impl Line {
    pub fn of(event: &Event, me: &SignedIn, people: &People, here: Here) -> Self {
        let (icon, tone) = drawn(event.kind);
        let who = event.actor.as_ref().map(|id| format!("By {}", called(id, me, people)));
        let who = who.unwrap_or_else(|| "On the server".to_owned());
        let from = event.client.address.map(|address| format!(", from {address}"));
        Self {
            icon,
            tone,
            words: event.kind.words(),
            detail: event.detail.clone(),
            at: Moment::past(event.at, here),
            by: format!("{who}{}", from.unwrap_or_default()),
        }
    }
}

/// Who did something, in the middle of a sentence.
fn called(id: &UserId, me: &SignedIn, people: &People) -> String {
    match people.get(id) {
        _ if id == me.actor.id() => "you".to_owned(),
        Some(one) => format!("“{}”", one.display_name),
        None => "somebody else".to_owned(),
    }
}

/// Icon and tone of an event.
pub fn drawn(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::PersonAdded | Kind::PersonDisabled | Kind::PersonEnabled | Kind::RoleChanged => {
            ("plus", "")
        }
        Kind::TeamJoined | Kind::TeamLeft | Kind::EmailChanged => ("edit", ""),
        Kind::SignedIn => ("leave", "good"),
        Kind::SignInFailed => ("alert", "warn"),
        Kind::SignedOut | Kind::SessionEnded => ("leave", ""),
        Kind::ConfirmationFailed => ("alert", "warn"),
        Kind::ProfileChanged => ("edit", ""),
        Kind::PasswordChanged | Kind::SecondFactorAdded | Kind::RecoveryCodesRenewed => {
            ("lock", "")
        }
        Kind::SecondFactorRemoved | Kind::RecoveryCodeUsed | Kind::CodeFailed => ("alert", "warn"),
        Kind::PasskeyAdded => ("key", ""),
        Kind::PasskeyRemoved | Kind::PasskeyRefused | Kind::PasskeyDoubted => ("alert", "warn"),
        Kind::TokenGenerated => ("key", ""),
        Kind::TokenEdited => ("edit", ""),
        Kind::TokenWidened => ("alert", "warn"),
        Kind::TokenRegenerated => ("renew", ""),
        Kind::OverlapEnded => ("clock", ""),
        Kind::TokenPaused => ("idle", "soft"),
        Kind::TokenResumed => ("check", "good"),
        Kind::TokenRevoked | Kind::TokenSurrendered => ("trash", "danger"),
        Kind::LinkMade | Kind::PasswordSet | Kind::IdentityLinked => ("lock", ""),
        Kind::LinkRefused | Kind::IdentityUnlinked => ("alert", "warn"),
        Kind::AccountHandedOver => ("renew", ""),
        Kind::PersonDeleted => ("trash", "danger"),
        Kind::CallerAdded | Kind::CallerRotated | Kind::CallerRemoved => ("lock", ""),
    }
}
