//! What may happen, as it is stored and as people read it.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    PersonAdded,
    PersonDisabled,
    PersonEnabled,
    RoleChanged,
    /// By an administrator; nobody changes their own.
    EmailChanged,
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
    /// A link to set a password, by an administrator, by the operator or asked for at the door.
    LinkMade,
    /// Somebody came with a link to set a password that is wrong, used up or too late.
    LinkRefused,
    PasswordSet,
    PersonDeleted,
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
    pub const ALL: [Self; 35] = [
        Self::PersonAdded,
        Self::PersonDisabled,
        Self::PersonEnabled,
        Self::RoleChanged,
        Self::EmailChanged,
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
        Self::LinkMade,
        Self::LinkRefused,
        Self::PasswordSet,
        Self::PersonDeleted,
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
            Self::EmailChanged => "Mail address changed",
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
            Self::LinkMade => "Link to set a password made",
            Self::LinkRefused => "Link to set a password refused",
            Self::PasswordSet => "Password set with a link",
            Self::PersonDeleted => "Account deleted",
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::PersonAdded => "person_added",
            Self::PersonDisabled => "person_disabled",
            Self::PersonEnabled => "person_enabled",
            Self::RoleChanged => "role_changed",
            Self::EmailChanged => "email_changed",
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
            Self::LinkMade => "password_link_made",
            Self::LinkRefused => "password_link_refused",
            Self::PasswordSet => "password_set",
            Self::PersonDeleted => "person_deleted",
        }
    }
}
