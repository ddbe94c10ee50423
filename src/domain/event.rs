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
    SignedIn,
    SignInFailed,
    SignedOut,
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

impl Kind {
    const ALL: [Self; 27] = [
        Self::PersonAdded,
        Self::PersonDisabled,
        Self::PersonEnabled,
        Self::RoleChanged,
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
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

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::PersonAdded => "Account made",
            Self::PersonDisabled => "Account disabled",
            Self::PersonEnabled => "Account enabled",
            Self::RoleChanged => "Role changed",
            Self::SignedIn => "Signed in",
            Self::SignInFailed => "Sign-in failed",
            Self::SignedOut => "Signed out",
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
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
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
