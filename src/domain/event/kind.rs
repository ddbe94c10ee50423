//! What may happen, as it is stored and as people read it.

/// A kind a line: how it is stored, and how people read it.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident: $stored:literal, $words:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            pub const ALL: [Self; [$($stored),*].len()] = [$(Self::$kind),*];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $stored,)*
                }
            }

            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$kind => $words,)*
                }
            }
        }
    };
}

kinds! {
    PersonAdded: "person_added", "Account made";
    PersonDisabled: "person_disabled", "Account disabled";
    PersonEnabled: "person_enabled", "Account enabled";
    RoleChanged: "role_changed", "Role changed";
    /// By an administrator; nobody changes their own.
    EmailChanged: "email_changed", "Mail address changed";
    TeamJoined: "team_joined", "Joined a team";
    TeamLeft: "team_left", "Left a team";
    SignedIn: "signed_in", "Signed in";
    SignInFailed: "sign_in_failed", "Sign-in failed";
    SignedOut: "signed_out", "Signed out";
    /// Ended from another session, or on the command line.
    SessionEnded: "session_ended", "Session ended";
    ConfirmationFailed: "confirmation_failed", "Wrong password at a change";
    ProfileChanged: "profile_changed", "Profile changed";
    PasswordChanged: "password_changed", "Password changed";
    SecondFactorAdded: "second_factor_added", "Second factor set up";
    SecondFactorRemoved: "second_factor_removed", "Second factor turned off";
    RecoveryCodesRenewed: "recovery_codes_renewed", "New recovery codes";
    RecoveryCodeUsed: "recovery_code_used", "Recovery code used";
    CodeFailed: "code_failed", "Wrong code at sign-in";
    PasskeyAdded: "passkey_added", "Passkey added";
    PasskeyRemoved: "passkey_removed", "Passkey removed";
    /// It confirmed nothing.
    PasskeyRefused: "passkey_refused", "Passkey refused at a change";
    /// Refused: its count went back, so there may be a copy of it.
    PasskeyDoubted: "passkey_doubted", "Passkey refused as a possible copy";
    TokenGenerated: "token_generated", "Generated";
    TokenEdited: "token_edited", "Edited";
    /// An edit after which the token can do more, longer or from more places than before.
    TokenWidened: "token_widened", "Widened";
    TokenRegenerated: "token_regenerated", "Regenerated";
    OverlapEnded: "overlap_ended", "Former value ended";
    TokenPaused: "token_paused", "Paused";
    TokenResumed: "token_resumed", "Resumed";
    TokenRevoked: "token_revoked", "Revoked";
    /// Revoked with nothing but its value, by whoever had that.
    TokenSurrendered: "token_surrendered", "Revoked with its value";
    CallerAdded: "caller_added", "Caller added";
    CallerRotated: "caller_rotated", "Caller given a new secret";
    CallerRemoved: "caller_removed", "Caller removed";
    /// A link to set a password, by an administrator, by the operator or asked for at the door.
    LinkMade: "password_link_made", "Link to set a password made";
    /// Somebody came with a link to set a password that is wrong, used up or too late.
    LinkRefused: "password_link_refused", "Link to set a password refused";
    PasswordSet: "password_set", "Password set with a link";
    PersonDeleted: "person_deleted", "Account deleted";
    /// With an identity of the provider.
    IdentityLinked: "identity_linked", "Company account linked";
    IdentityUnlinked: "identity_unlinked", "Company account unlinked";
    /// A service account is another team's from then on.
    AccountHandedOver: "account_handed_over", "Handed over to another team";
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
}
