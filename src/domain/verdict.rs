//! May this token do this? The one place that says so, whatever the transport.

use super::access::Access;
use super::catalogue::Catalogue;
use super::time::Now;
use super::token::Token;
use super::user::User;

/// What a request needs: an access to a service, by the key that was asked for.
#[derive(Clone, Debug)]
pub struct Need {
    pub service: String,
    pub access: Access,
}

/// A token together with its owner, as they are now.
#[derive(Clone, Debug)]
pub struct Holder {
    pub token: Token,
    pub owner: User,
}

/// Why a request is turned away (RFC 6750, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    NoCredentials,
    /// The request is not one that can be understood, in words for its sender.
    Malformed(&'static str),
    /// Unknown, expired, revoked or its owner disabled: one answer for all, so that a stranger learns nothing.
    Invalid,
    TooNarrow,
    /// The gateway asks about a service that the catalogue doesn't have.
    UnknownService,
}

/// Whether the token works at all, now.
pub fn alive(found: Option<Holder>, now: Now) -> Result<Holder, Denial> {
    let works = |holder: &Holder| holder.token.is_live(now) && holder.owner.disabled.is_none();
    found.filter(works).ok_or(Denial::Invalid)
}

/// Whether a working token covers the need: as granted, cut down to what the service offers now.
pub fn covers(token: &Token, need: &Need, catalogue: &Catalogue) -> Result<(), Denial> {
    let service = catalogue.service(&need.service).ok_or(Denial::UnknownService)?;
    let granted = token.grants.of(&service.key).map(|access| access.min(service.highest));
    match granted {
        Some(access) if access >= need.access => Ok(()),
        _ => Err(Denial::TooNarrow),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::{Service, ServiceKey};
    use crate::domain::expiry::{Choice, Expiry};
    use crate::domain::grants::Grants;
    use crate::domain::id::UserId;
    use crate::domain::secret::Prefix;
    use crate::domain::token::{Draft, Issued, TokenName};

    fn catalogue(highest: Access) -> Catalogue {
        let service = |key: &str| Service {
            key: ServiceKey::parse(key).expect("a key"),
            name: key.to_owned(),
            description: String::new(),
            highest,
        };
        Catalogue::new(vec![service("builds"), service("git")])
    }

    fn token(grants: &str) -> Token {
        let draft = Draft {
            name: TokenName::parse("CI").expect("a name"),
            expires: Choice::Never,
            grants: Grants::parse(grants).expect("grants"),
        };
        let prefix = Prefix::parse("lk").expect("a prefix");
        let now = Now::new("2026-11-22T18:00:00Z".parse().expect("a time"));
        Issued::mint(&UserId::random(), &draft, Expiry::Never, &prefix, now).token
    }

    #[test]
    fn a_token_may_do_what_was_granted_and_nothing_else() {
        use Denial::{TooNarrow, UnknownService};
        let wide = catalogue(Access::ReadWrite);
        let narrow = catalogue(Access::Read);
        for (grants, service, access, catalogue, answer) in [
            ("builds:read", "builds", Access::Read, &wide, Ok(())),
            ("builds:read", "builds", Access::ReadWrite, &wide, Err(TooNarrow)),
            ("builds:read-write", "builds", Access::Read, &wide, Ok(())),
            ("builds:read-write", "builds", Access::ReadWrite, &wide, Ok(())),
            ("builds:read-write", "builds", Access::ReadWrite, &narrow, Err(TooNarrow)),
            ("builds:read-write", "git", Access::Read, &wide, Err(TooNarrow)),
            ("builds:read", "build", Access::Read, &wide, Err(UnknownService)),
            ("builds:read", "*", Access::Read, &wide, Err(UnknownService)),
            ("", "builds", Access::Read, &wide, Err(TooNarrow)),
        ] {
            let need = Need { service: service.to_owned(), access };
            assert_eq!(covers(&token(grants), &need, catalogue), answer, "{grants} {need:?}");
        }
    }
}
