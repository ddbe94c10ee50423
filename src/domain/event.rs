//! One line of the activity log: who did what to whom, when and from where.

use chrono::{DateTime, Utc};

use super::actor::Actor;
use super::client::Client;
use super::id::{TokenId, UserId};
use super::time::Now;
use super::token::Token;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    PersonAdded,
    PersonDisabled,
    PersonEnabled,
    RoleChanged,
    TeamJoined,
    TeamLeft,
    SignedIn,
    SignInFailed,
    SignedOut,
    /// Ended from another session, or on the command line.
    SessionEnded,
    ConfirmationFailed,
    ProfileChanged,
    PasswordChanged,
    SecondFactorAdded,
    SecondFactorRemoved,
    RecoveryCodesRenewed,
    RecoveryCodeUsed,
    CodeFailed,
    TokenGenerated,
    TokenEdited,
    /// An edit after which the token can do more, longer or from more places than before.
    TokenWidened,
    TokenRegenerated,
    OverlapEnded,
    TokenPaused,
    TokenResumed,
    TokenRevoked,
    /// Revoked with nothing but its value, by whoever had that.
    TokenSurrendered,
    CallerAdded,
    CallerRotated,
    CallerRemoved,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Account,
    Token,
    /// A service that asks: nobody's account.
    Caller,
}

impl Kind {
    pub const ALL: [Self; 30] = [
        Self::PersonAdded,
        Self::PersonDisabled,
        Self::PersonEnabled,
        Self::RoleChanged,
        Self::TeamJoined,
        Self::TeamLeft,
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::SessionEnded,
        Self::ConfirmationFailed,
        Self::ProfileChanged,
        Self::PasswordChanged,
        Self::SecondFactorAdded,
        Self::SecondFactorRemoved,
        Self::RecoveryCodesRenewed,
        Self::RecoveryCodeUsed,
        Self::CodeFailed,
        Self::TokenGenerated,
        Self::TokenEdited,
        Self::TokenWidened,
        Self::TokenRegenerated,
        Self::OverlapEnded,
        Self::TokenPaused,
        Self::TokenResumed,
        Self::TokenRevoked,
        Self::TokenSurrendered,
        Self::CallerAdded,
        Self::CallerRotated,
        Self::CallerRemoved,
    ];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn subject(self) -> Subject {
        match self {
            Self::TokenGenerated
            | Self::TokenEdited
            | Self::TokenWidened
            | Self::TokenRegenerated
            | Self::OverlapEnded
            | Self::TokenPaused
            | Self::TokenResumed
            | Self::TokenRevoked
            | Self::TokenSurrendered => Subject::Token,
            Self::CallerAdded | Self::CallerRotated | Self::CallerRemoved => Subject::Caller,
            _ => Subject::Account,
        }
    }

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::PersonAdded => "Account made",
            Self::PersonDisabled => "Account disabled",
            Self::PersonEnabled => "Account enabled",
            Self::RoleChanged => "Role changed",
            Self::TeamJoined => "Joined a team",
            Self::TeamLeft => "Left a team",
            Self::SignedIn => "Signed in",
            Self::SignInFailed => "Sign-in failed",
            Self::SignedOut => "Signed out",
            Self::SessionEnded => "Session ended",
            Self::ConfirmationFailed => "Wrong password at a change",
            Self::ProfileChanged => "Profile changed",
            Self::PasswordChanged => "Password changed",
            Self::SecondFactorAdded => "Second factor set up",
            Self::SecondFactorRemoved => "Second factor turned off",
            Self::RecoveryCodesRenewed => "New recovery codes",
            Self::RecoveryCodeUsed => "Recovery code used",
            Self::CodeFailed => "Wrong code at sign-in",
            Self::TokenGenerated => "Generated",
            Self::TokenEdited => "Edited",
            Self::TokenWidened => "Widened",
            Self::TokenRegenerated => "Regenerated",
            Self::OverlapEnded => "Former value ended",
            Self::TokenPaused => "Paused",
            Self::TokenResumed => "Resumed",
            Self::TokenRevoked => "Revoked",
            Self::TokenSurrendered => "Revoked with its value",
            Self::CallerAdded => "Caller added",
            Self::CallerRotated => "Caller given a new secret",
            Self::CallerRemoved => "Caller removed",
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::PersonAdded => "person_added",
            Self::PersonDisabled => "person_disabled",
            Self::PersonEnabled => "person_enabled",
            Self::RoleChanged => "role_changed",
            Self::TeamJoined => "team_joined",
            Self::TeamLeft => "team_left",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::SessionEnded => "session_ended",
            Self::ConfirmationFailed => "confirmation_failed",
            Self::ProfileChanged => "profile_changed",
            Self::PasswordChanged => "password_changed",
            Self::SecondFactorAdded => "second_factor_added",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::RecoveryCodesRenewed => "recovery_codes_renewed",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::CodeFailed => "code_failed",
            Self::TokenGenerated => "token_generated",
            Self::TokenEdited => "token_edited",
            Self::TokenWidened => "token_widened",
            Self::TokenRegenerated => "token_regenerated",
            Self::OverlapEnded => "overlap_ended",
            Self::TokenPaused => "token_paused",
            Self::TokenResumed => "token_resumed",
            Self::TokenRevoked => "token_revoked",
            Self::TokenSurrendered => "token_surrendered",
            Self::CallerAdded => "caller_added",
            Self::CallerRotated => "caller_rotated",
            Self::CallerRemoved => "caller_removed",
        }
    }
}

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

    /// Something done to a token; its name as it was then stands before the rest.
    pub fn about_token(kind: Kind, by: &Actor, token: &Token, detail: String, now: Now) -> Self {
        let name = token.name.as_str();
        let detail = if detail.is_empty() {
            format!("“{name}”.")
        } else {
            format!("“{name}”: {detail}")
        };
        Self { token: Some(token.id.clone()), detail, ..Self::own(kind, by, now) }
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
